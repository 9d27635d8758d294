import type { ConfigIssue } from "./config_error.ts";
import { formatKey, type KeyPath, quoted } from "./key_path.ts";
import { settingAt, type SettingTable, valueAt } from "./setting.ts";

/** Where the components beside the one that is served stand. */
export const COMPONENTS_KEY: KeyPath = ["dev", "components"];

/** The entries of `dev.components`, with their places in the list. */
export function* componentTables(
  root: SettingTable,
): Generator<readonly [key: KeyPath, table: SettingTable]> {
  const list = settingAt(root, COMPONENTS_KEY);
  if (list?.kind !== "list") return;
  for (const [index, table] of list.items.entries()) {
    if (table.kind === "table") yield [[...COMPONENTS_KEY, index], table];
  }
}

/** The issues of components without a file, and of two with one name. */
export function* misplacedComponents(
  root: SettingTable,
): Generator<ConfigIssue> {
  const seen = new Map<string, KeyPath>();
  for (const [key, table] of componentTables(root)) {
    const image = valueAt(table, ["image"]);
    if (image !== undefined) {
      const problem = "images cannot be fetched from registries yet";
      yield {
        place: image.place,
        key: [...key, "image"],
        found: quoted(image.written),
        problem,
        remedy: "name a file that holds the component with file",
      };
    } else if (!table.entries.has("file")) {
      yield { place: table.place, key, problem: 'no key "file"' };
    }
    const name = valueAt(table, ["name"]);
    if (name === undefined) continue;
    const { place, written } = name;
    const found = quoted(written);
    const first = seen.get(written);
    if (written === "") {
      yield { place, key: [...key, "name"], found, problem: "empty" };
    } else if (first !== undefined) {
      const problem = `the name of ${formatKey(first)} too`;
      yield { place, key: [...key, "name"], found, problem };
    } else seen.set(written, key);
  }
}

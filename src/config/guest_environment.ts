import { type KeyPath, quoted } from "./key_path.ts";
import { nearest } from "../nearest.ts";
import { settingAt, type SettingTable } from "./setting.ts";
import {
  readValueSource,
  type SourceContext,
  type SourcedValue,
} from "./value_source.ts";

/** Where the variables of all components stand. */
const WORKLOAD: KeyPath = ["workload", "environment"];

/**
 * The environment variables that a component sees; of two with one name the later one's
 * value holds: config, configFrom, secretFrom.
 *
 * @param key Where they stand: `workload.environment`, or the same of one component.
 */
export async function readGuestEnvironment(
  settings: SettingTable,
  context: SourceContext,
  key: KeyPath = WORKLOAD,
): Promise<ReadonlyMap<string, SourcedValue>> {
  const variables = new Map<string, SourcedValue>();
  const config = settingAt(settings, [...key, "config"]);
  for (const [name, setting] of entriesOf(config)) {
    if (setting.kind !== "value") continue;
    const { value, place, secret } = setting;
    variables.set(name, { value: String(value), place, secret });
  }
  for (const from of ["configFrom", "secretFrom"] as const) {
    const references = referenced(settings, [...key, from], context);
    for await (const values of references) {
      for (const [name, value] of values) {
        if (isVariable(name, value, context)) variables.set(name, value);
      }
    }
  }
  return variables;
}

/** The values of each entry that a list of references names, in its order. */
async function* referenced(
  settings: SettingTable,
  listKey: KeyPath,
  context: SourceContext,
): AsyncGenerator<ReadonlyMap<string, SourcedValue>> {
  const list = settingAt(settings, listKey);
  if (list?.kind !== "list") return;
  const secret = listKey.at(-1) === "secretFrom";
  const block = secret ? "secrets" : "configs";
  const known = settingAt(settings, [block]);
  for (const [index, reference] of list.items.entries()) {
    if (reference.kind !== "value" || reference.written === "") continue;
    const name = reference.written;
    const table = settingAt(settings, [block, name]);
    if (table?.kind === "table") {
      yield await readValueSource(
        { key: [block, name], table, secret },
        context,
      );
      continue;
    }
    const meant = nearest(name, entriesOf(known).map(([name]) => name));
    context.issues.push({
      place: reference.place,
      key: [...listKey, index],
      found: quoted(name),
      problem: `no such entry in ${block}`,
      ...(meant === undefined ? {} : { nearest: meant }),
    });
  }
}

function entriesOf(setting: ReturnType<typeof settingAt>) {
  return setting?.kind === "table" ? [...setting.entries] : [];
}

/** The values of a source become variables, and not every name and value can be one. */
function isVariable(
  name: string,
  { value, place }: SourcedValue,
  { issues }: SourceContext,
): boolean {
  if (/^[^=\0]+$/.test(name) && !value.includes("\0")) return true;
  const problem = `${quoted(name)} cannot be an environment variable`;
  issues.push({ place, problem });
  return false;
}

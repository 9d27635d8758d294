import type { ConfigIssue } from "./config_error.ts";
import { formatKey, type KeyPath } from "./key_path.ts";
import type { SchemaNode, Section } from "./schema_node.ts";
import type { Setting, SettingTable } from "./setting.ts";
import { sectionKeys } from "./unknown_key.ts";

/**
 * The issues of entries that lack a key they need, or the key that goes with another. To
 * be asked of all layers together: one may hold what another lacks.
 */
export function* missingKeys(
  setting: Setting,
  schema: SchemaNode,
  key: KeyPath = [],
): Generator<ConfigIssue> {
  if (setting.kind === "list" && schema.kind === "list") {
    for (const [index, item] of setting.items.entries()) {
      yield* missingKeys(item, schema.item, [...key, index]);
    }
  }
  if (setting.kind !== "table") return;
  for (const [name, entry] of setting.entries) {
    const below = schema.kind === "section"
      ? schema.keys[name]
      : schema.kind === "names"
      ? schema.item
      : undefined;
    if (below !== undefined) yield* missingKeys(entry, below, [...key, name]);
  }
  if (schema.kind === "section") yield* missingIn(setting, schema, key);
}

function* missingIn(
  { entries, place }: SettingTable,
  schema: Section,
  key: KeyPath,
): Generator<ConfigIssue> {
  for (const [name, node] of Object.entries(schema.keys)) {
    if (node.required && !entries.has(name)) {
      const allowed = sectionKeys(schema);
      yield { place, key, problem: `no key "${name}"`, allowed };
    }
  }
  const [one, other] = schema.together ?? [];
  if (one === undefined || other === undefined) return;
  for (const [present, absent] of [[one, other], [other, one]] as const) {
    const set = entries.get(present);
    if (set !== undefined && !entries.has(absent)) {
      const problem = `set without ${formatKey([...key, absent])}`;
      yield { place: set.place, key: [...key, present], problem };
    }
  }
}

import { nameOf, resolvePath } from "./paths.ts";
import { DEFAULT_PLACE } from "./place.ts";
import { SCHEMA } from "./schema.ts";
import { schemaRows } from "./schema_node.ts";
import {
  EMPTY_TABLE,
  type SettingTable,
  type SettingValue,
  valueAt,
  withSetting,
} from "./setting.ts";
import type { Scalar } from "./value_rule.ts";

/** What holds when nobody sets anything: the defaults in the schema, and the component's file. */
export function defaultSettings(project: string): SettingTable {
  let table = EMPTY_TABLE;
  for (const { key, node, notYet } of schemaRows(SCHEMA)) {
    if (node.kind !== "leaf" || node.default === undefined || notYet) continue;
    const read = node.rule.read(node.default, (path) => path);
    if ("refused" in read) throw new TypeError(`Bad default of ${key}`);
    const value = defaultValue(read.accepted, String(node.default));
    table = withSetting(table, key, value);
  }
  const file = `${nameOf(project) || "component"}.wasm`;
  const component = defaultValue(resolvePath(project, file), file);
  return withSetting(table, ["build", "component_path"], component);
}

/** The settings with the keys that follow another where they are not set themselves. */
export function withFollowing(settings: SettingTable): SettingTable {
  let table = settings;
  for (const name of ["command", "component_path"]) {
    const followed = valueAt(table, ["build", name]);
    if (followed === undefined || valueAt(table, ["dev", name])) continue;
    table = withSetting(table, ["dev", name], followed);
  }
  return table;
}

function defaultValue(value: Scalar, written: string): SettingValue {
  const place = DEFAULT_PLACE;
  return { kind: "value", value, written, secret: false, place };
}

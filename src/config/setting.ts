/**
 * The configuration between reading and use: checked values in a tree, each with the place
 * it came from, so that layers merge and later checks can still point at a line.
 *
 * @module
 */

import type { KeyPath } from "./key_path.ts";
import { DEFAULT_PLACE, type Place } from "./place.ts";
import type { Scalar } from "./value_rule.ts";

/** A checked value, list or table. */
export type Setting = SettingValue | SettingList | SettingTable;

/** A value in its normal form: a duration in milliseconds, a path absolute. */
export interface SettingValue {
  readonly kind: "value";
  readonly value: Scalar;
  /** What was written. */
  readonly written: string;
  /** It is never shown. */
  readonly secret: boolean;
  readonly place: Place;
}

/** A list; a higher layer replaces it as a whole. */
export interface SettingList {
  readonly kind: "list";
  readonly items: readonly Setting[];
  readonly place: Place;
}

/** A section or a user's map; a higher layer replaces single entries. */
export interface SettingTable {
  readonly kind: "table";
  readonly entries: ReadonlyMap<string, Setting>;
  /** Where its key stands. */
  readonly place: Place;
}

/** A table with nothing in it. */
export const EMPTY_TABLE: SettingTable = {
  kind: "table",
  entries: new Map(),
  place: DEFAULT_PLACE,
};

/** What holds when `upper` is laid over `lower`. */
export function merge(lower: SettingTable, upper: SettingTable): SettingTable {
  const entries = new Map(lower.entries);
  for (const [name, above] of upper.entries) {
    const below = entries.get(name);
    entries.set(
      name,
      below?.kind === "table" && above.kind === "table"
        ? merge(below, above)
        : above,
    );
  }
  return { kind: "table", entries, place: upper.place };
}

/** The setting at a path, if there is one. */
export function settingAt(root: Setting, path: KeyPath): Setting | undefined {
  let node: Setting | undefined = root;
  for (const part of path) {
    if (node?.kind === "table") node = node.entries.get(String(part));
    else if (node?.kind === "list") node = node.items[Number(part)];
    else return undefined;
  }
  return node;
}

/** The value at a path, if there is one. */
export function valueAt(
  root: SettingTable,
  path: KeyPath,
): SettingValue | undefined {
  const node = settingAt(root, path);
  return node?.kind === "value" ? node : undefined;
}

/** The table with one setting more or replaced; tables on the way are made. */
export function withSetting(
  table: SettingTable,
  path: readonly string[],
  setting: Setting,
): SettingTable {
  const [name, ...rest] = path;
  if (name === undefined) return table;
  const below = table.entries.get(name);
  const entries = new Map(table.entries);
  entries.set(
    name,
    rest.length === 0 ? setting : withSetting(
      below?.kind === "table" ? below : EMPTY_TABLE,
      rest,
      setting,
    ),
  );
  return { ...table, entries };
}

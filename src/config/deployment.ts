/**
 * What the configuration says of a project that is deployed: its buckets live elsewhere, and
 * its secrets stay behind.
 *
 * @module
 */

import { STORE_KEY_NAMES } from "./bucket_schema.ts";
import { DEFAULT_PLACE } from "./place.ts";
import {
  merge,
  settingAt,
  type SettingTable,
  valueAt,
  withSetting,
} from "./setting.ts";
import { DENO_KV_PROVIDED } from "./store_url.ts";

/** Where a project is deployed to: a machine of one's own, or Deno Deploy. */
export type DeployTarget = "server" | "deno-deploy";

/** The settings of a project as it is deployed: what `deploy.keyvalue` says holds over `dev.keyvalue`. */
export function withDeployment(
  settings: SettingTable,
  target: DeployTarget,
): SettingTable {
  const released = withRelease(settings);
  const over = settingAt(released, ["deploy", "keyvalue"]);
  const mapped = over?.kind === "table" ? laidOver(released, over) : released;
  return target === "deno-deploy" ? withProvidedDenoKv(mapped) : mapped;
}

/** The names of the buckets that may lose their data. */
export function ephemeralNames(settings: SettingTable): readonly string[] {
  const list = settingAt(settings, ["deploy", "allow_ephemeral"]);
  return list?.kind === "list"
    ? list.items.flatMap((item) =>
      item.kind === "value" ? [String(item.value)] : []
    )
    : [];
}

/** An app on Deno Deploy, as far as it is named. */
export interface PlatformApp {
  /** The organization's slug. */
  readonly org?: string;
  /** The app's slug. */
  readonly app?: string;
}

/** The app that `deploy.org` and `deploy.app` name. */
export function platformApp(settings: SettingTable): PlatformApp {
  const text = (name: "org" | "app") => {
    const value = valueAt(settings, ["deploy", name])?.value;
    return value === undefined ? {} : { [name]: String(value) };
  };
  return { ...text("org"), ...text("app") };
}

/** What `build` says holds over what is for development alone. */
function withRelease(settings: SettingTable): SettingTable {
  let table = settings;
  for (const name of ["command", "component_path"]) {
    const release = valueAt(table, ["build", name]);
    const here = valueAt(table, ["dev", name]);
    if (release === undefined || release.place.kind === "default") continue;
    if (here?.place.kind === "flag") continue;
    table = withSetting(table, ["dev", name], release);
  }
  return table;
}

const BUCKETS = ["dev", "keyvalue", "buckets"] as const;

function laidOver(settings: SettingTable, over: SettingTable): SettingTable {
  let table = settings;
  const chosen = valueAt(over, ["default"]);
  if (chosen !== undefined) {
    table = withSetting(table, ["dev", "keyvalue", "default"], chosen);
  }
  const buckets = settingAt(over, ["buckets"]);
  if (buckets?.kind !== "table") return table;
  for (const [name, entry] of buckets.entries) {
    if (entry.kind !== "table") continue;
    const before = settingAt(table, [...BUCKETS, name]);
    const entryHere = before?.kind === "table"
      ? merge(withoutPlace(before, entry), entry)
      : entry;
    table = withSetting(table, [...BUCKETS, name], entryHere);
  }
  return table;
}

/** An entry as far as it holds for another store, or in another place of the same. */
function withoutPlace(
  before: SettingTable,
  over: SettingTable,
): SettingTable {
  const isSameStore = valueAt(before, ["store"])?.value ===
    valueAt(over, ["store"])?.value;
  const dropped: readonly string[] = isSameStore
    ? ["path", "url"]
    : STORE_KEY_NAMES;
  const isPlaced = !isSameStore || over.entries.has("path") ||
    over.entries.has("url");
  return isPlaced ? without(before, dropped) : before;
}

/** A file of Deno KV is one instance's: there the platform provides the database. */
function withProvidedDenoKv(settings: SettingTable): SettingTable {
  const key = ["dev", "wasi_keyvalue_deno_kv"];
  const provided = {
    kind: "value",
    value: DENO_KV_PROVIDED,
    written: DENO_KV_PROVIDED,
    secret: false,
    place: DEFAULT_PLACE,
  } as const;
  const set = valueAt(settings, key);
  let table = set !== undefined && isUrl(set.value)
    ? settings
    : withSetting(settings, key, provided);
  const buckets = settingAt(table, BUCKETS);
  if (buckets?.kind !== "table") return table;
  for (const [name, entry] of buckets.entries) {
    if (entry.kind !== "table") continue;
    if (valueAt(entry, ["store"])?.value !== "deno_kv") continue;
    table = withSetting(table, [...BUCKETS, name], without(entry, ["path"]));
  }
  return table;
}

function isUrl(value: unknown): boolean {
  return /^https?:/i.test(String(value));
}

function without(table: SettingTable, names: readonly string[]): SettingTable {
  const entries = [...table.entries].filter(([name]) => !names.includes(name));
  return { ...table, entries: new Map(entries) };
}

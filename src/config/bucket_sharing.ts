/**
 * Finds names that lead to one bucket: what is written by the one is read by the other, which
 * is seldom meant.
 *
 * @module
 */

import { BACKEND_NAMES, type BackendName } from "./backend_name.ts";
import { REDIS_PREFIX_PLACE } from "./bucket_schema.ts";
import type { ConfigIssue } from "./config_error.ts";
import { formatKey, type KeyPath, quoted } from "./key_path.ts";
import { formatPlace } from "./place.ts";
import {
  EMPTY_TABLE,
  settingAt,
  type SettingTable,
  valueAt,
} from "./setting.ts";

/** What was found of buckets with several names. */
export interface SharingFindings {
  readonly issues: ConfigIssue[];
  readonly warnings: string[];
}

/** What a bucket of NATS is made with: it can be made once only. */
const MADE_WITH = ["history", "replicas", "storage"] as const;

const DEFAULT_PORTS: Partial<Record<BackendName, string>> = {
  nats: "4222",
  redis: "6379",
};

const DEFAULT_PREFIX = "{bucket}:";

/** Warns of names for one bucket, and refuses settings of it that contradict each other. */
export function findSharedBuckets(
  root: SettingTable,
  { issues, warnings }: SharingFindings,
): void {
  const buckets = settingAt(root, ["dev", "keyvalue", "buckets"]);
  if (buckets?.kind !== "table") return;
  const known = new Map<string, Named>();
  for (const store of BACKEND_NAMES) {
    if (buckets.entries.has(store)) continue;
    const id = identityOf(root, { store, name: store });
    if (id !== undefined) known.set(id, { shown: `the bucket "${store}"` });
  }
  for (const [name, bucket] of buckets.entries) {
    const store = bucket.kind === "table"
      ? valueAt(bucket, ["store"])?.value
      : undefined;
    if (bucket.kind !== "table" || !isBackend(store)) continue;
    const physical = String(valueAt(bucket, ["name"])?.value ?? name);
    const id = identityOf(root, { store, name: physical, bucket });
    if (id === undefined) continue;
    const key = ["dev", "keyvalue", "buckets", name];
    const first = known.get(id);
    if (first === undefined) {
      known.set(id, { shown: formatKey(key), bucket });
      continue;
    }
    warnings.push(
      `${formatPlace(bucket.place)}: ${formatKey(key)}: the same data as ` +
        `${first.shown}: ${quoted(physical)} of the store ${store}; ` +
        "give one of them another name",
    );
    if (first.bucket !== undefined) {
      issues.push(
        ...contradictions(first.shown, first.bucket, { key, bucket }),
      );
    }
  }
}

interface Named {
  /** As messages name it. */
  readonly shown: string;
  /** Its entry, if it has one. */
  readonly bucket?: SettingTable;
}

function* contradictions(
  shown: string,
  first: SettingTable,
  { key, bucket }: { readonly key: KeyPath; readonly bucket: SettingTable },
): Generator<ConfigIssue> {
  for (const name of MADE_WITH) {
    const one = valueAt(first, [name]);
    const other = valueAt(bucket, [name]);
    if (one === undefined || other === undefined) continue;
    if (one.value === other.value) continue;
    yield {
      place: other.place,
      key: [...key, name],
      problem: `contradicts ${shown}.${name}, which is the same bucket`,
      remedy: "write one value in both",
    };
  }
}

interface BucketPlace {
  readonly store: BackendName;
  /** Its name in the store. */
  readonly name: string;
  readonly bucket?: SettingTable;
}

/** A text that two buckets share only if they are one; `undefined` where the store has no place. */
function identityOf(
  root: SettingTable,
  { store, name, bucket = EMPTY_TABLE }: BucketPlace,
): string | undefined {
  const own = (key: string) => valueAt(bucket, [key])?.value;
  const dev = (key: string) => valueAt(root, ["dev", key])?.value;
  const parts = (() => {
    switch (store) {
      case "in_memory":
        return [name];
      case "filesystem": {
        const path = own("path") ?? dev("wasi_keyvalue_path");
        return [path, own("engine") ?? "files", name];
      }
      case "nats": {
        const url = own("url") ?? dev("wasi_keyvalue_nats_url") ??
          dev("data_nats_url");
        // Who logs in may have an account, and so buckets, of their own.
        const who = ["token", "user", "credentials", "nkey"].map(own);
        return [serverOf(store, url), userOf(url), ...who, name];
      }
      case "redis": {
        const url = own("url") ?? dev("wasi_keyvalue_redis_url");
        const prefix = String(own("prefix") ?? DEFAULT_PREFIX);
        const shown = prefix.replaceAll(REDIS_PREFIX_PLACE, () => name);
        return [serverOf(store, url), shown];
      }
      case "deno_kv":
        return [
          own("path") ?? own("url") ?? dev("wasi_keyvalue_deno_kv"),
          name,
        ];
    }
  })();
  // The first part of all but memory is the place.
  if (parts[0] === undefined) return undefined;
  return JSON.stringify([store, ...parts.map((part) => part ?? null)]);
}

/** Host, port and database of a server. */
function serverOf(store: BackendName, url: unknown): string | undefined {
  const parsed = URL.parse(String(url ?? ""));
  if (parsed === null) return undefined;
  const port = parsed.port || DEFAULT_PORTS[store];
  const database = store === "redis"
    ? parsed.pathname.replace(/^\/?$/, "/0")
    : "";
  return `${parsed.hostname}:${port}${database}`;
}

function userOf(url: unknown): string {
  const { username = "" } = URL.parse(String(url ?? "")) ?? {};
  return username;
}

function isBackend(value: unknown): value is BackendName {
  return BACKEND_NAMES.some((name) => name === value);
}

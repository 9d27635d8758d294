import { BACKEND_NAMES, type BackendName } from "./backend_name.ts";
import type { ConfigIssue } from "./config_error.ts";
import type { KeyPath } from "./key_path.ts";
import {
  settingAt,
  type SettingTable,
  type SettingValue,
  valueAt,
} from "./setting.ts";

/** What a bucket of each store needs: which of its own keys, or which key of `dev` in their place. */
const BUCKET_NEEDS: Record<
  BackendName,
  { readonly own: readonly ("path" | "url")[]; readonly dev: readonly string[] }
> = {
  in_memory: { own: [], dev: [] },
  filesystem: { own: ["path"], dev: ["wasi_keyvalue_path"] },
  nats: { own: ["url"], dev: ["wasi_keyvalue_nats_url", "data_nats_url"] },
  redis: { own: ["url"], dev: ["wasi_keyvalue_redis_url"] },
  deno_kv: { own: ["path", "url"], dev: ["wasi_keyvalue_deno_kv"] },
};

/** The schemes of a bucket's URL by its store. */
const BUCKET_SCHEMES: Partial<Record<BackendName, RegExp>> = {
  nats: /^(?:nats|tls):/i,
  redis: /^rediss?:/i,
  deno_kv: /^https?:/i,
};

/** The issues of stores that are chosen without saying where they are. */
export function* misplacedBuckets(root: SettingTable): Generator<ConfigIssue> {
  const chosen = valueAt(root, ["dev", "keyvalue", "default"]);
  if (chosen !== undefined && isBackend(chosen.value)) {
    yield* withoutPlace(root, chosen, ["dev", "keyvalue", "default"]);
  }
  const buckets = settingAt(root, ["dev", "keyvalue", "buckets"]);
  if (buckets?.kind !== "table") return;
  for (const [name, bucket] of buckets.entries) {
    if (bucket.kind !== "table") continue;
    const key = ["dev", "keyvalue", "buckets", name];
    const store = valueAt(bucket, ["store"]);
    if (store === undefined || !isBackend(store.value)) continue;
    yield* unusedKeys(bucket, store, key);
    yield* withoutPlace(root, store, [...key, "store"], bucket);
  }
}

function* unusedKeys(
  bucket: SettingTable,
  store: SettingValue,
  key: KeyPath,
): Generator<ConfigIssue> {
  const backend = store.value as BackendName;
  const { own } = BUCKET_NEEDS[backend];
  for (const name of ["path", "url"] as const) {
    const set = valueAt(bucket, [name]);
    if (set === undefined) continue;
    const { place } = set;
    if (!own.includes(name)) {
      const problem = `not used by the store ${backend}`;
      yield { place, key: [...key, name], problem };
    } else if (
      name === "url" && !BUCKET_SCHEMES[backend]?.test(String(set.value))
    ) {
      const problem = `not a URL of the store ${backend}`;
      yield { place, key: [...key, name], problem };
    }
  }
  const [one, other] = own;
  if (other !== undefined && one !== undefined) {
    const both = valueAt(bucket, [other]);
    if (valueAt(bucket, [one]) !== undefined && both !== undefined) {
      const problem = `set beside ${one}; only one of them can hold`;
      yield { place: both.place, key: [...key, other], problem };
    }
  }
}

function* withoutPlace(
  root: SettingTable,
  { value, place }: SettingValue,
  key: KeyPath,
  bucket?: SettingTable,
): Generator<ConfigIssue> {
  const { own, dev } = BUCKET_NEEDS[value as BackendName];
  if (dev.length === 0) return;
  if (own.some((name) => bucket?.entries.has(name))) return;
  if (dev.some((name) => valueAt(root, ["dev", name]) !== undefined)) return;
  const keys = [
    ...(bucket === undefined ? [] : own.map((name) => `${name} here`)),
    ...dev.map((name) => `dev.${name}`),
  ];
  yield {
    place,
    key,
    problem: `the store ${value} has no place`,
    remedy: `set ${keys.join(" or ")}`,
  };
}

/** A value that was refused is none. */
function isBackend(value: unknown): value is BackendName {
  return BACKEND_NAMES.some((name) => name === value);
}

import { BACKEND_NAMES, type BackendName } from "./backend_name.ts";
import { KEYS_OF_STORE, STORE_KEY_NAMES } from "./bucket_schema.ts";
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

/** The digits of the longest counter, its sign included. */
const COUNTER_SIZE = 20;

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
    yield* unnameable(name, bucket, key);
    const store = valueAt(bucket, ["store"]);
    if (store === undefined || !isBackend(store.value)) continue;
    yield* unusedKeys(bucket, store, key);
    yield* withoutPlace(root, store, [...key, "store"], bucket);
  }
}

/** No store could give such a name back; any other one each of them can hold. */
function* unnameable(
  name: string,
  bucket: SettingTable,
  key: KeyPath,
): Generator<ConfigIssue> {
  const problem = "a name with a lone surrogate, which no store can hold";
  if (!name.isWellFormed()) yield { place: bucket.place, key, problem };
  const physical = valueAt(bucket, ["name"]);
  if (physical !== undefined && !String(physical.value).isWellFormed()) {
    yield { place: physical.place, key: [...key, "name"], problem };
  }
}

function* unusedKeys(
  bucket: SettingTable,
  store: SettingValue,
  key: KeyPath,
): Generator<ConfigIssue> {
  const backend = store.value as BackendName;
  const used = KEYS_OF_STORE[backend];
  for (const name of STORE_KEY_NAMES) {
    const set = valueAt(bucket, [name]);
    if (set === undefined || used.includes(name)) continue;
    const problem = `not used by the store ${backend}`;
    yield { place: set.place, key: [...key, name], problem };
  }
  const url = valueAt(bucket, ["url"]);
  if (
    url !== undefined && used.includes("url") &&
    !BUCKET_SCHEMES[backend]?.test(String(url.value))
  ) {
    const problem = `not a URL of the store ${backend}`;
    yield { place: url.place, key: [...key, "url"], problem };
  }
  if (
    backend === "deno_kv" && url !== undefined && bucket.entries.has("path")
  ) {
    const problem = "set beside path; only one of them can hold";
    yield { place: url.place, key: [...key, "url"], problem };
  }
  const durability = valueAt(bucket, ["durability"]);
  if (
    backend === "filesystem" && durability !== undefined &&
    valueAt(bucket, ["engine"])?.value !== "sqlite"
  ) {
    const problem = "not used by the engine files";
    const remedy = "set engine to sqlite, or leave it out";
    const { place } = durability;
    yield { place, key: [...key, "durability"], problem, remedy };
  }
  yield* tooSmallForCounters(bucket, key);
}

/** A counter's digits are not known before they are written. */
function* tooSmallForCounters(
  bucket: SettingTable,
  key: KeyPath,
): Generator<ConfigIssue> {
  const size = valueAt(bucket, ["max_value_size"]);
  if (typeof size?.value !== "number" || size.value >= COUNTER_SIZE) return;
  const problem = `less than the ${COUNTER_SIZE} bytes of a counter`;
  yield { place: size.place, key: [...key, "max_value_size"], problem };
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

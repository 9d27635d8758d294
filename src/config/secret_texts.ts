/**
 * Which texts of a configuration are secret, and the environment variables that they can be
 * read from in their place.
 *
 * @module
 */

import { componentTables } from "./component_check.ts";
import { environmentName } from "./environment.ts";
import { formatKey, type KeyPath } from "./key_path.ts";
import { maskUrl } from "./mask.ts";
import {
  type Setting,
  settingAt,
  type SettingTable,
  type SettingValue,
} from "./setting.ts";
import type { SourcedValue } from "./value_source.ts";

/** A secret text of a `Config`. */
export interface SecretText {
  /** Where it stands in the `Config`. */
  readonly place: KeyPath;
  /** The key that gave it its value. */
  readonly key: string;
  /** A variable for it: of two texts with one name, both are the same. */
  readonly variable: string;
}

/** What {@linkcode findSecrets} looks at. */
export interface SecretSources {
  readonly settings: SettingTable;
  readonly environment: ReadonlyMap<string, SourcedValue>;
  readonly componentEnvironments: readonly ReadonlyMap<string, SourcedValue>[];
}

interface Found {
  readonly place: KeyPath;
  readonly key: KeyPath;
  readonly value: string;
  /** What its variable is to be called. */
  readonly wish: string;
}

/** Every secret text: what is never shown, and each URL with credentials. */
export function findSecrets(sources: SecretSources): readonly SecretText[] {
  const names = new Map<string, string>();
  return [...secretsOf(sources)].map(({ place, key, value, wish }) => {
    const name = variableName(wish);
    let variable = name;
    for (let number = 2; (names.get(variable) ?? value) !== value; number++) {
      variable = `${name}_${number}`;
    }
    names.set(variable, value);
    return { place, key: formatKey(key), variable };
  });
}

/** The keys of stores, and where each stands in a `Config`. */
const STORES = {
  wasi_keyvalue_redis_url: "redisUrl",
  wasi_keyvalue_nats_url: "natsUrl",
  data_nats_url: "dataNatsUrl",
  wasi_keyvalue_deno_kv: "denoKv",
} as const;

/** The keys of a bucket that can hold a secret, and where each stands in its entry. */
const BUCKET_KEYS: Readonly<Record<string, readonly string[]>> = {
  url: ["url"],
  token: ["nats", "token"],
  password: ["nats", "password"],
};

function* secretsOf(
  { settings, environment, componentEnvironments }: SecretSources,
): Generator<Found> {
  for (const [name, field] of Object.entries(STORES)) {
    const key = ["dev", name];
    yield* secretAt(settings, {
      key,
      place: ["dev", "keyvalue", field],
      wish: environmentName(key),
    });
  }
  const buckets = ["dev", "keyvalue", "buckets"];
  for (const [bucket] of entriesAt(settings, buckets)) {
    for (const [name, fields] of Object.entries(BUCKET_KEYS)) {
      yield* secretAt(settings, {
        key: [...buckets, bucket, name],
        place: [...buckets, bucket, ...fields],
        wish: `WHARF_BUCKET_${bucket}_${name}`.toUpperCase(),
      });
    }
  }
  yield* secretVariables(environment, ["workload", "environment"]);
  yield* secretValues(settings, ["workload", "config"], ["workload", "config"]);
  for (const [index, [key]] of [...componentTables(settings)].entries()) {
    const place = ["dev", "components", index];
    yield* secretVariables(componentEnvironments[index] ?? new Map(), [
      ...place,
      "environment",
    ]);
    // The values of the workload stand there too.
    const config = [...place, "config"];
    yield* secretValues(settings, ["workload", "config"], config, [
      ...key,
      "config",
    ]);
    yield* secretValues(settings, [...key, "config"], config);
  }
}

function* secretAt(
  settings: SettingTable,
  { key, ...found }: Omit<Found, "value">,
): Generator<Found> {
  const setting = settingAt(settings, key);
  if (setting?.kind === "value" && isSecret(setting)) {
    yield { ...found, key, value: String(setting.value) };
  }
}

function* secretVariables(
  variables: ReadonlyMap<string, SourcedValue>,
  place: KeyPath,
): Generator<Found> {
  for (const [name, sourced] of variables) {
    if (!isSecret(sourced)) continue;
    const wish = sourced.place.kind === "environment"
      ? sourced.place.name
      : name;
    const at = [...place, name];
    yield { place: at, key: at, value: sourced.value, wish };
  }
}

/** @param unless Where values of the same names take their place. */
function* secretValues(
  settings: SettingTable,
  key: KeyPath,
  place: KeyPath,
  unless: KeyPath = [],
): Generator<Found> {
  for (const [name] of entriesAt(settings, key)) {
    if (unless.length > 0 && settingAt(settings, [...unless, name])) continue;
    yield* secretAt(settings, {
      key: [...key, name],
      place: [...place, name],
      wish: `WHARF_CONFIG_${name}`.toUpperCase(),
    });
  }
}

function entriesAt(
  settings: SettingTable,
  key: KeyPath,
): Iterable<readonly [string, Setting]> {
  const table = settingAt(settings, key);
  return table?.kind === "table" ? table.entries : [];
}

/** An empty text keeps nothing from anybody, and cannot be told from a variable that is not set. */
function isSecret(
  { value, secret }: SettingValue | SourcedValue,
): boolean {
  const text = String(value);
  return text !== "" && (secret || maskUrl(text) !== text);
}

/** Names that platforms keep to themselves. */
const RESERVED = /^(?:DENO_|LD_|OTEL_)/;

/** What can be set everywhere: letters, digits and `_`. */
function variableName(wish: string): string {
  const name = /^[A-Za-z_][A-Za-z0-9_]*$/.test(wish)
    ? wish
    : wish.toUpperCase().replace(/[^A-Z0-9]+/g, "_").replace(/^(?=\d)/, "_");
  return RESERVED.test(name) ? `WHARF_${name}` : name;
}

import { parseAddress } from "./address.ts";
import type { BackendName } from "./backend_name.ts";
import type { BucketEntry, Config, NamedTexts } from "./config.ts";
import type { KeyPath } from "./key_path.ts";
import { settingAt, type SettingTable, valueAt } from "./setting.ts";

/** What a {@linkcode Config} is made of. */
export interface ConfigParts {
  /** The checked settings, defaults included. */
  readonly settings: SettingTable;
  readonly project: string;
  readonly file: string | undefined;
  /** The component's environment variables, their sources read. */
  readonly environment: ReadonlyMap<string, string>;
}

/** The frozen {@linkcode Config} of settings that no issue was made of. */
export function toConfig(parts: ConfigParts): Config {
  const { settings, project, file } = parts;
  const text = (...key: string[]) => optionalText(settings, key);
  const texts = (...key: string[]) => namedTexts(settings, key);
  return freeze<Config>({
    project,
    ...present({ file, version: text("version") }),
    build: {
      ...present({ command: text("build", "command") }),
      env: texts("build", "env"),
      componentPath: requiredText(settings, ["build", "component_path"]),
    },
    dev: {
      ...present({ command: text("dev", "command") }),
      componentPath: requiredText(settings, ["dev", "component_path"]),
      address: addressOf(requiredText(settings, ["dev", "address"])),
      environment: texts("dev", "environment"),
      requestTimeout: requiredNumber(settings, ["dev", "request_timeout"]),
      queueTimeout: requiredNumber(settings, ["dev", "queue_timeout"]),
      instanceReuse: requiredNumber(settings, ["dev", "instance_reuse"]),
      keyvalue: {
        ...present({
          default: text("dev", "keyvalue", "default") as
            | BackendName
            | undefined,
          redisUrl: text("dev", "wasi_keyvalue_redis_url"),
          natsUrl: text("dev", "wasi_keyvalue_nats_url"),
          path: text("dev", "wasi_keyvalue_path"),
          dataNatsUrl: text("dev", "data_nats_url"),
          denoKv: text("dev", "wasi_keyvalue_deno_kv"),
        }),
        buckets: bucketsOf(settings),
      },
    },
    workload: {
      environment: record(parts.environment),
      config: texts("workload", "config"),
    },
    new: present({ command: text("new", "command") }),
  });
}

function bucketsOf(
  settings: SettingTable,
): Readonly<Record<string, BucketEntry>> {
  const table = settingAt(settings, ["dev", "keyvalue", "buckets"]);
  const buckets = new Map<string, BucketEntry>();
  if (table?.kind === "table") {
    for (const [logicalName, bucket] of table.entries) {
      if (bucket.kind !== "table") continue;
      buckets.set(logicalName, {
        store: requiredText(bucket, ["store"]) as BackendName,
        name: optionalText(bucket, ["name"]) ?? logicalName,
        ...present({
          path: optionalText(bucket, ["path"]),
          url: optionalText(bucket, ["url"]),
        }),
      });
    }
  }
  return record(buckets);
}

function namedTexts(settings: SettingTable, key: KeyPath): NamedTexts {
  const table = settingAt(settings, key);
  const texts = new Map<string, string>();
  if (table?.kind === "table") {
    for (const [name, value] of table.entries) {
      if (value.kind === "value") texts.set(name, String(value.value));
    }
  }
  return record(texts);
}

function record<Value>(entries: Iterable<readonly [string, Value]>) {
  const object: Record<string, Value> = Object.create(null);
  // Without a prototype, `__proto__` is a name like others.
  for (const [name, value] of entries) object[name] = value;
  return object;
}

function optionalText(root: SettingTable, key: KeyPath): string | undefined {
  const value = valueAt(root, key)?.value;
  return value === undefined ? undefined : String(value);
}

function requiredText(root: SettingTable, key: KeyPath): string {
  const text = optionalText(root, key);
  if (text === undefined) throw new TypeError(`No setting ${key.join(".")}`);
  return text;
}

function requiredNumber(root: SettingTable, key: KeyPath): number {
  const value = valueAt(root, key)?.value;
  if (typeof value !== "number") {
    throw new TypeError(`No number at ${key.join(".")}`);
  }
  return value;
}

function addressOf(text: string) {
  const address = parseAddress(text);
  if ("refused" in address) throw new TypeError(`No address: ${text}`);
  return address;
}

type Present<Fields> = {
  [Name in keyof Fields]?: Exclude<Fields[Name], undefined>;
};

/** The fields that have a value. */
function present<Fields extends Record<string, unknown>>(
  fields: Fields,
): Present<Fields> {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined),
  ) as Present<Fields>;
}

function freeze<Value extends object>(value: Value): Value {
  for (const child of Object.values(value)) {
    if (typeof child === "object" && child !== null) freeze(child);
  }
  return Object.freeze(value);
}

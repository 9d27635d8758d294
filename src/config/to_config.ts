import { parseAddress } from "./address.ts";
import type { BackendName } from "./backend_name.ts";
import type { BucketEntry, SeedValue } from "./bucket_entry.ts";
import { componentTables } from "./component_check.ts";
import type { ComponentEntry } from "./component_entry.ts";
import type {
  Config,
  DevConfig,
  HttpConfig,
  NamedTexts,
  VolumeEntry,
} from "./config.ts";
import {
  type EgressConfig,
  egressOf,
  outgoingHttpOf,
  ownEgressOf,
} from "./egress_config.ts";
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
  /** The same of each entry of `dev.components`, those of the workload included. */
  readonly componentEnvironments: readonly ReadonlyMap<string, string>[];
  /** What buckets begin with, by bucket and key, their files read. */
  readonly seeds: ReadonlyMap<string, ReadonlyMap<string, SeedValue>>;
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
      httpServer: requiredText(settings, ["dev", "http_server"]) as
        | "deno"
        | "node",
      http: httpOf(settings),
      ...tlsOf(settings),
      environment: texts("dev", "environment"),
      requestTimeout: requiredNumber(settings, ["dev", "request_timeout"]),
      queueTimeout: requiredNumber(settings, ["dev", "queue_timeout"]),
      instanceReuse: requiredNumber(settings, ["dev", "instance_reuse"]),
      ...present({ lanes: optionalNumber(settings, ["dev", "lanes"]) }),
      memoryLimit: requiredNumber(settings, ["dev", "memory_limit_mb"]),
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
          allow: optionalTexts(settings, ["dev", "keyvalue", "allow"]),
        }),
        buckets: bucketsOf(parts),
      },
      outgoingHttp: outgoingHttpOf(settings),
      volumes: volumesOf(settings),
      ...present({ blobstorePath: text("dev", "wasi_blobstore_path") }),
      components: componentsOf(parts),
      watch: {
        enabled: optionalBoolean(settings, ["dev", "watch", "enabled"]) ?? true,
        include: optionalTexts(settings, ["dev", "watch", "include"]) ?? [],
        exclude: optionalTexts(settings, ["dev", "watch", "exclude"]) ?? [],
      },
      explorer: optionalBoolean(settings, ["dev", "explorer"]) ?? true,
    },
    serve: {
      adminAddress: addressOf(
        requiredText(settings, ["serve", "admin_address"]),
      ),
      ...present({
        drainDelay: optionalNumber(settings, ["serve", "drain_delay"]),
      }),
      drainTimeout: requiredNumber(settings, ["serve", "drain_timeout"]),
      logsQuery: optionalBoolean(settings, ["serve", "log_query"]) ?? false,
    },
    workload: {
      environment: record(parts.environment),
      config: texts("workload", "config"),
      egress: egressOf(settings),
    },
    new: present({ command: text("new", "command") }),
  });
}

function volumesOf(settings: SettingTable): readonly VolumeEntry[] {
  const list = settingAt(settings, ["dev", "volumes"]);
  if (list?.kind !== "list") return [];
  return list.items.flatMap((item) =>
    item.kind === "table"
      ? [{
        hostPath: requiredText(item, ["host_path"]),
        guestPath: requiredText(item, ["guest_path"]),
        mode: optionalText(item, ["mode"]) === "rw" ? "rw" as const : "ro",
      }]
      : []
  );
}

function componentsOf(
  { settings, componentEnvironments }: ConfigParts,
): readonly ComponentEntry[] {
  const config = ["workload", "config"];
  return [...componentTables(settings)].map(([, component], index) => ({
    name: requiredText(component, ["name"]),
    file: requiredText(component, ["file"]),
    environment: record(componentEnvironments[index]!),
    config: record([
      ...Object.entries(namedTexts(settings, config)),
      ...Object.entries(namedTexts(component, ["config"])),
    ]),
    ...present({ egress: componentEgress(settings, component) }),
  }));
}

function componentEgress(
  settings: SettingTable,
  component: SettingTable,
): EgressConfig | undefined {
  const own = ownEgressOf(component);
  return Object.keys(own).length === 0
    ? undefined
    : { ...egressOf(settings), ...own };
}

function httpOf(settings: SettingTable): HttpConfig {
  const required = (key: string) =>
    requiredNumber(settings, ["dev", "http", key]);
  const optional = (key: string) =>
    optionalNumber(settings, ["dev", "http", key]);
  return {
    maxHeadSize: required("max_head_size"),
    maxHeaders: required("max_headers"),
    maxRequests: required("max_requests"),
    clientTimeout: required("client_timeout"),
    ...present({
      maxRequestBody: optional("max_request_body"),
      maxResponseBody: optional("max_response_body"),
      // 0 stands for no limit, as with wash.
      maxConnections: optionalNumber(settings, ["dev", "max_connections"]) ||
        undefined,
    }),
  };
}

function tlsOf(settings: SettingTable): Pick<DevConfig, "tls"> {
  const cert = optionalText(settings, ["dev", "tls_cert_path"]);
  const key = optionalText(settings, ["dev", "tls_key_path"]);
  return cert === undefined || key === undefined ? {} : { tls: { cert, key } };
}

function bucketsOf(
  { settings, seeds }: ConfigParts,
): Readonly<Record<string, BucketEntry>> {
  const table = settingAt(settings, ["dev", "keyvalue", "buckets"]);
  const buckets = new Map<string, BucketEntry>();
  if (table?.kind === "table") {
    for (const [name, bucket] of table.entries) {
      if (bucket.kind !== "table") continue;
      buckets.set(name, bucketOf(name, bucket, seeds.get(name)));
    }
  }
  return record(buckets);
}

function bucketOf(
  logicalName: string,
  bucket: SettingTable,
  seed: ReadonlyMap<string, SeedValue> | undefined,
): BucketEntry {
  const text = (key: string) => optionalText(bucket, [key]);
  const number = (key: string) => optionalNumber(bucket, [key]);
  const word = <Word extends string>(key: string) =>
    text(key) as Word | undefined;
  return {
    store: requiredText(bucket, ["store"]) as BackendName,
    name: text("name") ?? logicalName,
    readOnly: text("access") === "read-only",
    watch: optionalBoolean(bucket, ["watch"]) ?? false,
    ...present({
      path: text("path"),
      url: text("url"),
      ttl: number("ttl"),
      maxKeySize: number("max_key_size"),
      maxValueSize: number("max_value_size"),
      seed: seed && record(seed),
      nats: anyOf({
        create: optionalBoolean(bucket, ["create"]),
        history: number("history"),
        replicas: number("replicas"),
        storage: word<"file" | "memory">("storage"),
        token: text("token"),
        user: text("user"),
        password: text("password"),
        credentials: text("credentials"),
        nkey: text("nkey"),
        tls: anyOf({
          ca: text("tls_ca"),
          cert: text("tls_cert"),
          key: text("tls_key"),
        }),
      }),
      redis: anyOf({ prefix: text("prefix"), caFile: text("ca_file") }),
      filesystem: anyOf({
        engine: word<"files" | "sqlite">("engine"),
        durability: word<"power-cut" | "crash">("durability"),
      }),
    }),
  };
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

function optionalTexts(
  root: SettingTable,
  key: KeyPath,
): readonly string[] | undefined {
  const list = settingAt(root, key);
  return list?.kind === "list"
    ? list.items.flatMap((item) =>
      item.kind === "value" ? [String(item.value)] : []
    )
    : undefined;
}

function optionalNumber(root: SettingTable, key: KeyPath): number | undefined {
  const value = valueAt(root, key)?.value;
  return typeof value === "number" ? value : undefined;
}

function optionalBoolean(
  root: SettingTable,
  key: KeyPath,
): boolean | undefined {
  const value = valueAt(root, key)?.value;
  return typeof value === "boolean" ? value : undefined;
}

function requiredText(root: SettingTable, key: KeyPath): string {
  const text = optionalText(root, key);
  if (text === undefined) throw new TypeError(`No setting ${key.join(".")}`);
  return text;
}

function requiredNumber(root: SettingTable, key: KeyPath): number {
  const value = optionalNumber(root, key);
  if (value === undefined) {
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

/** The fields that have a value, or nothing where none has. */
function anyOf<Fields extends Record<string, unknown>>(
  fields: Fields,
): Present<Fields> | undefined {
  const found = present(fields);
  return Object.keys(found).length === 0 ? undefined : found;
}

function freeze<Value extends object>(value: Value): Value {
  for (const child of Object.values(value)) {
    if (typeof child === "object" && child !== null) freeze(child);
  }
  return Object.freeze(value);
}

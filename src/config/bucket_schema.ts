import { BACKEND_NAMES, type BackendName } from "./backend_name.ts";
import { DURATION } from "./duration.ts";
import { leaf, namesTo, type Section, section } from "./schema_node.ts";
import { SIZE } from "./size.ts";
import { BUCKET_URL } from "./store_url.ts";
import {
  BOOLEAN,
  integer,
  oneOf,
  PATH,
  TEXT,
  type ValueRule,
} from "./value_rule.ts";

/** What stands in a Redis prefix for the bucket's name. */
export const REDIS_PREFIX_PLACE = "{bucket}";

/** What stands in front of the keys of a bucket in Redis. */
const REDIS_PREFIX: ValueRule = {
  allowed: "a text, and in it {bucket} with a punctuation mark behind it",
  kinds: ["text"],
  json: { type: "string" },
  read(value) {
    const [, after, more] = String(value).split(REDIS_PREFIX_PLACE);
    if (after === undefined) return { accepted: value };
    if (more !== undefined) return { refused: "{bucket} twice" };
    // Names are kept apart by the mark; `%` is what it is escaped with.
    return /^[!-$&-/:-@[-`{-~]/.test(after)
      ? { accepted: value }
      : { refused: "no punctuation mark behind {bucket}" };
  },
};

/** What a bucket of any store can be told. */
const COMMON_KEYS = {
  store: leaf(oneOf(BACKEND_NAMES), "The store it lives in", {
    required: true,
  }),
  name: leaf(TEXT, "Its name in the store", { defaultText: "the same name" }),
  access: leaf(
    oneOf(["read-write", "read-only"]),
    "What components may do with it",
    { default: "read-write" },
  ),
  ttl: leaf(
    DURATION,
    "How long a value lives that was written without a ttl of its own",
    { defaultText: "for ever" },
  ),
  max_key_size: leaf(SIZE, "The longest key that is written, in UTF-8"),
  max_value_size: leaf(SIZE, "The largest value that is written"),
  seed: section("What is written when it is first opened, if absent", {
    values: namesTo(leaf(TEXT, "A value"), "Keys and their texts", {
      secret: true,
    }),
    file: leaf(
      PATH,
      "A YAML or JSON file of keys and their values: text, or {base64: ...}",
    ),
  }),
  watch: leaf(BOOLEAN, "Whether the component's watcher hears of its changes", {
    default: false,
  }),
};

/** What a bucket of some stores alone can be told. */
const STORE_KEYS = {
  path: leaf(PATH, "Its folder or file, for filesystem and deno_kv"),
  url: leaf(BUCKET_URL, "Its server, for nats, redis and deno_kv"),
  create: leaf(BOOLEAN, "For nats: whether it is made if it does not exist", {
    default: true,
  }),
  history: leaf(
    integer(1, 64),
    "For nats: how many values of a key it remembers when it is made",
    { default: 1 },
  ),
  replicas: leaf(
    integer(1, 5),
    "For nats: how many servers keep it when it is made",
    { default: 1 },
  ),
  storage: leaf(
    oneOf(["file", "memory"]),
    "For nats: where the server keeps it when it is made",
    { default: "file" },
  ),
  token: leaf(TEXT, "For nats: the token to log in with", { secret: true }),
  user: leaf(TEXT, "For nats: the user to log in as"),
  password: leaf(TEXT, "For nats: the user's password", { secret: true }),
  credentials: leaf(PATH, "For nats: a credentials file"),
  nkey: leaf(PATH, "For nats: a file with the seed of an nkey"),
  tls_ca: leaf(PATH, "For nats: the certificates to trust"),
  tls_cert: leaf(PATH, "For nats: the certificate that Wharf shows"),
  tls_key: leaf(PATH, "For nats: the private key of that certificate"),
  prefix: leaf(
    REDIS_PREFIX,
    "For redis: what stands in front of its keys",
    { default: "{bucket}:" },
  ),
  ca_file: leaf(PATH, "For redis: the certificates to trust"),
  engine: leaf(
    oneOf(["files", "sqlite"]),
    "For filesystem: a file for each key, or one database",
    { default: "files" },
  ),
  durability: leaf(
    oneOf(["power-cut", "crash"]),
    "For filesystem with sqlite: what a write outlives once it is acknowledged",
    { default: "power-cut" },
  ),
};

/** A key that only some stores have. */
export type StoreKey = keyof typeof STORE_KEYS;

/** The keys that only some stores have. */
export const STORE_KEY_NAMES = Object.keys(STORE_KEYS) as StoreKey[];

/** Which of them each store has. */
export const KEYS_OF_STORE: Readonly<
  Record<BackendName, readonly StoreKey[]>
> = {
  in_memory: [],
  filesystem: ["path", "engine", "durability"],
  nats: [
    "url",
    "create",
    "history",
    "replicas",
    "storage",
    "token",
    "user",
    "password",
    "credentials",
    "nkey",
    "tls_ca",
    "tls_cert",
    "tls_key",
  ],
  redis: ["url", "prefix", "ca_file"],
  deno_kv: ["path", "url"],
};

/** An entry of `dev.keyvalue.buckets`. */
export const BUCKET: Section = section(
  "A bucket, by the name that components open it by",
  { ...COMMON_KEYS, ...STORE_KEYS },
  { together: ["tls_cert", "tls_key"] },
);

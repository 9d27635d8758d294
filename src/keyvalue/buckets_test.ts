import assert from "node:assert/strict";
import type { BackendChoice } from "./backends.ts";
import { type Buckets, type BucketsOptions, makeBuckets } from "./buckets.ts";
import { openInMemory } from "./in_memory.ts";
import { type Backend, KeyValueError } from "./store.ts";

const REDIS = { backend: "redis", url: "redis://127.0.0.1:6379" } as const;
const NATS = { backend: "nats", url: "nats://127.0.0.1:4222" } as const;
const DATA_NATS = { backend: "nats", url: "nats://127.0.0.1:4333" } as const;
const FILES = { backend: "filesystem", path: "/srv/data" } as const;
const DENO_KV = { backend: "deno_kv", path: "" } as const;

/** Buckets whose backends write down what is asked of them. */
function makeRecorded(
  options: BucketsOptions,
): { buckets: Buckets; opened: string[]; disposed: string[] } {
  const opened: string[] = [];
  const disposed: string[] = [];
  const open = async (choice: BackendChoice): Promise<Backend> => {
    const store = await openInMemory();
    const address = "url" in choice
      ? choice.url
      : "path" in choice
      ? choice.path
      : "";
    const id = `${choice.backend} ${address}`.trim();
    opened.push(id);
    return {
      summary: store.summary,
      open: (bucket) => {
        opened.push(`${id} > ${bucket}`);
        return store.open(bucket);
      },
      info: (bucket) => store.info(bucket),
      drop: (bucket) => store.drop(bucket),
      [Symbol.asyncDispose]: () => {
        disposed.push(id);
        return store[Symbol.asyncDispose]();
      },
    };
  };
  return { buckets: makeBuckets({ open, ...options }), opened, disposed };
}

/** Where opening a name leads: `backend address > bucket`. */
async function destination(
  options: BucketsOptions,
  name: string,
): Promise<string | undefined> {
  const { buckets, opened } = makeRecorded(options);
  await using _ = buckets;
  await buckets.open(name);
  return opened.at(-1);
}

const redis = { configured: { redis: REDIS } };
const all = {
  configured: { redis: REDIS, nats: NATS, filesystem: FILES, deno_kv: DENO_KV },
  dataNats: DATA_NATS,
};

const MAPPINGS: readonly [
  why: string,
  options: BucketsOptions,
  name: string,
  destination: string,
][] = [
  ["nothing is configured", {}, "default", "in_memory > default"],
  ["a backend's own name", {}, "in_memory", "in_memory > in_memory"],
  [
    "a backend's own name",
    all,
    "redis",
    "redis redis://127.0.0.1:6379 > redis",
  ],
  ["a backend's own name", all, "nats", "nats nats://127.0.0.1:4222 > nats"],
  [
    "a backend's own name",
    all,
    "filesystem",
    "filesystem /srv/data > filesystem",
  ],
  ["a backend's own name", all, "deno_kv", "deno_kv > deno_kv"],
  ["a backend's own name", all, "in_memory", "in_memory > in_memory"],
  [
    "redis before all others",
    all,
    "cache",
    "redis redis://127.0.0.1:6379 > cache",
  ],
  [
    "nats before files",
    { configured: { nats: NATS, filesystem: FILES } },
    "cache",
    "nats nats://127.0.0.1:4222 > cache",
  ],
  [
    "files before data_nats_url",
    { configured: { filesystem: FILES }, dataNats: DATA_NATS },
    "cache",
    "filesystem /srv/data > cache",
  ],
  [
    "data_nats_url before memory",
    { dataNats: DATA_NATS },
    "cache",
    "nats nats://127.0.0.1:4333 > cache",
  ],
  [
    "data_nats_url for nats",
    { dataNats: DATA_NATS },
    "nats",
    "nats nats://127.0.0.1:4333 > nats",
  ],
  [
    "deno_kv is no default by itself",
    { configured: { deno_kv: DENO_KV } },
    "cache",
    "in_memory > cache",
  ],
  [
    "an explicit default",
    { ...all, default: "deno_kv" },
    "cache",
    "deno_kv > cache",
  ],
  [
    "an explicit default",
    { ...all, default: "in_memory" },
    "cache",
    "in_memory > cache",
  ],
  [
    "a rule",
    { ...redis, rules: { cache: { store: "in_memory" } } },
    "cache",
    "in_memory > cache",
  ],
  [
    "a rule with a store of its own",
    { ...redis, rules: { cache: { store: FILES } } },
    "cache",
    "filesystem /srv/data > cache",
  ],
  [
    "a rule that renames",
    { ...redis, rules: { cache: { bucket: "c2" } } },
    "cache",
    "redis redis://127.0.0.1:6379 > c2",
  ],
  [
    "a rule for a backend's own name",
    { ...redis, rules: { redis: { store: "in_memory", bucket: "r" } } },
    "redis",
    "in_memory > r",
  ],
  [
    "a name that every object has",
    redis,
    "constructor",
    "redis redis://127.0.0.1:6379 > constructor",
  ],
  [
    "a name that every object has",
    redis,
    "__proto__",
    "redis redis://127.0.0.1:6379 > __proto__",
  ],
  ["an empty name", redis, "", "redis redis://127.0.0.1:6379 >"],
];

for (const [why, options, name, expected] of MAPPINGS) {
  Deno.test(`open() maps ${JSON.stringify(name)} to ${expected} (${why})`, async () => {
    assert.equal((await destination(options, name))?.trim(), expected);
  });
}

Deno.test("open() refuses a backend that is not configured, names the key and logs it once", async () => {
  const log: string[] = [];
  await using buckets = makeBuckets({ log: (message) => log.push(message) });
  const keys = {
    redis: "dev.wasi_keyvalue_redis_url",
    nats: "dev.wasi_keyvalue_nats_url",
    filesystem: "dev.wasi_keyvalue_path",
    deno_kv: "dev.wasi_keyvalue_deno_kv",
  };
  for (const [name, key] of Object.entries(keys)) {
    for (let round = 0; round < 3; round++) {
      await assert.rejects(buckets.open(name), (error) => {
        assert.ok(error instanceof KeyValueError);
        assert.equal(error.code, "no-such-store");
        assert.match(
          error.message,
          new RegExp(
            `^Cannot open bucket "${name}": .*"${key}" is not set; set it in`,
          ),
        );
        return true;
      });
    }
  }
  assert.equal(log.length, 4);
  assert.match(log[0]!, /dev\.wasi_keyvalue_redis_url/);
});

Deno.test("open() refuses a default or a rule that leads to a backend that is not configured", async () => {
  await using byDefault = makeBuckets({ default: "redis" });
  await assert.rejects(byDefault.open("cache"), {
    code: "no-such-store",
    message: /"dev.wasi_keyvalue_redis_url"/,
  });
  await using byRule = makeBuckets({ rules: { cache: { store: "nats" } } });
  await assert.rejects(byRule.open("cache"), {
    code: "no-such-store",
    message: /"dev.wasi_keyvalue_nats_url"/,
  });
  await byRule.open("other");
});

Deno.test("open() opens each backend once, however many ask at once", async () => {
  const { buckets, opened } = makeRecorded({
    ...redis,
    rules: { a: { store: { ...REDIS } }, b: { store: "redis" } },
  });
  await using _ = buckets;
  const [one, two] = await Promise.all([
    buckets.open("x"),
    buckets.open("x"),
    buckets.open("a"),
    buckets.open("b"),
  ]);
  assert.equal(one, two);
  assert.equal(await buckets.open("x"), one);
  assert.deepEqual(opened.filter((line) => !line.includes(">")), [
    "redis redis://127.0.0.1:6379",
  ]);
  assert.equal(opened.filter((line) => line.endsWith("> x")).length, 1);
});

Deno.test("open() opens nothing before it is called", async () => {
  const { buckets, opened } = makeRecorded(all);
  buckets.list();
  await buckets[Symbol.asyncDispose]();
  assert.deepEqual(opened, []);
});

Deno.test("open() tries again after a backend could not be opened, or a bucket", async () => {
  let failures = 2;
  await using buckets = makeBuckets({
    open: async () => {
      if (failures-- > 0) {
        throw new KeyValueError("other", "Cannot connect: away");
      }
      const store = await openInMemory();
      let refusals = 1;
      return {
        summary: store.summary,
        open: (bucket) =>
          refusals-- > 0
            ? Promise.reject(
              new KeyValueError("access-denied", "Cannot open: no"),
            )
            : store.open(bucket),
        info: (bucket) => store.info(bucket),
        drop: (bucket) => store.drop(bucket),
        [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
      };
    },
  });
  await assert.rejects(buckets.open("a"), { code: "other" });
  await assert.rejects(Promise.all([buckets.open("a"), buckets.open("b")]), {
    code: "other",
  });
  await assert.rejects(buckets.open("a"), { code: "access-denied" });
  await (await buckets.open("a")).set("key", new Uint8Array(1));
  assert.equal(await (await buckets.open("a")).exists("key"), true);
});

Deno.test("open() gives the same data after its cache of buckets has overflowed", async () => {
  await using buckets = makeBuckets();
  await (await buckets.open("first")).set("key", new Uint8Array(1));
  for (let index = 0; index < 1500; index++) {
    await buckets.open(`guest's ${index}`);
  }
  assert.equal(await (await buckets.open("first")).exists("key"), true);
});

Deno.test("open() refuses a name with a lone surrogate", async () => {
  await using buckets = makeBuckets();
  await assert.rejects(buckets.open("\ud800"), { code: "no-such-store" });
});

Deno.test("dispose closes what was opened, once, and then opens no more", async () => {
  const { buckets, opened, disposed } = makeRecorded(all);
  await buckets.open("redis");
  const late = buckets.open("nats");
  await buckets[Symbol.asyncDispose]();
  await buckets[Symbol.asyncDispose]();
  assert.deepEqual(disposed.sort(), [
    "nats nats://127.0.0.1:4222",
    "redis redis://127.0.0.1:6379",
  ]);
  await late;
  await assert.rejects(buckets.open("filesystem"), { code: "other" });
  assert.equal(opened.some((line) => line.startsWith("filesystem")), false);
});

Deno.test("list() says where every known bucket is kept and whether it lasts", async () => {
  await using buckets = makeBuckets({
    configured: { filesystem: FILES },
    rules: {
      cache: { store: "in_memory" },
      users: { bucket: "people" },
      lost: { store: "redis" },
    },
  });
  const memory = {
    backend: "in_memory",
    location: "memory of this process",
    durable: false,
  };
  const files = {
    backend: "filesystem",
    location: "files in /srv/data",
    durable: true,
  };
  assert.deepEqual(buckets.list(), [
    { name: "cache", ...memory },
    { name: "users", bucket: "people", ...files },
    { name: "in_memory", ...memory },
    { name: "filesystem", ...files },
    { name: undefined, ...files },
  ]);
});

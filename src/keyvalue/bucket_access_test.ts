import assert from "node:assert/strict";
import { type BucketsOptions, makeBuckets } from "./buckets.ts";
import { openInMemory } from "./in_memory.ts";
import { type Backend, KeyValueError } from "./store.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

/** Whether guests may open a name, behind a label if there is one. */
async function mayOpen(
  options: BucketsOptions,
  name: string,
  label?: string,
): Promise<boolean> {
  await using buckets = makeBuckets(options);
  try {
    await buckets.forGuests(label).open(name);
    return true;
  } catch (error) {
    assert.ok(error instanceof KeyValueError);
    assert.equal(error.code, "access-denied");
    return false;
  }
}

const ALLOW: readonly [
  name: string,
  label: string | undefined,
  may: boolean,
][] = [
  ["cache", undefined, true],
  ["other", undefined, false],
  ["", undefined, false],
  ["__proto__", undefined, false],
  ["", "cache", true],
  ["cache", "cache", true],
  ["users", "cache", true],
  ["other", "cache", false],
  ["", "other", false],
  ["other", "other", false],
  ["cache", "other", false],
];

for (const [name, label, may] of ALLOW) {
  Deno.test(
    `allow ${may ? "lets" : "keeps"} guests open ${
      JSON.stringify(name)
    } behind the label ${label}`,
    async () => {
      const options = { allow: ["cache", "users"] };
      assert.equal(await mayOpen(options, name, label), may);
    },
  );
}

Deno.test("allow denies in words, binds no operator, and an empty one denies all", async () => {
  await using buckets = makeBuckets({ allow: [] });
  await assert.rejects(buckets.forGuests().open("a"), {
    code: "access-denied",
    message:
      'Cannot open bucket "a": "dev.keyvalue.allow" does not name it; add it there',
  });
  await buckets.open("a");
});

Deno.test("forGuests() is the plain view where no rule is on access", async () => {
  await using buckets = makeBuckets({
    rules: { limited: { ttl: 1000 }, plain: {} },
  });
  const guests = buckets.forGuests();
  for (const name of ["limited", "plain", "x"]) {
    assert.equal(await guests.open(name), await buckets.open(name), name);
  }
});

Deno.test("forGuests() lets nobody write to a read-only bucket, by none of its names", async () => {
  await using buckets = makeBuckets({
    default: "in_memory",
    rules: {
      users: { bucket: "people", readOnly: true },
      cache: { store: "in_memory" },
      admin: { bucket: "people" },
    },
  });
  await (await buckets.open("users")).set("k", bytes("v"));
  const guests = buckets.forGuests();
  const denied = [
    await guests.open("users"),
    await guests.open("people"),
    await buckets.forGuests("users").open(""),
    await buckets.forGuests("users").open("users"),
    await buckets.forGuests("cache").open("people"),
  ];
  for (const bucket of denied) {
    assert.deepEqual((await bucket.get("k"))?.value, bytes("v"));
    await assert.rejects(bucket.set("k", bytes("w")), {
      code: "access-denied",
    });
  }
  assert.equal(await guests.open("users"), denied[0]);
  // An entry of its own has the access it says.
  await (await guests.open("admin")).set("k", bytes("w"));
  await (await guests.open("cache")).set("k", bytes("w"));
  await (await buckets.forGuests("cache").open("new")).set("k", bytes("w"));
});

Deno.test("open() holds operators to limits, by each name of the bucket", async () => {
  await using buckets = makeBuckets({
    rules: { small: { bucket: "s", maxValueSize: 20, readOnly: true } },
  });
  for (const name of ["small", "s"]) {
    const bucket = await buckets.open(name);
    await bucket.set("k", new Uint8Array(20));
    await assert.rejects(bucket.set("k", new Uint8Array(21)), {
      code: "other",
      message: /dev\.keyvalue\.buckets\.small\.max_value_size/,
    });
  }
  await (await buckets.open("large")).set("k", new Uint8Array(21));
});

Deno.test("open() holds a bucket under other settings of its store to its rule", async () => {
  const backend = "redis" as const;
  const url = "redis://127.0.0.1:1";
  await using buckets = makeBuckets({
    configured: { redis: { backend, url } },
    rules: {
      users: { store: { backend, url, timeout: 1 }, readOnly: true },
      heap: { store: { backend, url, prefix: "heap" }, readOnly: true },
      spelled: { store: { backend, url: `${url}/0` } },
      h2: { store: { backend, url, prefix: "heap-{bucket}:" } },
    },
    open: () => openInMemory(),
  });
  const write = async (name: string, label?: string) =>
    (await buckets.forGuests(label).open(name)).delete("k");
  await assert.rejects(write("users", "redis"), { code: "access-denied" });
  await assert.rejects(write("users", "spelled"), { code: "access-denied" });
  await assert.rejects(write("any", "heap"), { code: "access-denied" });
  await write("any", "h2");
  await write("any");
});

Deno.test("open() seeds a bucket once, where keys are absent, before anyone has it", async () => {
  const store = await openInMemory();
  let opened = 0;
  const backend: Backend = {
    summary: store.summary,
    info: (name) => store.info(name),
    drop: (name) => store.drop(name),
    async open(name) {
      opened++;
      return await store.open(name);
    },
    [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
  };
  await (await store.open("p")).set("kept", bytes("old"));
  await using buckets = makeBuckets({
    open: () => Promise.resolve(backend),
    rules: {
      prices: {
        bucket: "p",
        readOnly: true,
        seed: new Map([["kept", bytes("new")], ["apple", bytes("1.20")]]),
      },
    },
  });
  assert.equal(opened, 0);
  const guests = buckets.forGuests();
  const [one, two] = await Promise.all([
    guests.open("prices"),
    guests.open("p"),
  ]);
  for (const bucket of [one, two]) {
    assert.deepEqual((await bucket!.get("apple"))?.value, bytes("1.20"));
    assert.deepEqual((await bucket!.get("kept"))?.value, bytes("old"));
  }
  // What was deleted since stays deleted while the process lives.
  await (await buckets.open("prices")).delete("apple");
  for (let index = 0; index < 1500; index++) await buckets.open(`n${index}`);
  assert.equal(await (await guests.open("prices")).exists("apple"), false);
});

Deno.test("open() fails while a bucket cannot be seeded, and then tries again", async () => {
  const store = await openInMemory();
  let away = true;
  await using buckets = makeBuckets({
    rules: { a: { seed: new Map([["k", bytes("v")]]) } },
    open: () =>
      Promise.resolve({
        summary: store.summary,
        info: (name) => store.info(name),
        drop: (name) => store.drop(name),
        [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
        async open(name) {
          const bucket = await store.open(name);
          const swap: typeof bucket.swap = (...args) =>
            away
              ? Promise.reject(new KeyValueError("other", "Cannot x: away"))
              : bucket.swap(...args);
          return {
            ...bucket,
            get: (key) => bucket.get(key),
            expiry: (key) => bucket.expiry(key),
            swap,
          };
        },
      }),
  });
  await assert.rejects(Promise.all([buckets.open("a"), buckets.open("a")]), {
    message: "Cannot x: away",
  });
  away = false;
  assert.deepEqual(
    (await (await buckets.open("a")).get("k"))?.value,
    bytes("v"),
  );
});

Deno.test("list() tells what guests may not do, and names what they may open", async () => {
  await using buckets = makeBuckets({
    allow: ["users", "cache"],
    rules: { users: { readOnly: true }, secret: {} },
  });
  assert.deepEqual(
    buckets.list().map(({ name, access }) => [name, access]),
    [
      ["users", "read-only"],
      ["secret", "denied"],
      ["in_memory", "denied"],
      ["cache", undefined],
      [undefined, "denied"],
    ],
  );
});

Deno.test("watched() names the buckets with a watcher that guests may open", async () => {
  const rules = { a: { watch: true }, b: { watch: false }, c: { watch: true } };
  await using all = makeBuckets({ rules });
  assert.deepEqual(all.watched(), ["a", "c"]);
  await using some = makeBuckets({ rules, allow: ["b", "c"] });
  assert.deepEqual(some.watched(), ["c"]);
  await using none = makeBuckets();
  assert.deepEqual(none.watched(), []);
});

Deno.test("policy() tells what a bucket is held to, by each of its names", async () => {
  const rule = { bucket: "stored", maxValueSize: 20 };
  await using buckets = makeBuckets({ rules: { a: rule } });
  assert.equal(buckets.policy("a").maxValueSize, 20);
  assert.equal(buckets.policy("stored").maxValueSize, 20);
  assert.deepEqual(buckets.policy("other"), {});
  assert.throws(() => buckets.policy("\ud800"), { code: "no-such-store" });
});

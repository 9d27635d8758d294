import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import { bytes } from "../../tests/support/keyvalue_values.ts";
import { makeBuckets } from "./buckets.ts";
import { keepInMemory } from "./kept_stores.ts";

Deno.test("keepInMemory() keeps what is in memory from one Buckets to the next", async (test) => {
  const cases = [
    ["in_memory", {}],
    ["deno_kv", { deno_kv: { backend: "deno_kv", path: ":memory:" } }],
  ] as const;
  for (const [name, configured] of cases) {
    await test.step(name, async () => {
      await using stores = keepInMemory();
      const open = (choice: Parameters<typeof stores.open>[0]) =>
        stores.open(choice);
      {
        await using first = makeBuckets({ configured, open });
        await (await first.open(name)).set("key", bytes("value"));
      }
      await using second = makeBuckets({ configured, open });
      const entry = await (await second.open(name)).get("key");
      deepStrictEqual(entry?.value, bytes("value"));
    });
  }
});

Deno.test("keepInMemory() closes other stores with their Buckets", async () => {
  await using stores = keepInMemory();
  const path = await Deno.makeTempDir();
  try {
    const backend = await stores.open({
      backend: "deno_kv",
      path: `${path}/a`,
    });
    const bucket = await backend.open("bucket");
    await bucket.set("key", bytes("value"));
    await backend[Symbol.asyncDispose]();
    await rejects(bucket.get("key"), { name: "KeyValueError" });
  } finally {
    await Deno.remove(path, { recursive: true });
  }
});

Deno.test("keepInMemory() forgets all when it is disposed", async () => {
  const stores = keepInMemory();
  const backend = await stores.open({ backend: "in_memory" });
  await (await backend.open("bucket")).set("key", bytes("value"));
  await stores[Symbol.asyncDispose]();
  strictEqual(await backend.info("bucket"), undefined);
});

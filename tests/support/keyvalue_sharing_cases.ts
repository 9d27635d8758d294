/** Contract cases: several handles, several openings, several lives of one store. @module */

import assert from "node:assert/strict";
import type { BucketCase } from "../contract/bucket_contract.ts";
import {
  bytes,
  fill,
  listAll,
  numbered,
  textAt,
  versionAt,
} from "./keyvalue_values.ts";

export const SHARING_CASES: readonly BucketCase[] = [
  {
    name: "two handles of one bucket see each other's writes",
    async run({ backend }) {
      const [one, two] = [
        await backend.open("default"),
        await backend.open("default"),
      ];
      assert.equal(await one.exists("key"), false);
      assert.equal(await two.exists("key"), false);
      await one.set("key", bytes("1"));
      assert.equal(await textAt(two, "key"), "1");
      const version = await versionAt(two, "key");
      await two.set("key", bytes("2"));
      assert.ok(!(await one.swap("key", version, bytes("3"))).swapped);
      await two.delete("key");
      assert.deepEqual(await listAll(one), []);
    },
  },
  {
    name: "a bucket that was only opened holds nothing and can be opened again",
    async run({ backend }) {
      for (let round = 0; round < 3; round++) {
        for (const name of numbered("bucket ", 50)) {
          const bucket = await backend.open(name);
          assert.equal(await bucket.exists("key"), false);
          await bucket.delete("key");
          assert.deepEqual(await bucket.listKeys(), { keys: [] });
        }
      }
    },
  },
  {
    name: "a handle stays good while 1,500 other buckets are opened",
    async run({ backend }) {
      const bucket = await backend.open("default");
      await bucket.set("key", bytes("1"));
      await Promise.all(
        numbered("other ", 1500).map((name) => backend.open(name)),
      );
      await bucket.set("key", bytes("2"));
      assert.equal(await textAt(await backend.open("default"), "key"), "2");
      assert.equal(await textAt(bucket, "key"), "2");
    },
  },
  {
    name: "data outlives the backend that wrote it",
    needs: "durable",
    async run({ backend, again }) {
      const bucket = await backend.open("default");
      await fill(bucket, numbered("key ", 20));
      await bucket.increment("counter", 41n);
      const version = await versionAt(bucket, "counter");
      await backend[Symbol.asyncDispose]();

      await using reopened = await again();
      const later = await reopened.open("default");
      assert.equal((await listAll(later)).length, 21);
      assert.equal(await versionAt(later, "counter"), version);
      assert.equal(await later.increment("counter", 1n), 42n);
    },
  },
  {
    name: "a time to live outlives the backend that set it",
    needs: "durable",
    async run({ backend, again, elapse }) {
      const bucket = await backend.open("default");
      await bucket.set("key", bytes("value"), { ttl: 10_000 });
      await backend[Symbol.asyncDispose]();

      await using reopened = await again();
      const later = await reopened.open("default");
      assert.equal(await textAt(later, "key"), "value");
      await elapse(10_000);
      assert.deepEqual(await listAll(later), []);
      assert.equal(await later.exists("key"), false);
      assert.equal(await textAt(later, "key"), undefined);
    },
  },
  {
    name: "two openings of one store lose no increment and no swap",
    needs: "durable",
    async run({ backend, again }) {
      await using other = await again();
      const buckets = [
        await backend.open("default"),
        await other.open("default"),
      ];
      await Promise.all(
        buckets.flatMap((bucket) =>
          Array.from({ length: 25 }, async () => {
            await bucket.increment("counter", 1n);
            while (true) {
              const entry = await bucket.get("list");
              const value = bytes(
                `${entry ? new TextDecoder().decode(entry.value) : ""}x`,
              );
              if ((await bucket.swap("list", entry?.version, value)).swapped) {
                break;
              }
            }
          })
        ),
      );
      for (const bucket of buckets) {
        assert.equal(await textAt(bucket, "counter"), "50");
        assert.equal(await textAt(bucket, "list"), "x".repeat(50));
      }
    },
  },
  {
    name: "a version of one opening is refused by another after A to B to A",
    needs: "durable",
    async run({ backend, again }) {
      await using other = await again();
      const [one, two] = [
        await backend.open("default"),
        await other.open("default"),
      ];
      await one.set("key", bytes("a"));
      for (let round = 0; round < 20; round++) {
        const seen = await versionAt(one, "key");
        await two.set("key", bytes("b"));
        await two.delete("key");
        await two.set("key", bytes("a"));
        assert.ok(
          !(await one.swap("key", seen, bytes("c"))).swapped,
          `round ${round}`,
        );
        assert.equal(await textAt(one, "key"), "a");
      }
    },
  },
  {
    name: "a listing that two openings share lists a key that stays once",
    needs: "durable",
    async run({ backend, again }) {
      await using other = await again();
      const buckets = [
        await backend.open("default"),
        await other.open("default"),
      ] as const;
      const stay = numbered("stay ", 60);
      await fill(buckets[0], stay);
      // Each has read the bucket before the key that comes now.
      for (const bucket of buckets) await bucket.listKeys({ limit: 1 });
      await fill(buckets[1], ["late"]);
      const keys: string[] = [];
      let cursor: string | undefined;
      for (let page = 0;; page++) {
        const found = await buckets[page % 2]!.listKeys({
          limit: 7,
          ...(cursor !== undefined && { cursor }),
        });
        keys.push(...found.keys);
        cursor = found.cursor;
        if (cursor === undefined) break;
        await fill(buckets[page % 2]!, [`new ${page}`]);
      }
      const expected = [...stay, "late"].sort();
      assert.deepEqual(
        keys.filter((key) => !key.startsWith("new")).sort(),
        expected,
      );
      assert.equal(new Set(keys).size, keys.length);
    },
  },
];

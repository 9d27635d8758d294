/** Contract cases: what the plain operations answer. @module */

import assert from "node:assert/strict";
import type { BucketCase } from "../contract/bucket_contract.ts";
import {
  assertRefused,
  bytes,
  listAll,
  text,
  textAt,
} from "./keyvalue_values.ts";

export const BASIC_CASES: readonly BucketCase[] = [
  {
    name: "get() answers what set() stored",
    async run({ backend }) {
      const bucket = await backend.open("default");
      assert.equal(await bucket.get("key"), undefined);
      await bucket.set("key", bytes("value"));
      assert.equal(await textAt(bucket, "key"), "value");
      assert.equal(await textAt(bucket, "other"), undefined);
    },
  },
  {
    name: "get() tells an empty value from an absent key",
    async run({ backend }) {
      const bucket = await backend.open("default");
      await bucket.set("key", bytes(""));
      assert.equal(await textAt(bucket, "key"), "");
      assert.equal(await bucket.exists("key"), true);
    },
  },
  {
    name: "get() returns every byte",
    async run({ backend }) {
      const bucket = await backend.open("default");
      const value = Uint8Array.from({ length: 1024 }, (_, index) => index);
      await bucket.set("key", value);
      assert.deepEqual((await bucket.get("key"))?.value, value);
    },
  },
  {
    name: "set() replaces a longer and a shorter value",
    async run({ backend }) {
      const bucket = await backend.open("default");
      for (const value of ["long value", "short", "a much longer value", ""]) {
        await bucket.set("key", bytes(value));
        assert.equal(await textAt(bucket, "key"), value);
      }
      assert.deepEqual(await listAll(bucket), ["key"]);
    },
  },
  {
    name: "set() keeps the last of several calls that were not waited for",
    async run({ backend }) {
      const bucket = await backend.open("default");
      await Promise.all(
        ["a", "b", "c", "d"].map((value) => bucket.set("key", bytes(value))),
      );
      assert.equal(await textAt(bucket, "key"), "d");
    },
  },
  {
    name: "set() stores the bytes as they were at the call",
    async run({ backend }) {
      const bucket = await backend.open("default");
      const value = bytes("before");
      const stored = [
        bucket.set("set", value),
        bucket.setMany([["many", value]]),
        bucket.swap("swap", undefined, value),
      ];
      value.fill(0x78);
      await Promise.all(stored);
      for (const key of ["set", "many", "swap"]) {
        assert.equal(await textAt(bucket, key), "before", key);
      }
    },
  },
  {
    name: "set() stores the window of an array, not its buffer",
    async run({ backend }) {
      const bucket = await backend.open("default");
      await bucket.set("key", bytes("<value>").subarray(1, 6));
      assert.equal(await textAt(bucket, "key"), "value");
    },
  },
  {
    name: "get() gives each caller an array of its own",
    async run({ backend }) {
      const bucket = await backend.open("default");
      await bucket.set("key", bytes("value"));
      (await bucket.get("key"))?.value.fill(0);
      (await bucket.getMany(["key"]))[0]?.value.fill(0);
      const refused = await bucket.swap("key", "0", bytes("x"));
      if (!refused.swapped) refused.current?.value.fill(0);
      assert.equal(await textAt(bucket, "key"), "value");
    },
  },
  {
    name: "delete() removes a key and takes an absent one",
    async run({ backend }) {
      const bucket = await backend.open("default");
      await bucket.set("key", bytes("value"));
      await bucket.delete("key");
      assert.equal(await bucket.get("key"), undefined);
      assert.equal(await bucket.exists("key"), false);
      await bucket.delete("key");
      await bucket.delete("never there");
      assert.deepEqual(await listAll(bucket), []);
    },
  },
  {
    name: "getMany() keeps the order, with misses and repeats",
    async run({ backend }) {
      const bucket = await backend.open("default");
      await bucket.setMany([["a", bytes("1")], ["b", bytes("2")], [
        "c",
        bytes("3"),
      ]]);
      const found = await bucket.getMany([
        "c",
        "missing",
        "a",
        "c",
        "b",
        "missing",
      ]);
      assert.deepEqual(found.map(text), [
        "3",
        undefined,
        "1",
        "3",
        "2",
        undefined,
      ]);
      assert.deepEqual(await bucket.getMany([]), []);
    },
  },
  {
    name: "setMany() sets every key, the last value of one named twice",
    async run({ backend }) {
      const bucket = await backend.open("default");
      await bucket.setMany([["a", bytes("1")], ["b", bytes("2")], [
        "a",
        bytes("3"),
      ]]);
      await bucket.setMany([]);
      assert.deepEqual((await bucket.getMany(["a", "b"])).map(text), [
        "3",
        "2",
      ]);
    },
  },
  {
    name: "deleteMany() removes every key and skips absent ones",
    async run({ backend }) {
      const bucket = await backend.open("default");
      await bucket.setMany([["a", bytes("1")], ["b", bytes("2")], [
        "c",
        bytes("3"),
      ]]);
      await bucket.deleteMany(["a", "missing", "c", "a"]);
      await bucket.deleteMany([]);
      assert.deepEqual(await listAll(bucket), ["b"]);
    },
  },
  {
    name: "getMany(), setMany() and deleteMany() take 500 keys at once",
    async run({ backend }) {
      const bucket = await backend.open("default");
      const keys = Array.from({ length: 500 }, (_, index) => `key ${index}`);
      await bucket.setMany(keys.map((key) => [key, bytes(key)] as const));
      assert.deepEqual((await bucket.getMany(keys)).map(text), keys);
      await bucket.deleteMany(keys.slice(1));
      assert.deepEqual(await listAll(bucket), ["key 0"]);
    },
  },
  {
    name: "get() answers undefined once a ttl is over",
    needs: "expiry",
    async run({ backend, elapse }) {
      const bucket = await backend.open("default");
      await bucket.set("short", bytes("1"), { ttl: 10_000 });
      await bucket.set("long", bytes("2"), { ttl: 60_000 });
      await bucket.set("ever", bytes("3"));
      assert.deepEqual(
        (await bucket.getMany(["short", "long", "ever"])).map(text),
        ["1", "2", "3"],
      );
      await elapse(10_000);
      assert.deepEqual(
        (await bucket.getMany(["short", "long", "ever"])).map(text),
        [undefined, "2", "3"],
      );
      assert.equal(await bucket.exists("short"), false);
      assert.equal(await bucket.exists("long"), true);
      assert.deepEqual((await listAll(bucket)).sort(), ["ever", "long"]);
    },
  },
  {
    name: "swap() takes a ttl, and none ends an earlier one",
    needs: "expiry",
    async run({ backend, elapse }) {
      const bucket = await backend.open("default");
      assert.ok(
        (await bucket.swap("new", undefined, bytes("1"), { ttl: 10_000 }))
          .swapped,
      );
      await bucket.set("old", bytes("1"));
      const old = await bucket.get("old");
      const swapped = await bucket.swap("old", old?.version, bytes("2"), {
        ttl: 10_000,
      });
      assert.ok(swapped.swapped);
      assert.equal(swapped.version, (await bucket.get("old"))?.version);
      await bucket.set("ever", bytes("1"), { ttl: 10_000 });
      const ever = await bucket.get("ever");
      await bucket.swap("ever", ever?.version, bytes("2"));
      await assertRefused(
        bucket.swap("ever", undefined, bytes("3"), { ttl: 0 }),
      );
      await elapse(10_000);
      assert.deepEqual(
        (await bucket.getMany(["new", "old", "ever"])).map(text),
        [undefined, undefined, "2"],
      );
      assert.ok(
        !(await bucket.swap("old", swapped.version, bytes("3"))).swapped,
      );
    },
  },
  {
    name: "set() without a ttl and delete() end an earlier ttl",
    needs: "expiry",
    async run({ backend, elapse }) {
      const bucket = await backend.open("default");
      await bucket.set("set", bytes("1"), { ttl: 10_000 });
      await bucket.set("set", bytes("2"));
      await bucket.set("deleted", bytes("1"), { ttl: 10_000 });
      await bucket.delete("deleted");
      await bucket.set("deleted", bytes("2"));
      await bucket.set("swapped", bytes("1"), { ttl: 10_000 });
      const swapped = await bucket.get("swapped");
      assert.ok(
        (await bucket.swap("swapped", swapped?.version, bytes("2"))).swapped,
      );
      await elapse(10_000);
      assert.deepEqual(
        (await bucket.getMany(["set", "deleted", "swapped"])).map(text),
        ["2", "2", "2"],
      );
    },
  },
  {
    name: "increment() keeps a ttl and starts at 0 after it",
    needs: "expiry",
    async run({ backend, elapse }) {
      const bucket = await backend.open("default");
      await bucket.set("counter", bytes("41"), { ttl: 10_000 });
      assert.equal(await bucket.increment("counter", 1n), 42n);
      await elapse(10_000);
      assert.equal(await bucket.increment("counter", 1n), 1n);
      await elapse(10_000);
      assert.equal(await textAt(bucket, "counter"), "1");
    },
  },
  {
    name: "swap() takes an expired key for an absent one",
    needs: "expiry",
    async run({ backend, elapse }) {
      const bucket = await backend.open("default");
      await bucket.set("key", bytes("old"), { ttl: 10_000 });
      const version = (await bucket.get("key"))?.version;
      await elapse(10_000);
      assert.deepEqual(await bucket.swap("key", version, bytes("new")), {
        swapped: false,
        current: undefined,
      });
      assert.ok((await bucket.swap("key", undefined, bytes("new"))).swapped);
      assert.equal(await textAt(bucket, "key"), "new");
    },
  },
  {
    name: "set() refuses a ttl that is no positive whole number",
    async run({ backend }) {
      const bucket = await backend.open("default");
      for (const ttl of [0, -1, 1.5, NaN, Infinity]) {
        await assertRefused(bucket.set("key", bytes("value"), { ttl }));
      }
      assert.equal(await bucket.exists("key"), false);
    },
  },
];

/** Contract cases: increment(). @module */

import assert from "node:assert/strict";
import { COUNTER_MAX, COUNTER_MIN } from "../../src/keyvalue/store.ts";
import type { BucketCase } from "../contract/bucket_contract.ts";
import { assertRefused, bytes, textAt, versionAt } from "./keyvalue_values.ts";

const NO_NUMBERS = [
  "",
  "abc",
  "1.5",
  "1e3",
  "0x10",
  "--1",
  "1 2",
  "٣",
  "\0\0\0\0\0\0\0\x01",
  "9".repeat(100),
];

export const COUNTER_CASES: readonly BucketCase[] = [
  {
    name: "increment() counts from 0 and stores ASCII decimal",
    async run({ backend }) {
      const bucket = await backend.open("default");
      assert.equal(await bucket.increment("counter", 5n), 5n);
      assert.equal(await bucket.increment("counter", 0n), 5n);
      assert.equal(await textAt(bucket, "counter"), "5");
      assert.equal(await bucket.increment("zero", 0n), 0n);
      assert.equal(await textAt(bucket, "zero"), "0");
    },
  },
  {
    name: "increment() adds to a decimal that set() stored",
    async run({ backend }) {
      const bucket = await backend.open("default");
      await bucket.set("counter", bytes("41"));
      assert.equal(await bucket.increment("counter", 1n), 42n);
      await bucket.set("counter", bytes("-100"));
      assert.equal(await bucket.increment("counter", 1n), -99n);
    },
  },
  {
    name: "increment() takes a negative delta",
    async run({ backend }) {
      const bucket = await backend.open("default");
      assert.equal(await bucket.increment("counter", -3n), -3n);
      assert.equal(await bucket.increment("counter", 2n), -1n);
      assert.equal(await textAt(bucket, "counter"), "-1");
    },
  },
  {
    name: "increment() is exact beyond what a double holds",
    async run({ backend }) {
      const bucket = await backend.open("default");
      await bucket.set("counter", bytes("9007199254740993"));
      assert.equal(await bucket.increment("counter", 2n), 9007199254740995n);
    },
  },
  {
    name: "increment() refuses a value that is no number and leaves it",
    async run({ backend }) {
      const bucket = await backend.open("default");
      for (const value of NO_NUMBERS) {
        await bucket.set("key", bytes(value));
        await assertRefused(bucket.increment("key", 1n));
        assert.equal(await textAt(bucket, "key"), value);
      }
    },
  },
  {
    name: "increment() refuses to leave s64 and leaves the value",
    async run({ backend }) {
      const bucket = await backend.open("default");
      const beyond: [start: bigint, delta: bigint][] = [
        [COUNTER_MAX, 1n],
        [COUNTER_MIN, -1n],
        [1n, COUNTER_MAX],
        [0n, 2n ** 64n - 1n],
      ];
      for (const [start, delta] of beyond) {
        await bucket.set("counter", bytes(String(start)));
        await assertRefused(bucket.increment("counter", delta));
        assert.equal(await textAt(bucket, "counter"), String(start));
      }
      await assertRefused(bucket.increment("absent", 2n ** 63n));
      assert.equal(await bucket.exists("absent"), false);
      assert.equal(await bucket.increment("max", COUNTER_MAX), COUNTER_MAX);
      assert.equal(await bucket.increment("min", COUNTER_MIN), COUNTER_MIN);
    },
  },
  {
    name: "increment() counts every one of 64 concurrent callers",
    async run({ backend }) {
      const bucket = await backend.open("default");
      const sums = await Promise.all(
        Array.from({ length: 64 }, () => bucket.increment("counter", 1n)),
      );
      assert.deepEqual(
        sums.map(Number).sort((a, b) => a - b),
        Array.from({ length: 64 }, (_, index) => index + 1),
      );
      assert.equal(await textAt(bucket, "counter"), "64");
    },
  },
  {
    name: "increment() changes the version, with a delta of 0 too",
    async run({ backend }) {
      const bucket = await backend.open("default");
      await bucket.increment("counter", 1n);
      const before = await versionAt(bucket, "counter");
      await bucket.increment("counter", 0n);
      assert.notEqual(await versionAt(bucket, "counter"), before);
    },
  },
];

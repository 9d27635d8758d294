/** Contract cases: swap() and versions. @module */

import assert from "node:assert/strict";
import type { BucketCase } from "../contract/bucket_contract.ts";
import { bytes, text, textAt, versionAt } from "./keyvalue_values.ts";

export const SWAP_CASES: readonly BucketCase[] = [
  {
    name: "swap() creates an absent key, once",
    async run({ backend }) {
      const bucket = await backend.open("default");
      const first = await bucket.swap("key", undefined, bytes("a"));
      assert.ok(first.swapped);
      assert.equal(first.version, await versionAt(bucket, "key"));
      const second = await bucket.swap("key", undefined, bytes("b"));
      assert.ok(!second.swapped);
      assert.equal(text(second.current), "a");
      assert.equal(second.current?.version, first.version);
      assert.equal(await textAt(bucket, "key"), "a");
    },
  },
  {
    name: "swap() goes on from the version it returned",
    async run({ backend }) {
      const bucket = await backend.open("default");
      let version: string | undefined;
      for (const value of ["a", "b", "c"]) {
        const done = await bucket.swap("key", version, bytes(value));
        assert.ok(done.swapped);
        version = done.version;
      }
      assert.equal(await textAt(bucket, "key"), "c");
    },
  },
  {
    name: "swap() refuses a stale version and gives the current entry",
    async run({ backend }) {
      const bucket = await backend.open("default");
      await bucket.set("key", bytes("a"));
      const stale = await versionAt(bucket, "key");
      await bucket.set("key", bytes("b"));
      const refused = await bucket.swap("key", stale, bytes("c"));
      assert.ok(!refused.swapped);
      assert.equal(text(refused.current), "b");
      assert.ok(
        (await bucket.swap("key", refused.current?.version, bytes("c")))
          .swapped,
      );
      assert.equal(await textAt(bucket, "key"), "c");
    },
  },
  {
    name: "swap() refuses a version of a key that is gone",
    async run({ backend }) {
      const bucket = await backend.open("default");
      await bucket.set("key", bytes("a"));
      const stale = await versionAt(bucket, "key");
      await bucket.delete("key");
      assert.deepEqual(await bucket.swap("key", stale, bytes("b")), {
        swapped: false,
        current: undefined,
      });
      assert.equal(await bucket.exists("key"), false);
    },
  },
  {
    name: "swap() refuses a version that no write ever had",
    async run({ backend }) {
      const bucket = await backend.open("default");
      await bucket.set("key", bytes("a"));
      for (
        const version of ["", "0", "-1", "no version", "\0", "9".repeat(1000)]
      ) {
        const refused = await bucket.swap("key", version, bytes("b"));
        assert.ok(!refused.swapped);
        assert.equal(text(refused.current), "a");
      }
    },
  },
  {
    name: "swap() sees A to B to A, however fast",
    async run({ backend }) {
      const bucket = await backend.open("default");
      await bucket.set("key", bytes("a"));
      for (let round = 0; round < 50; round++) {
        const seen = await versionAt(bucket, "key");
        await Promise.all([
          bucket.set("key", bytes("b")),
          bucket.set("key", bytes("a")),
        ]);
        assert.ok(
          !(await bucket.swap("key", seen, bytes("c"))).swapped,
          `round ${round}`,
        );
        assert.equal(await textAt(bucket, "key"), "a");
      }
    },
  },
  {
    name: "swap() sees a key that was deleted and set again",
    async run({ backend }) {
      const bucket = await backend.open("default");
      const seen = new Set<string>();
      for (let round = 0; round < 50; round++) {
        await bucket.set("key", bytes("a"));
        const version = await versionAt(bucket, "key");
        assert.ok(!seen.has(version), `round ${round}`);
        seen.add(version);
        await Promise.all([
          bucket.delete("key"),
          bucket.set("key", bytes("a")),
        ]);
        assert.ok(!(await bucket.swap("key", version, bytes("b"))).swapped);
        await bucket.delete("key");
      }
    },
  },
  {
    name: "set() gives a new version to the same bytes",
    async run({ backend }) {
      const bucket = await backend.open("default");
      const seen = new Set<string>();
      for (let round = 0; round < 20; round++) {
        await bucket.set("key", bytes("same"));
        seen.add(await versionAt(bucket, "key"));
      }
      assert.equal(seen.size, 20);
    },
  },
  {
    name: "get() and getMany() agree on the version until the next write",
    async run({ backend }) {
      const bucket = await backend.open("default");
      await bucket.setMany([["a", bytes("1")], ["b", bytes("2")]]);
      const version = await versionAt(bucket, "a");
      await bucket.set("b", bytes("3"));
      assert.equal((await bucket.getMany(["a"]))[0]?.version, version);
      assert.equal(await versionAt(bucket, "a"), version);
    },
  },
  {
    name: "swap() lets exactly one of 16 concurrent callers win, each round",
    async run({ backend }) {
      const bucket = await backend.open("default");
      let version: string | undefined;
      for (let round = 0; round < 10; round++) {
        const ended = await Promise.all(
          Array.from(
            { length: 16 },
            (_, caller) =>
              bucket.swap("key", version, bytes(`${round} ${caller}`)),
          ),
        );
        const winners = ended.flatMap((one, caller) =>
          one.swapped ? [{ caller, version: one.version }] : []
        );
        assert.equal(winners.length, 1);
        assert.equal(
          await textAt(bucket, "key"),
          `${round} ${winners[0]?.caller}`,
        );
        version = winners[0]?.version;
      }
    },
  },
  {
    name: "swap() in a loop loses no step of 8 concurrent callers",
    async run({ backend }) {
      const bucket = await backend.open("default");
      await Promise.all(Array.from({ length: 8 }, async () => {
        for (let step = 0; step < 5; step++) {
          let current = await bucket.get("key");
          while (true) {
            const next = bytes(String(Number(text(current) ?? "0") + 1));
            const ended = await bucket.swap("key", current?.version, next);
            if (ended.swapped) break;
            current = ended.current;
          }
        }
      }));
      assert.equal(await textAt(bucket, "key"), "40");
    },
  },
];

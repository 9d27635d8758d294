/** Contract cases: buckets as wholes, and when keys expire. @module */

import assert from "node:assert/strict";
import type { Backend } from "../../src/keyvalue/store.ts";
import type { BucketCase } from "../contract/bucket_contract.ts";
import {
  bytes,
  fill,
  listAll,
  numbered,
  textAt,
  versionAt,
} from "./keyvalue_values.ts";

const AWKWARD_NAMES = [
  ...["", "a", "A", "ab", "a:b", "a*", "a?", "[a]", "a\\", "a^", "a b", "a."],
  ...["%", "100%", "a%3Ab", "%25", "%253A", "%+a", "%~a", "%+", "%2E"],
  ...[".", "..", "../a", "a/b", ".wharf", ".fskv-tmp-a", "con", "-a"],
  ...["a\0b", "a\n", "ä", "名前", "🦀", "\ufeffa", "\ufffd", "\uffff", "\0"],
  ...["KV_a", "--b-a", "--b-YQ", "--h-a", "=b.a", "$KV.a.>"],
  ...["n".repeat(199), "n".repeat(256), "n".repeat(300), "名".repeat(400)],
];

/** Each is near `a` in some store: it begins so, matches it, or is spelled alike. */
const NEIGHBOURS = [
  ...["", "ab", "a:", "a:b", "a*", "a?", "A", "a%", "a%3Ab", "a/b", "a\0", "*"],
  ...["[a]", "a.b", "a a", "%+a", "aa"],
];

const HOUR = 3_600_000;
/** How far apart the clocks of a test and of a store are at most. */
const SLACK = 120_000;

export const ADMIN_CASES: readonly BucketCase[] = [
  {
    name: "info() of a missing bucket is undefined and makes nothing",
    async run({ backend }) {
      for (const name of ["missing", "", "a:b", "n".repeat(300)]) {
        assert.equal(await backend.info(name), undefined);
        assert.equal(await backend.info(name), undefined);
        assert.equal(await backend.drop(name), false);
      }
      assert.deepEqual(await listed(backend), []);
    },
  },
  {
    name: "info() tells the name of a bucket that holds a key",
    async run({ backend }) {
      const bucket = await backend.open("some:bucket");
      await fill(bucket, numbered("key ", 5));
      const info = await backend.info("some:bucket");
      assert.equal(info?.name, "some:bucket");
      if (info?.keys !== undefined) assert.equal(info.keys, 5);
      assert.equal(await backend.info("some"), undefined);
    },
  },
  {
    name: "create() makes an empty bucket and says whether it was missing",
    async run({ backend }) {
      if (backend.create === undefined) {
        await (await backend.open("made")).set("key", bytes(""));
        assert.equal((await backend.info("made"))?.name, "made");
        return;
      }
      assert.equal(await backend.create("made"), true);
      assert.equal(await backend.create("made"), false);
      assert.equal((await backend.info("made"))?.name, "made");
      assert.deepEqual(await listed(backend), ["made"]);
      const bucket = await backend.open("made");
      assert.deepEqual(await listAll(bucket), []);
      await bucket.set("key", bytes("value"));
      assert.equal(await backend.create("made"), false);
      assert.equal(await textAt(bucket, "key"), "value");
      assert.equal(await backend.drop("made"), true);
      assert.equal(await backend.create("made"), true);
      assert.deepEqual(await listAll(bucket), []);
    },
  },
  {
    name: "list() gives each bucket once, awkward names too",
    async run({ backend }) {
      for (const name of AWKWARD_NAMES) {
        await fill(await backend.open(name), ["key", "other/key"]);
      }
      assert.deepEqual(await listed(backend), AWKWARD_NAMES.toSorted());
    },
  },
  {
    name: "list() leaves out what was dropped, and nothing else",
    async run({ backend }) {
      const names = numbered("bucket-", 30);
      for (const name of names) await fill(await backend.open(name), ["key"]);
      const gone = names.filter((_, index) => index % 3 === 0);
      for (const name of gone) assert.equal(await backend.drop(name), true);
      assert.deepEqual(
        await listed(backend),
        names.filter((name) => !gone.includes(name)).sort(),
      );
    },
  },
  {
    name: "drop() removes every key, large and expiring ones too",
    async run({ backend }) {
      const bucket = await backend.open("default");
      const keys = numbered("key ", 700);
      await fill(bucket, keys);
      await bucket.set("large", new Uint8Array(200_000));
      await bucket.set("k".repeat(2000), new Uint8Array(200_000));
      await bucket.set("expiring", bytes("value"), { ttl: HOUR });
      assert.equal(await backend.drop("default"), true);
      assert.equal(await backend.drop("default"), false);
      assert.equal(await backend.info("default"), undefined);
      assert.deepEqual(await listed(backend), []);
      const later = await backend.open("default");
      assert.deepEqual(await listAll(later), []);
      for (const key of [keys[0]!, "large", "k".repeat(2000), "expiring"]) {
        assert.equal(await later.get(key), undefined);
      }
    },
  },
  {
    name: "drop() leaves buckets with a similar name alone",
    async run({ backend }) {
      const keys = ["", ":", ":b", "b", "key", "a", "a:b"];
      for (const name of ["a", ...NEIGHBOURS]) {
        const bucket = await backend.open(name);
        await bucket.setMany(keys.map((key) => [key, bytes(name)] as const));
      }
      for (const [index, gone] of ["a", ...NEIGHBOURS].entries()) {
        assert.equal(await backend.drop(gone), true, gone);
        assert.deepEqual(await listAll(await backend.open(gone)), []);
        for (const name of NEIGHBOURS.slice(index)) {
          const bucket = await backend.open(name);
          const values = await bucket.getMany(keys);
          assert.deepEqual(
            values.map((entry) =>
              entry && new TextDecoder().decode(entry.value)
            ),
            keys.map(() => name),
            `${JSON.stringify(name)} after ${JSON.stringify(gone)}`,
          );
        }
      }
    },
  },
  {
    name: "a handle from before drop() finds nothing, and writes anew",
    async run({ backend }) {
      const bucket = await backend.open("default");
      await bucket.set("key", bytes("old"));
      await bucket.increment("counter", 5n);
      await backend.drop("default");
      assert.equal(await bucket.get("key"), undefined);
      assert.equal(await bucket.exists("key"), false);
      assert.deepEqual(await listAll(bucket), []);
      await bucket.delete("key");
      assert.equal(await bucket.increment("counter", 1n), 1n);
      assert.ok((await bucket.swap("key", undefined, bytes("new"))).swapped);
      const later = await backend.open("default");
      assert.equal(await textAt(later, "key"), "new");
      assert.equal(await textAt(later, "counter"), "1");
      await later.set("late", bytes("value"));
      assert.equal(await textAt(bucket, "late"), "value");
    },
  },
  {
    name: "a version from before drop() is refused, whatever is set since",
    needs: "versions that outlive a drop",
    async run({ backend }) {
      const bucket = await backend.open("default");
      await bucket.set("key", bytes("value"));
      const version = await versionAt(bucket, "key");
      await backend.drop("default");
      assert.ok(!(await bucket.swap("key", version, bytes("x"))).swapped);
      await bucket.set("key", bytes("value"));
      assert.ok(!(await bucket.swap("key", version, bytes("x"))).swapped);
      assert.equal(await textAt(bucket, "key"), "value");
    },
  },
  {
    name: "a listing that drop() came into ends",
    async run({ backend }) {
      const bucket = await backend.open("default");
      await fill(bucket, numbered("old ", 60));
      const { cursor } = await bucket.listKeys({ limit: 10 });
      assert.ok(cursor !== undefined);
      await backend.drop("default");
      await fill(bucket, numbered("new ", 5));
      const rest = await listAll(bucket, { cursor, limit: 10 });
      assert.deepEqual(rest.filter((key) => key.startsWith("old")), []);
      assert.equal(new Set(rest).size, rest.length);
    },
  },
  {
    name: "drop() and writes at the same time are all answered",
    async run({ backend }) {
      const bucket = await backend.open("default");
      await fill(bucket, numbered("before ", 50));
      const calls: Promise<unknown>[] = [];
      for (let round = 0; round < 5; round++) {
        calls.push(
          ...numbered(`while ${round} `, 10).map((key) =>
            bucket.set(key, bytes(key))
          ),
          bucket.increment("counter", 1n),
          backend.drop("default"),
        );
      }
      await Promise.all(calls);
      for (const key of await listAll(bucket)) {
        assert.ok(key === "counter" || await textAt(bucket, key) === key, key);
      }
      await bucket.set("last", bytes("value"));
      assert.equal(await textAt(bucket, "last"), "value");
      assert.equal(await backend.drop("default"), true);
      assert.deepEqual(await listAll(bucket), []);
    },
  },
  {
    name: "a bucket that one opening drops is gone for another",
    needs: "durable",
    async run({ backend, again }) {
      await using other = await again();
      const bucket = await backend.open("default");
      await fill(bucket, numbered("key ", 20));
      assert.deepEqual(await listed(other), ["default"]);
      assert.equal(await other.drop("default"), true);
      assert.deepEqual(await listed(backend), []);
      assert.equal(await bucket.get("key 1"), undefined);
      assert.deepEqual(await listAll(bucket), []);
      await bucket.set("key", bytes("new"));
      assert.equal(await textAt(await other.open("default"), "key"), "new");
      assert.deepEqual(await listed(other), ["default"]);
    },
  },
  {
    name: "expiry() is when a key set with a ttl is absent again",
    needs: "expiry",
    async run({ backend, elapse }) {
      const bucket = await backend.open("default");
      assert.equal(await bucket.expiry("missing"), undefined);
      await bucket.set("stays", bytes("value"));
      assert.equal(await bucket.expiry("stays"), undefined);
      await bucket.set("short", bytes("1"), { ttl: HOUR });
      assertNear(await bucket.expiry("short"), Date.now() + HOUR);
      await bucket.increment("short", 1n);
      assertNear(await bucket.expiry("short"), Date.now() + HOUR);
      await bucket.set("short", bytes("1"), { ttl: 24 * HOUR });
      assertNear(await bucket.expiry("short"), Date.now() + 24 * HOUR);
      await bucket.set("cleared", bytes("1"), { ttl: HOUR });
      await bucket.set("cleared", bytes("2"));
      assert.equal(await bucket.expiry("cleared"), undefined);
      await elapse(24 * HOUR);
      assert.equal(await bucket.expiry("short"), undefined);
      assert.equal(await bucket.exists("short"), false);
    },
  },
];

/** The names that a store tells, sorted, as often as it tells them. */
async function listed(backend: Backend): Promise<string[]> {
  assert.ok(backend.list !== undefined);
  return (await Array.fromAsync(backend.list())).sort();
}

function assertNear(date: Date | undefined, time: number): void {
  assert.ok(date !== undefined);
  assert.ok(Math.abs(date.getTime() - time) < SLACK, date.toISOString());
}

/** Contract cases: listKeys(). @module */

import assert from "node:assert/strict";
import { KeyValueError } from "../../src/keyvalue/store.ts";
import type { BucketCase } from "../contract/bucket_contract.ts";
import {
  assertRefused,
  bytes,
  fill,
  listAll,
  numbered,
} from "./keyvalue_values.ts";

const FORGED_CURSORS = [
  ...["", "x", "-1", "1.5", " 1", "0x10", "1e3", "٣", "\0", "9".repeat(1000)],
  ...[
    "0",
    "1",
    "65535",
    "65536",
    "9007199254740993",
    "18446744073709551615",
    "18446744073709551616",
  ],
];

export const LISTING_CASES: readonly BucketCase[] = [
  {
    name: "listKeys() answers one empty page for an empty bucket",
    async run({ backend }) {
      assert.deepEqual(await (await backend.open("default")).listKeys(), {
        keys: [],
      });
    },
  },
  {
    name: "listKeys() lists each of 2,500 keys once, in pages of 1,000 at most",
    async run({ backend }) {
      const bucket = await backend.open("default");
      const keys = numbered("key:", 2500);
      await fill(bucket, keys);
      assert.ok((await bucket.listKeys()).keys.length <= 1000);
      assert.deepEqual((await listAll(bucket)).sort(), keys.sort());
    },
  },
  {
    name: "listKeys() keeps to a limit, of 1 too",
    async run({ backend }) {
      const bucket = await backend.open("default");
      const keys = numbered("key ", 25);
      await fill(bucket, keys);
      for (const limit of [1, 7, 24, 25, 26, 1_000_000]) {
        const page = await bucket.listKeys({ limit });
        assert.ok(page.keys.length <= limit);
        assert.deepEqual(
          (await listAll(bucket, { limit })).sort(),
          keys.toSorted(),
        );
      }
      for (const limit of [0, -1, 1.5, NaN]) {
        await assertRefused(bucket.listKeys({ limit }));
      }
    },
  },
  {
    name: "listKeys() lists the keys with a prefix, page by page",
    async run({ backend }) {
      const bucket = await backend.open("default");
      const users = numbered("user/", 30);
      const globs = [
        "user*",
        "u?er",
        "[user]",
        "\\user",
        "user^",
        "user%",
        "user_",
      ];
      await fill(bucket, [
        ...users,
        ...numbered("other/", 30),
        ...globs,
        "user",
      ]);
      assert.deepEqual(
        (await listAll(bucket, { prefix: "user/", limit: 7 })).sort(),
        users.sort(),
      );
      for (const prefix of globs) {
        assert.deepEqual(await listAll(bucket, { prefix }), [prefix]);
      }
      assert.deepEqual(await listAll(bucket, { prefix: "nobody" }), []);
      assert.equal((await listAll(bucket, { prefix: "" })).length, 68);
    },
  },
  {
    name: "listKeys() answers a forged cursor with a page or an error",
    async run({ backend }) {
      const bucket = await backend.open("default");
      const keys = numbered("key ", 5);
      await fill(bucket, keys);
      for (const cursor of FORGED_CURSORS) {
        try {
          const page = await bucket.listKeys({ cursor });
          assert.ok(page.keys.every((key) => keys.includes(key)));
        } catch (error) {
          assert.ok(error instanceof KeyValueError, String(error));
          assert.equal(error.code, "other");
        }
      }
    },
  },
  {
    name:
      "listKeys() lists a key that stays once, while others are set and deleted",
    async run({ backend }) {
      const bucket = await backend.open("default");
      const stay = numbered("stay ", 120);
      const go = numbered("go ", 120);
      await fill(bucket, stay.flatMap((key, index) => [key, go[index]!]));
      const listed = await listAll(bucket, { limit: 10 }, async (page) => {
        await bucket.deleteMany(go.slice(page * 5, page * 5 + 5));
        await fill(bucket, numbered(`new ${page} `, 3));
        // Written again in another order than they were first.
        await fill(bucket, [
          stay[(page * 37) % 120]!,
          stay[(page * 11) % 120]!,
        ]);
      });
      const count = Map.groupBy(listed, (key) => key);
      assert.deepEqual(stay.filter((key) => count.get(key)?.length !== 1), []);
      assert.deepEqual(
        [...count.values()].filter((times) => times.length > 1),
        [],
      );
    },
  },
  {
    name:
      "listKeys() goes on after the key that a cursor stands for was deleted",
    async run({ backend }) {
      const bucket = await backend.open("default");
      await fill(bucket, numbered("key ", 20));
      const first = await bucket.listKeys({ limit: 10 });
      assert.ok(first.cursor !== undefined);
      await bucket.deleteMany(first.keys);
      const rest = await listAll(bucket, { cursor: first.cursor });
      assert.equal(new Set([...first.keys, ...rest]).size, 20);
      assert.equal(rest.length, 10);
    },
  },
  {
    name: "listKeys() leaves out keys that were deleted since the first page",
    async run({ backend }) {
      const bucket = await backend.open("default");
      await fill(bucket, numbered("key ", 20));
      const { keys, cursor } = await bucket.listKeys({ limit: 10 });
      assert.ok(cursor !== undefined);
      await bucket.deleteMany(
        numbered("key ", 20).filter((key) => !keys.includes(key)),
      );
      assert.deepEqual(await bucket.listKeys({ cursor }), { keys: [] });
    },
  },
  {
    name: "listKeys() answers the same cursor twice alike",
    async run({ backend }) {
      const bucket = await backend.open("default");
      await fill(bucket, numbered("key ", 30));
      const { cursor } = await bucket.listKeys({ limit: 10 });
      assert.ok(cursor !== undefined);
      const once = await listAll(bucket, { cursor, limit: 10 });
      assert.deepEqual(await listAll(bucket, { cursor, limit: 10 }), once);
      assert.equal(once.length, 20);
    },
  },
  {
    name: "listKeys() keeps two listings at once apart",
    async run({ backend }) {
      const bucket = await backend.open("default");
      const before = numbered("before ", 40);
      await fill(bucket, before);
      const outer = await listAll(bucket, { limit: 9 }, async (page) => {
        await bucket.set(`while ${page}`, bytes(""));
        const inner = await listAll(bucket, { limit: 13 });
        assert.ok(inner.includes(`while ${page}`), `page ${page}`);
        assert.equal(new Set(inner).size, inner.length);
      });
      assert.deepEqual(
        outer.filter((key) => key.startsWith("before")).sort(),
        before.sort(),
      );
    },
  },
];

/** Contract cases: keys, bucket names and values of every kind. @module */

import assert from "node:assert/strict";
import type { BucketCase, BucketFixture } from "../contract/bucket_contract.ts";
import {
  assertRefused,
  bytes,
  fill,
  listAll,
  textAt,
} from "./keyvalue_values.ts";

/** Each of them differs from the others in a way that some store overlooks. */
const AWKWARD_NAMES = [
  ...[
    "",
    " ",
    "  ",
    ".",
    "..",
    "...",
    "/",
    "//",
    "a/b",
    "/etc/passwd",
    "../../escape",
    "a/../b",
    "a/./b",
    "a//b",
    "a/",
  ],
  ...[
    "\\",
    "a\\b",
    "C:\\Windows",
    "C:",
    "\0",
    "a\0b",
    "\n",
    "a\r\nb",
    "\t",
    "\x1b[31m",
    "\x7f",
    "\u0085",
  ],
  ...[
    "*",
    "?",
    "[a-z]",
    "{a,b}",
    "!",
    "~",
    "$HOME",
    "`id`",
    "$(id)",
    "|",
    ";",
    "<>",
    '"',
    "'",
    "#",
    "&",
    ":",
    "a:b",
  ],
  ...[
    "%",
    "%2f",
    "%2F",
    "%00",
    "%zz",
    "%~",
    "%~a",
    "%~~",
    "%~%",
    "=b.x",
    "_kv",
    "+",
    "-",
    "--help",
    "-rf",
    "=",
    "@",
  ],
  ...[
    "CON",
    "con",
    "aux",
    "NUL",
    "nul.txt",
    "COM1",
    "lpt9",
    "trailing.",
    "trailing ",
    " leading",
    ".hidden",
  ],
  ...["A", "a", "Key", "KEY", "key", "ß", "SS", "ı", "I", "i", "İ", "ﬁ", "fi"],
  ...[
    "é",
    "e\u0301",
    "日本語",
    "שלום עולם",
    "مرحبا",
    "\u202eabc",
    "👩‍👩‍👧",
    "\u{10ffff}",
    "\ufeff",
    "\ufffd",
    "\ud7ff",
    "\ue000",
  ],
  ...[
    "__proto__",
    "constructor",
    "toString",
    "default",
    "in_memory",
    "filesystem",
    "a..b",
    "a.b",
    ".wharf",
    ".wharf-x",
  ],
  ...[
    ".fskv-tmp-1-1-a",
    "layout.json",
    "open",
    "lost+found",
    "x".repeat(200),
    "x".repeat(255),
    "x".repeat(256),
  ],
  ...[
    "x".repeat(4096),
    `${"x".repeat(4096)}y`,
    "日".repeat(85),
    "日".repeat(86),
    "/".repeat(1000),
    "a/".repeat(5000),
  ],
  ...["y".repeat(100_000)],
];

/** Bucket names that stores with a separator between bucket and key confuse, with their keys. */
const CONFUSABLE: readonly (readonly [bucket: string, key: string])[] = [
  ...[["a", "b:c"], ["a:b", "c"], ["a", "b/c"], ["a/b", "c"], ["a.b", "c"], [
    "a",
    "b.c",
  ]] as const,
  ...[["", "a"], ["a", ""], ["", ""], ["", "a/b:c"], ["a", "a"]] as const,
];

function namesFor({ longestName = Infinity }: BucketFixture): string[] {
  return AWKWARD_NAMES.filter(({ length }) => length <= longestName);
}

export const AWKWARD_CASES: readonly BucketCase[] = [
  {
    name: "every kind of key keeps its own value and is listed as it is",
    async run(fixture) {
      const { backend } = fixture;
      const names = namesFor(fixture);
      const bucket = await backend.open("default");
      await bucket.setMany(
        names.map((key, index) => [key, bytes(`value ${index}`)] as const),
      );
      for (const [index, key] of names.entries()) {
        assert.equal(
          await textAt(bucket, key),
          `value ${index}`,
          JSON.stringify(key.slice(0, 40)),
        );
        assert.equal(await bucket.exists(key), true);
      }
      assert.deepEqual(
        (await listAll(bucket, { limit: 50 })).sort(),
        names.toSorted(),
      );
    },
  },
  {
    name: "every kind of key can be counted, swapped and deleted",
    async run(fixture) {
      const { backend } = fixture;
      const names = namesFor(fixture);
      const bucket = await backend.open("default");
      await Promise.all(names.map(async (key) => {
        assert.equal(await bucket.increment(key, 2n), 2n);
        const entry = await bucket.get(key);
        assert.ok((await bucket.swap(key, entry?.version, bytes("3"))).swapped);
        assert.equal(await bucket.increment(key, 1n), 4n);
        await bucket.delete(key);
        assert.equal(await bucket.exists(key), false);
      }));
      assert.deepEqual(await listAll(bucket), []);
    },
  },
  {
    name: "every kind of bucket name is a bucket of its own",
    async run(fixture) {
      const { backend } = fixture;
      const names = namesFor(fixture);
      await Promise.all(names.map(async (name, index) => {
        await (await backend.open(name)).set("key", bytes(`value ${index}`));
      }));
      for (const [index, name] of names.entries()) {
        const bucket = await backend.open(name);
        assert.equal(
          await textAt(bucket, "key"),
          `value ${index}`,
          JSON.stringify(name.slice(0, 40)),
        );
        assert.deepEqual(await listAll(bucket), ["key"]);
      }
    },
  },
  {
    name: 'a key of the bucket "" and a bucket of the same name are apart',
    async run(fixture) {
      const { backend } = fixture;
      const names = namesFor(fixture);
      const nameless = await backend.open("");
      for (const [index, name] of names.entries()) {
        const setKey = () => nameless.set(name, bytes(`key ${index}`));
        const setBucket = async () =>
          (await backend.open(name)).set("in bucket", bytes(`bucket ${index}`));
        for (
          const step of index % 2 === 0
            ? [setKey, setBucket]
            : [setBucket, setKey]
        ) await step();
      }
      for (const [index, name] of names.entries()) {
        assert.equal(await textAt(nameless, name), `key ${index}`);
        assert.equal(
          await textAt(await backend.open(name), "in bucket"),
          `bucket ${index}`,
        );
      }
      const keys = [...names, "in bucket"].sort();
      assert.deepEqual((await listAll(nameless)).sort(), keys);
    },
  },
  {
    name: "buckets and keys are apart however their names join",
    async run({ backend }) {
      for (const [bucket, key] of CONFUSABLE) {
        await (await backend.open(bucket)).set(
          key,
          bytes(JSON.stringify([bucket, key])),
        );
      }
      for (const [bucket, key] of CONFUSABLE) {
        const opened = await backend.open(bucket);
        assert.equal(await textAt(opened, key), JSON.stringify([bucket, key]));
        const keys = CONFUSABLE.filter((pair) => pair[0] === bucket).map((
          pair,
        ) => pair[1]);
        assert.deepEqual((await listAll(opened)).sort(), keys.sort());
      }
    },
  },
  {
    name: "buckets keep their own value of one key",
    async run({ backend }) {
      const [one, two] = [await backend.open("one"), await backend.open("two")];
      await one.set("key", bytes("1"));
      assert.equal(await two.exists("key"), false);
      await two.set("key", bytes("2"));
      await one.delete("key");
      assert.equal(await textAt(two, "key"), "2");
    },
  },
  {
    name: "a key with a lone surrogate is refused by every operation",
    async run({ backend }) {
      const bucket = await backend.open("default");
      for (const key of ["\ud800", "a\udfffb", "\udc00\ud800"]) {
        await assertRefused(bucket.get(key));
        await assertRefused(bucket.set(key, bytes("")));
        await assertRefused(bucket.delete(key));
        await assertRefused(bucket.exists(key));
        await assertRefused(bucket.increment(key, 1n));
        await assertRefused(bucket.swap(key, undefined, bytes("")));
        await assertRefused(bucket.getMany(["a", key]));
        await assertRefused(bucket.setMany([[key, bytes("")]]));
        await assertRefused(bucket.deleteMany([key]));
      }
      assert.deepEqual(await listAll(bucket), []);
    },
  },
  {
    name: "a bucket name with a lone surrogate is no store",
    async run({ backend }) {
      await assertRefused(backend.open("\ud800"), "no-such-store");
    },
  },
  {
    name: "a value of 16 MiB comes back whole",
    needs: "16 MiB values",
    async run({ backend }) {
      const bucket = await backend.open("default");
      const value = Uint8Array.from(
        { length: 16 * 2 ** 20 },
        (_, index) => (index * 31) ^ (index >>> 12),
      );
      await bucket.set("large", value);
      const entry = await bucket.get("large");
      assert.equal(Buffer.compare(entry!.value, value), 0);
      assert.ok(
        (await bucket.swap("large", entry?.version, bytes("small"))).swapped,
      );
      assert.equal(await textAt(bucket, "large"), "small");
    },
  },
  {
    name: "one bucket holds keys that begin alike",
    async run({ backend }) {
      const bucket = await backend.open("default");
      const keys = ["a", "a/", "a/b", "a/b/c", "a/b/", "ab"];
      await fill(bucket, keys);
      assert.deepEqual((await listAll(bucket)).sort(), keys.sort());
      assert.deepEqual((await listAll(bucket, { prefix: "a/b" })).sort(), [
        "a/b",
        "a/b/",
        "a/b/c",
      ]);
    },
  },
];

import assert from "node:assert/strict";
import { checkBucketName, checkKey, hash48, quote } from "./key_encoding.ts";
import { KeyValueError } from "./store.ts";

Deno.test("checkKey() takes any whole characters and no half ones", () => {
  for (const key of ["", "a", "\0", "👩‍👩‍👧", "\ufffd", "\u{10ffff}"]) {
    checkKey(key);
  }
  for (const key of ["\ud800", "\udfff", "a\ud83d", "\udc69\ud83d"]) {
    assert.throws(() => checkKey(key), KeyValueError);
  }
});

Deno.test("checkBucketName() calls a name of half characters no store", () => {
  assert.throws(() => checkBucketName("\ud800"), { code: "no-such-store" });
});

Deno.test("quote() keeps a message on one line and short, whatever the guest sent", () => {
  assert.equal(quote("key"), '"key"');
  assert.equal(quote('a"\n\x1b[31m'), '"a\\"\\n\\u001b[31m"');
  const long = quote("x".repeat(1_000_000));
  assert.ok(long.length < 100);
  assert.match(long, /1000000 characters/);
  // Cut in the middle of a pair.
  assert.ok(quote(`${"x".repeat(63)}👩👩`).isWellFormed());
});

Deno.test("hash48() never changes: listings and locks on disk rely on it", () => {
  const known = {
    "": 15952742286384,
    a: 133899356805787,
    "key:1": 41698971434379,
    "日本": 276698635498500,
  };
  assert.deepEqual(
    Object.fromEntries(Object.keys(known).map((text) => [text, hash48(text)])),
    known,
  );
});

Deno.test("hash48() spreads 100,000 similar texts without a collision, evenly over 64 and 4,096 parts", () => {
  const hashes = Array.from(
    { length: 100_000 },
    (_, index) => hash48(`user:${index}`),
  );
  assert.equal(new Set(hashes).size, hashes.length);
  assert.ok(
    hashes.every((hash) =>
      Number.isInteger(hash) && hash >= 0 && hash < 2 ** 48
    ),
  );
  const parts = (key: (hash: number) => number) =>
    [...Map.groupBy(hashes, key).values()].map((part) => part.length);
  const locks = parts((hash) => hash % 64);
  assert.equal(locks.length, 64);
  assert.ok(Math.max(...locks) < 2 * Math.min(...locks), String(locks));
  const pages = parts((hash) => Math.floor(hash / 2 ** 36));
  assert.ok(
    pages.length > 4090 && Math.max(...pages) < 60,
    String(Math.max(...pages)),
  );
});

import assert from "node:assert/strict";
import { keyOfToken, LONGEST_KEY, nameOfBucket, nameOfKey } from "./names.ts";

Deno.test("nameOfKey() leaves what NATS can name as it is", () => {
  for (
    const key of [
      "key",
      "a.b.c",
      "a/b",
      "A_b-c=d",
      "=",
      "0",
      "-",
      "x".repeat(LONGEST_KEY),
    ]
  ) {
    assert.deepEqual(nameOfKey(key), { token: key, digest: false });
  }
});

Deno.test("nameOfKey() spells any other key in a legal token that gives it back", () => {
  const keys = [
    ...["", " ", ".", "..", "a..b", ".a", "a.", "*", ">", "a.*.b", "$KV"],
    ...["_kv", "_kvx", "=b.", "=b._", "=b.=YQ", "=b.-x", "~~~", "日本", "\0"],
    ...["a\r\nb", "\u{10ffff}", "%", "a b", "é".repeat(500)],
  ];
  const tokens = new Set<string>();
  for (const key of keys) {
    const { token, digest } = nameOfKey(key);
    assert.equal(digest, false, key);
    assert.match(token, /^[-/=.\w]+$/);
    assert.doesNotMatch(token, /^\.|\.$|\.\./);
    assert.equal(keyOfToken(token), key);
    tokens.add(token);
  }
  assert.equal(tokens.size, keys.length);
});

Deno.test("nameOfKey() keeps every token short, by a digest where it has to", () => {
  const long = [
    "x".repeat(LONGEST_KEY + 1),
    "é".repeat(LONGEST_KEY),
    "y".repeat(1e6),
  ];
  const tokens = long.map((key) => {
    const { token, digest } = nameOfKey(key);
    assert.equal(digest, true);
    assert.ok(token.length < 100);
    assert.equal(keyOfToken(token), undefined);
    return token;
  });
  assert.equal(new Set(tokens).size, long.length);
});

Deno.test("keyOfToken() knows no key for what nameOfKey() never writes", () => {
  for (const token of ["=b.", "=b.x", "=b.=!", "=b.=YQ==", "=b.=_"]) {
    assert.equal(keyOfToken(token), undefined, token);
  }
});

Deno.test("nameOfBucket() keeps names apart, in the alphabet and length of NATS", () => {
  for (const bucket of ["default", "a-b_C9", "x".repeat(200)]) {
    assert.equal(nameOfBucket(bucket), bucket);
  }
  const odd = [
    "",
    ".",
    "a.b",
    "a b",
    "é",
    "--b-",
    "--h-x",
    "a/b",
    "x".repeat(201),
    "é".repeat(99),
  ];
  const names = odd.map(nameOfBucket);
  for (const name of names) assert.match(name, /^[-\w]{1,200}$/);
  assert.equal(new Set(names).size, odd.length);
});

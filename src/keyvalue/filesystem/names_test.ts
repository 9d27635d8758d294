import assert from "node:assert/strict";
import {
  decodeName,
  encodeName,
  escapeName,
  isHashed,
  type NameRules,
} from "./names.ts";

const EXACT: NameRules = { names: "exact", longest: 255 };
const PORTABLE: NameRules = { names: "portable", longest: 140 };

/** What a key's file is called, where nothing is confused and where capitals are. */
const NAMES: readonly [key: string, exact: string, portable: string][] = [
  ["mykey", "mykey", "mykey"],
  ["user:1", "user:1", "%~user:1".replace(":", "%3a")],
  ["a.b-c_d=e@f+g,h", "a.b-c_d=e@f+g,h", "a.b-c_d=e@f+g,h"],
  ["two words", "two words", "two words"],
  ["MyKey", "MyKey", "%~%4dy%4bey"],
  [".env", ".env", ".env"],
  ["100%", "100%", "%~100%25"],
  ["a%2Fb", "a%2Fb", "%~a%252%46b"],
  ["日本", "日本", "%~%e6%97%a5%e6%9c%ac"],
  ["trailing.", "trailing.", "%~trailing%2e"],
  ["trailing ", "trailing ", "%~trailing%20"],
  ["con", "con", "%~con"],
  ["nul.txt", "nul.txt", "%~nul.txt"],
  ["console", "console", "console"],
  ["a\\b", "a\\b", "%~a%5cb"],
  ["", "%~", "%~"],
  [".", "%~.", "%~%2e"],
  ["..", "%~..", "%~.%2e"],
  ["a/b", "%~a%2fb", "%~a%2fb"],
  ["../x", "%~..%2fx", "%~..%2fx"],
  ["\0", "%~%00", "%~%00"],
  ["a\nb", "%~a%0ab", "%~a%0ab"],
  ["%~a", "%~%25%7ea", "%~%25%7ea"],
  ["%+a", "%~%25+a", "%~%25+a"],
  [".wharf", "%~.wharf", "%~.wharf"],
  [".fskv-tmp-1", "%~.fskv-tmp-1", "%~.fskv-tmp-1"],
  ["\ufffd", "%~%ef%bf%bd", "%~%ef%bf%bd"],
];

Deno.test("encodeName() leaves the names that wash writes as they are, and escapes what could do harm", () => {
  for (const [key, exact, portable] of NAMES) {
    assert.equal(encodeName(key, EXACT), exact, JSON.stringify(key));
    assert.equal(encodeName(key, PORTABLE), portable, JSON.stringify(key));
  }
});

Deno.test("decodeName() gives the key back", () => {
  for (const [key, exact, portable] of NAMES) {
    assert.equal(decodeName(exact), key);
    assert.equal(decodeName(portable), key);
    assert.equal(decodeName(escapeName(key, EXACT)), key);
  }
});

Deno.test("decodeName() takes no name for a key that Wharf and wash use for other things", () => {
  for (
    const name of [
      ".wharf",
      ".wharf-bucket",
      "%+a",
      ".fskv-tmp-1-2-key",
      "%~%zz",
      "%~%ff",
      "not \ufffd utf-8",
    ]
  ) {
    assert.equal(decodeName(name), undefined, name);
  }
});

Deno.test("encodeName() keeps the escaped names of keys and buckets apart", () => {
  assert.equal(encodeName("a/b", EXACT, "bucket"), "%+a%2fb");
  assert.equal(encodeName("default", EXACT, "bucket"), "default");
  const hashed = encodeName("b".repeat(300), EXACT, "bucket");
  assert.ok(isHashed(hashed) && hashed.startsWith("%+~"), hashed);
});

Deno.test("encodeName() hashes what is too long for a name, by its bytes", () => {
  assert.equal(encodeName("x".repeat(255), EXACT), "x".repeat(255));
  assert.equal(encodeName("日".repeat(85), EXACT), "日".repeat(85));
  const long = [
    "x".repeat(256),
    "日".repeat(86),
    `${"日".repeat(40)}/`,
    "x".repeat(1_000_000),
    "y".repeat(1_000_000),
  ];
  const names = long.map((key) => encodeName(key, EXACT));
  for (const name of names) assert.ok(isHashed(name), name);
  assert.equal(new Set(names).size, names.length);
  assert.ok(isHashed(encodeName("x".repeat(141), PORTABLE)));
});

Deno.test("encodeName() makes one harmless path component of any text, and no two alike", () => {
  const units = [
    "/",
    ".",
    "\\",
    "%",
    "~",
    "\0",
    "A",
    "a",
    " ",
    ":",
    "é",
    "日",
    "\u202e",
    "\u{1f600}",
    "-",
    "*",
    "x",
  ];
  const keys = new Set([""]);
  for (const a of units) {
    for (const b of ["", ...units]) {
      for (const c of ["", ...units]) keys.add(a + b + c);
    }
  }
  for (const rules of [EXACT, PORTABLE]) {
    const names = new Set<string>();
    for (const key of keys) {
      const name = encodeName(key, rules);
      assert.ok(
        name !== "" && name !== "." && name !== ".." && !/[/\0]/.test(name),
        JSON.stringify(key),
      );
      assert.ok(!name.startsWith(".wharf"));
      assert.equal(decodeName(name), key);
      names.add(
        rules.names === "exact" ? name : name.toLowerCase().normalize("NFC"),
      );
      if (rules.names === "portable") {
        assert.match(name, /^(?!.*[. ]$)[a-z0-9_.=@+, %~-]+$/);
      }
    }
    assert.equal(names.size, keys.size, rules.names);
  }
});

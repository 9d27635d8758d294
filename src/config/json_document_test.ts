import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { outline } from "./_outline.ts";
import { fileSource } from "./document.ts";
import { readJson } from "./json_document.ts";

function read(text: string): string[] {
  return outline(readJson(fileSource(text, "c.json")));
}

Deno.test("readJson() gives every key and value its place", () => {
  deepStrictEqual(
    read('{\n  "dev": {"a\\u0062": "x"},\n  "list": [-1.5e3, true, null]\n}\n'),
    [
      "1:1  map",
      "2:10 .dev@2:3 map",
      '2:22 .dev@2:3.ab@2:11 = "x"',
      "3:11 .list@3:3 list",
      "3:12 .list@3:3[0] = -1500",
      "3:20 .list@3:3[1] = true",
      "3:26 .list@3:3[2] = null",
    ],
  );
});

Deno.test("readJson() keeps duplicates and hostile names as entries", () => {
  deepStrictEqual(read('{"a":1,"a":2,"__proto__":3}'), [
    "1:1  map",
    "1:6 .a@1:2 = 1",
    "1:12 .a@1:8 = 2",
    "1:26 .__proto__@1:14 = 3",
  ]);
});

Deno.test("readJson() accepts what JSON.parse accepts and nothing else", () => {
  const texts = [
    '{"a": [1, 2.5, -0, 1e9, "\\ud83d\\ude00\\n"], "b": {}, "c": []}',
    " [ ] ",
    "1",
    '"x"',
    "null",
    "true",
    "{a: 1}",
    "{'a': 1}",
    '{"a": 1,}',
    "[1,]",
    "[1 2]",
    '{"a" 1}',
    '{"a": }',
    "01",
    "1.",
    ".5",
    "+1",
    "0x10",
    "1e",
    "NaN",
    "Infinity",
    "tru",
    "truex",
    '"a\nb"',
    '"\\x41"',
    '"\\u12"',
    '"',
    "[",
    "{",
    "]",
    "1 2",
    "// c\n1",
    '{"a": 1} x',
    "- a",
    "a: 1",
    "[,]",
    "--1",
    '"\t"',
    "\u00a01",
  ];
  for (const text of texts) {
    let expected = true;
    try {
      JSON.parse(text);
    } catch {
      expected = false;
    }
    const { issues } = readJson(fileSource(text, "c.json"));
    strictEqual(issues.length === 0, expected, text);
  }
});

Deno.test("readJson() places a fault and says what it expected", () => {
  const rows = [
    ['{"a": 1,}', "1:9: not valid JSON: expected a key in double quotes"],
    ["[1\n2]", '2:1: not valid JSON: expected "," or "]"'],
    ['{"a": hunter2}', "1:7: not valid JSON: expected a value"],
    ['{"a" 1}', '1:6: not valid JSON: expected ":"'],
    ["{} x", "1:4: not valid JSON: expected the end"],
    ["[".repeat(40), "1:34: nested deeper than 32 levels"],
    ["[".repeat(200_000), "1:34: nested deeper than 32 levels"],
  ] as const;
  for (const [text, expected] of rows) {
    deepStrictEqual(read(text), [`c.json:${expected}`]);
  }
});

Deno.test("readJson() finds nothing in an empty file", () => {
  deepStrictEqual(readJson(fileSource(" \n", "c.json")), { issues: [] });
});

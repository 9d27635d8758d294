import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { outline } from "./_outline.ts";
import { fileSource } from "./document.ts";
import { readYaml } from "./yaml_document.ts";

async function read(text: string): Promise<string[]> {
  return outline(await readYaml(fileSource(text, "c.yaml")));
}

Deno.test("readYaml() gives every key and value its place", async () => {
  deepStrictEqual(
    await read("# c\ndev:\n  address: 'a:1'\n  list: [1, true]\nempty:\n"),
    [
      "2:1  map",
      "3:3 .dev@2:1 map",
      '3:12 .dev@2:1.address@3:3 = "a:1"',
      "4:9 .dev@2:1.list@4:3 list",
      "4:10 .dev@2:1.list@4:3[0] = 1",
      "4:13 .dev@2:1.list@4:3[1] = true",
      "5:7 .empty@5:1 = null",
    ],
  );
});

Deno.test("readYaml() finds nothing in an empty file", async () => {
  for (const text of ["", "\n", "# only a comment\n", "---\n", "\uFEFF"]) {
    const { root, issues } = await readYaml(fileSource(text, "c.yaml"));
    strictEqual(root?.kind === "scalar" ? root.value : root, root && null);
    deepStrictEqual(issues, []);
  }
});

Deno.test("readYaml() keeps duplicates and hostile names as entries", async () => {
  deepStrictEqual(await read("a: 1\na: 2\n__proto__: 3\n"), [
    "1:1  map",
    "1:4 .a@1:1 = 1",
    "2:4 .a@2:1 = 2",
    "3:12 .__proto__@3:1 = 3",
  ]);
});

Deno.test("readYaml() lets an alias stand for the anchor before it", async () => {
  deepStrictEqual(await read("a: &x [1]\nb: *x\nc: &x 2\nd: *x\n"), [
    "1:1  map",
    "1:7 .a@1:1 list",
    "1:8 .a@1:1[0] = 1",
    "1:7 .b@2:1 list",
    "1:8 .b@2:1[0] = 1",
    "3:7 .c@3:1 = 2",
    "3:7 .d@4:1 = 2",
  ]);
});

Deno.test("readYaml() refuses an alias to itself and one to nothing", async () => {
  deepStrictEqual(await read("a: &x [*x]\nb: *y\n"), [
    'c.yaml:1:8: alias "*x" has no anchor before it',
    'c.yaml:2:4: alias "*y" has no anchor before it',
  ]);
});

Deno.test("readYaml() refuses an alias bomb without expanding it", async () => {
  const lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"];
  for (let level = 1; level < 30; level++) {
    const items = Array(10).fill(`*a${level - 1}`).join(", ");
    lines.push(`a${level}: &a${level} [${items}]`);
  }
  deepStrictEqual(await read(lines.join("\n")), [
    "c.yaml:1:1: more than 20000 values",
  ]);
});

Deno.test("readYaml() refuses deep nesting", async () => {
  deepStrictEqual(await read("[".repeat(40) + "]".repeat(40)), [
    "c.yaml:1:33: nested deeper than 32 levels",
  ]);
  const [first = ""] = await read("[".repeat(100_000));
  strictEqual(
    first.replace(/:\d+: /, ":N: "),
    "c.yaml:1:N: not valid YAML: nested deeper than 32 levels",
  );
});

Deno.test("readYaml() refuses keys that are not text", async () => {
  deepStrictEqual(await read("1: a\ntrue: b\n~: c\n[x]: d\n"), [
    'c.yaml:1:1: key "1" is not text; put quotes around it',
    'c.yaml:2:1: key "true" is not text; put quotes around it',
    'c.yaml:3:1: key "~" is not text; put quotes around it',
    "c.yaml:4:1: a key that is not text; put quotes around it",
  ]);
});

Deno.test("readYaml() names one fault a place", async () => {
  deepStrictEqual(await read("a: {b: {c: [\n"), [
    "c.yaml:2:1: not valid YAML: flow sequence in block collection must be sufficiently indented and end with a ]",
  ]);
});

Deno.test("readYaml() places syntax errors and repeats no text of the file", async () => {
  const rows = [
    [
      "a: b: c\n",
      "1:4: not valid YAML: nested mappings are not allowed in compact mappings",
    ],
    ["a:\n\t- b\n", "2:1: not valid YAML: tabs are not allowed as indentation"],
    ["a: 'hunter2\n", "2:1: not valid YAML: missing closing 'quote"],
    [
      'a: "\\hunter2"\n',
      "1:5: not valid YAML: an escape sequence that does not exist",
    ],
    [
      "a: !hunter2 b\n",
      "1:4: not valid YAML: a tag that does not fit or is not known",
    ],
    [
      "a: [1, 2\n",
      "2:1: not valid YAML: flow sequence in block collection must be sufficiently indented and end with a ]",
    ],
    [
      "a: 1\n--- \nb: 2\n",
      "2:1: not valid YAML: more than one document",
    ],
    [
      "a: @hunter2\n",
      "1:4: not valid YAML: plain value cannot start with reserved character @",
    ],
  ] as const;
  for (const [text, expected] of rows) {
    const [first] = await read(text);
    strictEqual(first, `c.yaml:${expected}`);
  }
});

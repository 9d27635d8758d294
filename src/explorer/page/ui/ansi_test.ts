import assert from "node:assert/strict";
import { type AnsiRun, parseAnsi } from "./ansi.ts";

const CASES: Readonly<
  Record<string, readonly [string, readonly AnsiRun[]]>
> = {
  "plain text": ["a\tb\nc", [{ text: "a\tb\nc" }]],
  "nothing": ["", []],
  "colours and their end": ["a\x1b[31mb\x1b[0mc", [
    { text: "a" },
    { text: "b", color: "red" },
    { text: "c" },
  ]],
  "bold and colour of one sequence": ["\x1b[1;92mok\x1b[22m!\x1b[m", [
    { text: "ok", color: "green", bold: true },
    { text: "!", color: "green" },
  ]],
  "a colour that the page has not": ["\x1b[31m\x1b[38;5;1;1ma", [
    { text: "a", bold: true },
  ]],
  "three parts of a colour": ["\x1b[48;2;1;31;1mb", [{ text: "b" }]],
  "orders to the terminal": [
    "\x1b[2J\x1b[1;1Ha\x1b[?25lb\x1b[Kc\x07\x08",
    [{ text: "a" }, { text: "b" }, { text: "c" }],
  ],
  "titles and links": [
    "\x1b]0;title\x07a\x1b]8;;http://x/\x1b\\b\x1b]8;;\x1b\\",
    [{ text: "a" }, { text: "b" }],
  ],
  "sequences that are cut off": ["a\x1b[3", [{ text: "a" }]],
  "an escape alone": ["a\x1b", [{ text: "a" }]],
  "progress in one line": ["10 %\r50 %\rdone\r\nnext\n", [
    { text: "done\nnext\n" },
  ]],
  "markup": ["<b>\x1b[31m</b>", [{ text: "<b>" }, {
    text: "</b>",
    color: "red",
  }]],
};

for (const [name, [output, expected]] of Object.entries(CASES)) {
  Deno.test(`parseAnsi() reads ${name}`, () => {
    assert.deepEqual(parseAnsi(output), expected);
  });
}

Deno.test("parseAnsi() leaves no control character but tabs and newlines", () => {
  const controls = Array.from(
    { length: 160 },
    (_, code) => `x${String.fromCharCode(code)}1;2`,
  ).join("");
  const text = parseAnsi(controls).map((run) => run.text).join("");
  // deno-lint-ignore no-control-regex
  assert.doesNotMatch(text, /[\x00-\x08\x0b-\x1f\x7f-\x9f]/);
});

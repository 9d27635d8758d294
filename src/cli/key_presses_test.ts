import assert from "node:assert/strict";
import { KeyPresses } from "./key_presses.ts";

const KEY_CASES: readonly [
  name: string,
  reads: readonly string[],
  keys: readonly string[],
][] = [
  ["a letter", ["b"], ["b"]],
  ["a letter with Caps Lock", ["B"], ["b"]],
  ["letters one by one", ["l", "l", "q"], ["l", "l", "q"]],
  ["a key that is held down", ["lll"], ["l"]],
  ["a pasted word", ["rebuild"], []],
  ["a pasted line", ["q\r"], []],
  ["an arrow key", ["\x1b[B"], []],
  ["arrow keys in one read", ["\x1b[B\x1b[B\x1b[C"], []],
  ["an arrow key in three reads", ["\x1b", "[", "B"], []],
  ["an arrow key in two reads", ["\x1b[", "B"], []],
  ["an application's arrow key", ["\x1bOB"], []],
  ["an application's arrow key in two reads", ["\x1bO", "B"], []],
  ["a function key with numbers", ["\x1b[15;2~"], []],
  ["a function key of a console", ["\x1b[[E"], []],
  ["a letter with Alt", ["\x1bb"], []],
  ["Escape, then a letter", ["\x1b", "b"], ["b"]],
  ["Escape twice, then a letter", ["\x1b\x1b", "b"], ["b"]],
  ["a letter behind an arrow key", ["\x1b[B", "b"], ["b"]],
  ["an arrow key and a letter in one read", ["\x1b[Bb"], []],
  ["a letter that is no ASCII", ["é"], ["é"]],
  ["Enter", ["\r"], ["\r"]],
];

for (const [name, reads, keys] of KEY_CASES) {
  Deno.test(`KeyPresses takes ${name} for ${JSON.stringify(keys)}`, () => {
    const presses = new KeyPresses();
    const found = reads.map((text) =>
      presses.read(new TextEncoder().encode(text))
    );
    assert.deepEqual(found.filter((key) => key !== undefined), keys);
  });
}

Deno.test("KeyPresses joins a character that comes in two reads", () => {
  const presses = new KeyPresses();
  const [first, second] = new TextEncoder().encode("é");
  assert.equal(presses.read(new Uint8Array([first!])), undefined);
  assert.equal(presses.read(new Uint8Array([second!])), "é");
});

import assert from "node:assert/strict";
import { keyHelp } from "./key_help.ts";

const KEYS = [["b", "show the buckets"], [
  "q",
  "quit, as Ctrl-C does",
]] as const;

Deno.test("keyHelp() draws a box that is as wide as it has to be", () => {
  assert.equal(
    keyHelp(KEYS, 80),
    `┌─────────────────────────┐
│ b  show the buckets     │
│ q  quit, as Ctrl-C does │
└─────────────────────────┘`,
  );
});

Deno.test("keyHelp() wraps words to the terminal's width", () => {
  assert.equal(
    keyHelp(KEYS, 24),
    `┌─────────────────────┐
│ b  show the buckets │
│ q  quit, as Ctrl-C  │
│    does             │
└─────────────────────┘`,
  );
});

Deno.test("keyHelp() has no line that is wider than the terminal", () => {
  for (let columns = 4; columns < 60; columns++) {
    for (const line of keyHelp(KEYS, columns).split("\n")) {
      assert.ok(line.length <= columns, `${columns}: ${line}`);
    }
  }
});

Deno.test("keyHelp() leaves the box away where there is no room", () => {
  assert.equal(
    keyHelp([["b", "show the buckets"]], 11),
    "b  show the\n   buckets",
  );
});

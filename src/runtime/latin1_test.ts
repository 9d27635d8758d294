import assert from "node:assert/strict";
import { bytesFrom, textFrom } from "./latin1.ts";

Deno.test("every byte is one character, and comes back", () => {
  const bytes = Uint8Array.from({ length: 256 }, (_, byte) => byte);
  const text = textFrom(bytes);
  assert.equal(text.length, 256);
  assert.equal(text.charCodeAt(0xff), 0xff);
  assert.deepEqual(bytesFrom(text), bytes);
  assert.equal(textFrom(new Uint8Array()), "");
});

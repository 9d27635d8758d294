import assert from "node:assert/strict";
import { decodeUtf8, headerText } from "./byte_text.ts";

Deno.test("decodeUtf8() keeps a byte order mark and refuses other bytes", () => {
  assert.equal(decodeUtf8(Uint8Array.of(0xef, 0xbb, 0xbf, 0x61)), "\ufeffa");
  assert.equal(decodeUtf8(Uint8Array.of(0xe9)), undefined);
});

Deno.test("headerText() reads UTF-8, and Latin-1 where it is none", () => {
  assert.equal(headerText("caf\xc3\xa9"), "café");
  assert.equal(headerText("caf\xe9"), "café");
});

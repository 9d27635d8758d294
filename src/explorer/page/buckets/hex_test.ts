import assert from "node:assert/strict";
import { formatHex, hexDump, parseHex } from "./hex.ts";

Deno.test("hexDump() shows offset, digits and what is ASCII", () => {
  const bytes = new TextEncoder().encode("Hello, <b>\n\u00e9 and more");
  assert.equal(
    hexDump(bytes),
    "00000000  48 65 6c 6c 6f 2c 20 3c  62 3e 0a c3 a9 20 61 6e  Hello, <b>... an\n" +
      "00000010  64 20 6d 6f 72 65                                 d more",
  );
});

Deno.test("parseHex() reads what formatHex() writes, all bytes", () => {
  const bytes = Uint8Array.from({ length: 256 }, (_, index) => index);
  assert.deepEqual(parseHex(formatHex(bytes)), bytes);
  assert.deepEqual(parseHex(""), new Uint8Array());
});

Deno.test("parseHex() takes digits of both cases, with space or without", () => {
  assert.deepEqual(parseHex(" 0aFF\n1 0 "), new Uint8Array([10, 255, 16]));
});

Deno.test("parseHex() refuses half a byte and what is no digit", () => {
  for (const text of ["a", "0g", "0x10", "00-11"]) {
    assert.equal(parseHex(text), undefined, text);
  }
});

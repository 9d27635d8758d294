import assert from "node:assert/strict";
import {
  isCounter,
  jsonFault,
  kindOfValue,
  prettyJson,
  textOf,
} from "./value_kind.ts";

const encode = (text: string) => new TextEncoder().encode(text);
const latin = (text: string) =>
  Uint8Array.from(text, (character) => character.charCodeAt(0));

const KINDS: readonly (readonly [string, Uint8Array, string])[] = [
  ["nothing", encode(""), "text"],
  ["a word", encode("hello"), "text"],
  ["an object", encode(' {"a":1}'), "json"],
  ["an array", encode("[1,2]"), "json"],
  ["a broken object", encode('{"a":'), "text"],
  ["a number", encode("42"), "text"],
  ["HTML", encode("<script>alert(1)</script>"), "text"],
  ["a PNG", latin("\x89PNG\r\n\x1a\n\0\0"), "image"],
  ["a JPEG", latin("\xff\xd8\xff\xe0"), "image"],
  ["a GIF", latin("GIF89a..."), "image"],
  ["a WebP", latin("RIFF\x01\0\0\0WEBPVP8 "), "image"],
  ["a WAVE", latin("RIFF\x01\0\0\0WAVE\xff"), "bytes"],
  ["an SVG", encode('<?xml version="1.0"?>\n<svg onload="x()">'), "image"],
  ["bytes", latin("\xff\xfe\0"), "bytes"],
  ["zeros", latin("\0\0\0"), "bytes"],
  ["lines with tabs", encode("a\tb\r\nc"), "text"],
];

for (const [name, bytes, kind] of KINDS) {
  Deno.test(`kindOfValue() takes ${name} for ${kind}`, () => {
    assert.equal(kindOfValue(bytes, true).kind, kind);
  });
}

Deno.test("kindOfValue() takes no beginning of a value for JSON", () => {
  assert.equal(kindOfValue(encode("[1]"), false).kind, "text");
});

Deno.test("textOf() leaves out a character that is cut in two, at the end alone", () => {
  const bytes = encode("aé");
  assert.equal(textOf(bytes.subarray(0, 2), false), "a");
  assert.equal(textOf(bytes.subarray(0, 2), true), undefined);
});

Deno.test("textOf() keeps a byte order mark, which is part of the value", () => {
  assert.equal(textOf(encode("\ufeffa"), true), "\ufeffa");
});

Deno.test("prettyJson() keeps long numbers, members of one name and strings as they are", () => {
  const text =
    '{"n":12345678901234567890,"n":1e400,"s":"a, {b}: \\"c\\" ","e":{},"l":[ ],"t":[true,null]}';
  assert.equal(
    prettyJson(text),
    '{\n  "n": 12345678901234567890,\n  "n": 1e400,\n  "s": "a, {b}: \\"c\\" ",\n' +
      '  "e": {},\n  "l": [],\n  "t": [\n    true,\n    null\n  ]\n}',
  );
});

Deno.test("jsonFault() says what is wrong with a text that is no JSON", () => {
  assert.equal(jsonFault('{"a":[1,2.5e3,"x"]}'), undefined);
  assert.notEqual(jsonFault("{a:1}"), undefined);
  assert.notEqual(jsonFault(""), undefined);
});

Deno.test("isCounter() is true for decimal numbers alone", () => {
  for (const text of ["0", "-5", "9223372036854775807"]) {
    assert.equal(isCounter(encode(text)), true, text);
  }
  for (const text of ["", "-", "1.5", " 1", "+1", "1e3", "1".repeat(21)]) {
    assert.equal(isCounter(encode(text)), false, text);
  }
});

import assert from "node:assert/strict";
import { formsOf } from "./body_forms.ts";

const utf8 = (text: string) => new TextEncoder().encode(text);

Deno.test("formsOf() shows whole JSON with line breaks, and its text as it came", () => {
  const text = `{"b":[1],"a":12345678901234567890}`;
  assert.deepEqual(formsOf(utf8(text), true), {
    forms: ["json", "text", "hex"],
    text,
    json: `{\n  "b": [\n    1\n  ],\n  "a": 12345678901234567890\n}`,
  });
  assert.deepEqual(formsOf(utf8(text), false).forms, ["text", "hex"]);
});

for (const text of [`{"a": `, `42`, `a line`, ``]) {
  Deno.test(`formsOf() shows as text what is no object or array: ${text}`, () => {
    assert.deepEqual(formsOf(utf8(text), true), {
      forms: ["text", "hex"],
      text,
    });
  });
}

Deno.test("formsOf() shows bytes that are no text as hex", () => {
  const { forms } = formsOf(Uint8Array.of(0xff, 0xfe), true);
  assert.deepEqual(forms, ["hex"]);
  assert.deepEqual(formsOf(utf8("a\0b"), true).forms, ["hex"]);
});

for (const text of ["aü", "a€", "a😀"]) {
  Deno.test(`formsOf() knows text that was cut within a character: ${text}`, () => {
    const bytes = utf8(text);
    for (let length = 1; length < bytes.length; length++) {
      const cut = bytes.subarray(0, length);
      assert.equal(formsOf(cut, false).text, "a");
      if (length > 1) assert.deepEqual(formsOf(cut, true).forms, ["hex"]);
    }
    assert.equal(formsOf(bytes, false).text, text);
  });
}

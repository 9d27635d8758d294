import assert from "node:assert/strict";
import { formsOf } from "./body_forms.ts";

const utf8 = (text: string) => new TextEncoder().encode(text);

Deno.test("formsOf() shows JSON with line breaks", () => {
  const { forms, json } = formsOf(utf8(`{"b":[1,"\\u00fc"],"a":null}`), true);
  assert.deepEqual(forms, ["json", "text", "hex"]);
  assert.equal(
    json,
    `{\n  "b": [\n    1,\n    "ü"\n  ],\n  "a": null\n}`,
  );
});

for (
  const text of [
    `{"id": 12345678901234567890}`,
    `{"a": 1, "a": 2}`,
    `{"2": 0, "1": 0}`,
    `[1.0]`,
    `{"a": `,
    `42`,
    `a line`,
    ``,
  ]
) {
  Deno.test(`formsOf() shows as text what JSON.parse would change or refuse: ${text}`, () => {
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
      assert.deepEqual(formsOf(cut, false), {
        forms: ["text", "hex"],
        text: "a",
      });
      if (length > 1) assert.deepEqual(formsOf(cut, true).forms, ["hex"]);
    }
    assert.equal(formsOf(bytes, false).text, text);
  });
}

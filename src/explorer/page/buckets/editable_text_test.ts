import assert from "node:assert/strict";
import { fromEditable, toEditable } from "./editable_text.ts";

Deno.test("toEditable() and fromEditable() keep the line ends of the store", () => {
  for (const text of ["", "a\nb\n", "a\r\nb\r\n", "\r\n"]) {
    const editable = toEditable(text);
    assert.ok(editable !== undefined);
    assert.equal(editable.text.includes("\r"), false);
    assert.equal(fromEditable(editable), text);
  }
});

Deno.test("toEditable() refuses line ends that a field would make the same", () => {
  for (const text of ["a\rb", "a\r\nb\n", "\n\r"]) {
    assert.equal(toEditable(text), undefined, JSON.stringify(text));
  }
});

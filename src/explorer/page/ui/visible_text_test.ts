import assert from "node:assert/strict";
import { cutText, visibleParts } from "./visible_text.ts";

Deno.test("visibleParts() marks what cannot be seen or turns text around", () => {
  const marks = (text: string) =>
    visibleParts(text).map((part) => part.mark ?? part.text);
  assert.deepEqual(marks("a\u0000b"), ["a", "NUL", "b"]);
  assert.deepEqual(marks("\u202egnp.exe"), ["U+202E", "gnp.exe"]);
  assert.deepEqual(marks("a\u00a0\u200b\ufeff"), [
    "a",
    "U+00A0",
    "U+200B",
    "U+FEFF",
  ]);
  assert.deepEqual(marks("a\n\u007f"), ["a", "LF", "DEL"]);
  assert.deepEqual(marks("\t\u001f\u0080"), ["TAB", "US", "U+0080"]);
  assert.deepEqual(marks("<b> é 日本 😀"), ["<b> é 日本 😀"]);
});

Deno.test("visibleParts() loses nothing of the text", () => {
  const text = "\u202ea\u0000<script>\ud83d\ude00\u2028";
  assert.equal(visibleParts(text).map((part) => part.text).join(""), text);
});

Deno.test("cutText() cuts no character in two", () => {
  assert.equal(cutText("a😀b", 2), "a");
  assert.equal(cutText("a😀b", 3), "a😀");
  assert.equal(cutText("ab", 2), "ab");
});

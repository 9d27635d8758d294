import assert from "node:assert/strict";
import {
  bytesOf,
  type Draft,
  draftFault,
  draftOf,
  EMPTY_DRAFT,
  reformat,
  timeToLiveOf,
} from "./draft.ts";

const encode = (text: string) => new TextEncoder().encode(text);

Deno.test("draftOf() saved as it is changes no byte", () => {
  const values = [
    encode(""),
    encode("a\nb"),
    encode("a\r\nb\r\n"),
    encode("a\rb"),
    encode('{"a":1e2}'),
    encode("\ufeffmark\u0000"),
    new Uint8Array([0xff, 0, 1]),
  ];
  for (const value of values) {
    assert.deepEqual(bytesOf(draftOf(value)), value, String(value));
  }
});

Deno.test("reformat() keeps the bytes, there and back", () => {
  const draft = draftOf(encode("a\r\nb é"));
  const hex = reformat(draft, "hex");
  assert.ok(hex !== undefined);
  assert.equal(hex.text, "61 0d 0a 62 20 c3 a9");
  assert.deepEqual(reformat(hex, "text"), draft);
});

Deno.test("reformat() refuses text that the bytes are not", () => {
  assert.equal(reformat(draftOf(new Uint8Array([0xff])), "text"), undefined);
  const broken: Draft = { ...EMPTY_DRAFT, format: "hex", text: "6" };
  assert.equal(reformat(broken, "text"), undefined);
});

Deno.test("draftFault() says what is not whole yet", () => {
  assert.equal(draftFault(EMPTY_DRAFT), undefined);
  const drafts: readonly Draft[] = [
    { ...EMPTY_DRAFT, format: "json", text: "{" },
    { ...EMPTY_DRAFT, format: "hex", text: "0" },
    { ...EMPTY_DRAFT, format: "file" },
    { ...EMPTY_DRAFT, expiry: { kind: "after", text: "5" } },
  ];
  for (const draft of drafts) {
    assert.notEqual(draftFault(draft), undefined, draft.format);
  }
  assert.notEqual(draftFault({ ...EMPTY_DRAFT, text: "é" }, 1), undefined);
});

Deno.test("timeToLiveOf() keeps what is left, and never makes a value that stays", () => {
  const keep = draftOf(encode("a"), 10_000);
  assert.equal(timeToLiveOf(keep, 4000), 6000);
  assert.equal(timeToLiveOf(keep, 20_000), 1);
  assert.equal(timeToLiveOf(EMPTY_DRAFT, 0), undefined);
  const after: Draft = {
    ...EMPTY_DRAFT,
    expiry: { kind: "after", text: "5m" },
  };
  assert.equal(timeToLiveOf(after, 0), 300_000);
});

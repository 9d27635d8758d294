import assert from "node:assert/strict";
import { type NamedVersions, parseTags } from "./entity_tags.ts";

const LINES: readonly [
  line: string,
  strong: NamedVersions,
  weak: NamedVersions,
][] = [
  ["*", "any", "any"],
  [" * ", "any", "any"],
  ['"1"', ["1"], ["1"]],
  ['""', [""], [""]],
  ['"a", "b"', ["a", "b"], ["a", "b"]],
  ['"a,b" ,"c"', ["a,b", "c"], ["a,b", "c"]],
  ['W/"1", "2"', ["2"], ["1", "2"]],
  ["", [], []],
];

for (const [line, strong, weak] of LINES) {
  Deno.test(`parseTags() reads ${JSON.stringify(line)}`, () => {
    assert.deepEqual(parseTags("If-Match", line, "strong"), strong);
    assert.deepEqual(parseTags("If-Match", line, "weak"), weak);
  });
}

for (const line of ["1", '"1', '"a" "b"', '"a b"', 'w/"1"', '"a",*']) {
  Deno.test(`parseTags() refuses ${JSON.stringify(line)}`, () => {
    assert.throws(() => parseTags("If-Match", line, "strong"), {
      code: "bad-request",
    });
  });
}

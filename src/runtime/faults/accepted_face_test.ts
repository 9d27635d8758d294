import assert from "node:assert/strict";
import { acceptedFace } from "./accepted_face.ts";

const CASES: readonly (readonly [accept: string | null, face: string])[] = [
  [null, "text"],
  ["", "text"],
  ["*/*", "text"],
  ["text/*", "text"],
  ["text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "page"],
  ["TEXT/HTML", "page"],
  ["application/json", "problem"],
  ["application/problem+json", "problem"],
  ["application/*", "problem"],
  ["application/json, text/plain, */*", "problem"],
  ["text/plain, application/json", "text"],
  ["application/json;q=0.5, text/html;q=0.4", "problem"],
  ["text/html;q=0, */*", "text"],
  ["text/plain;q=0, text/html;q=0, */*;q=0.1", "problem"],
  ["application/json; charset=utf-8; Q=0.2, text/plain; q=0.3", "text"],
  ["text/html;q=high", "text"],
  ["text/html;q=7", "text"],
  ["image/avif,image/webp,*/*;q=0.8", "text"],
  ["image/png", "text"],
  [",;,q=,*", "text"],
];

for (const [accept, face] of CASES) {
  Deno.test(`acceptedFace() of ${JSON.stringify(accept)} is the ${face}`, () => {
    assert.equal(acceptedFace(accept), face);
  });
}

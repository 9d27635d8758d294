import assert from "node:assert/strict";
import { openSourceMap } from "./source_map.ts";

/** Byte 0x10 on is line 3 of `a.ts`, byte 0x18 on line 5. */
const MAP = JSON.stringify({
  version: 3,
  sources: ["assembly/a.ts"],
  names: [],
  mappings: "gBAEA,QAEA",
});

const INLINE = `data:application/json;base64,${btoa(MAP)}`;

/** The content of `sourceMappingURL`. */
function sectionOf(url: string): Uint8Array {
  const bytes = new TextEncoder().encode(url);
  const low = bytes.length & 0x7f | 0x80;
  return new Uint8Array([low, bytes.length >> 7, ...bytes]);
}

const nothing = () => Promise.resolve(undefined);

Deno.test("openSourceMap() reads a map in the module and one beside it", async () => {
  const asked: string[] = [];
  const beside = (url: string) => {
    asked.push(url);
    return Promise.resolve(MAP);
  };
  for (const url of [INLINE, "a.wasm.map"]) {
    const find = (await openSourceMap(sectionOf(url), beside))!;
    assert.deepEqual([0x0f, 0x10, 0x17, 0x18, 0x99].map(find), [
      undefined,
      { file: "assembly/a.ts", line: 3 },
      { file: "assembly/a.ts", line: 3 },
      { file: "assembly/a.ts", line: 5 },
      { file: "assembly/a.ts", line: 5 },
    ]);
  }
  assert.deepEqual(asked, ["a.wasm.map"]);
});

Deno.test("openSourceMap() takes nothing from what is no map", async () => {
  const urls = [
    "",
    "missing.map",
    "data:application/json;base64,!",
    `data:application/json;base64,${btoa("{}x")}`,
    `data:application/json;base64,${btoa("null")}`,
  ];
  for (const url of urls) {
    assert.equal(await openSourceMap(sectionOf(url), nothing), undefined, url);
  }
  assert.equal(await openSourceMap(new Uint8Array(), nothing), undefined);
  assert.equal(await openSourceMap(new Uint8Array([9]), nothing), undefined);
});

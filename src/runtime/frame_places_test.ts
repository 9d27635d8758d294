import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { withPlaces } from "../transpile/code_places.ts";
import { CODE_PLACES_SECTION } from "./code_places.ts";
import { FramePlaces, type WasmFrame } from "./frame_places.ts";

const GUESTS = new URL("../../tests/guests/", import.meta.url);

async function moduleOf(name: string): Promise<WebAssembly.Module> {
  const bytes = await readFile(new URL(`${name}.wasm`, GUESTS));
  return await WebAssembly.compile(withPlaces(new Uint8Array(bytes)));
}

/** A frame of `run`, the first function of `dwarf_cpp`. */
const RUN = { name: "run", offset: await codeStart("dwarf_cpp") + 3 };

async function codeStart(name: string): Promise<number> {
  const bytes = await readFile(new URL(`${name}.wasm`, GUESTS));
  let at = 8;
  for (;;) {
    const id = bytes[at++];
    let length = 0, shift = 0, byte: number;
    do {
      byte = bytes[at++]!;
      length |= (byte & 0x7f) << shift;
      shift += 7;
    } while (byte >= 0x80);
    if (id === 10) return at;
    at += length;
  }
}

Deno.test("find() gives lines to frames whose name is the function's there", async () => {
  const places = new FramePlaces([await moduleOf("dwarf_cpp")]);
  const frames: WasmFrame[] = [
    RUN,
    { ...RUN, name: "another" },
    { ...RUN, name: undefined },
    { ...RUN, offset: 3 },
    { ...RUN, offset: 0xffffff },
  ];
  for (const time of ["first", "second"]) {
    assert.deepEqual(await places.find(frames), [
      { file: "src/dwarf_cpp/dwarf_cpp.cc", line: 18 },
      ...[undefined, undefined, undefined, undefined],
    ], `the ${time} time`);
  }
});

Deno.test("find() takes no line for one of two modules that could be meant", async () => {
  const module = await moduleOf("dwarf_cpp");
  assert.deepEqual(await new FramePlaces([module, module]).find([RUN]), [
    undefined,
  ]);
  const two = new FramePlaces([module, await moduleOf("dwarf_rust")]);
  assert.equal((await two.find([RUN]))[0]?.line, 18);
});

Deno.test("find() takes no harm from a note that a guest forged", async () => {
  const name = [...new TextEncoder().encode(CODE_PLACES_SECTION)];
  for (const note of [[0xff, 0xff], [0, 0, 0, 0xff, 0xff, 0xff, 0x7f]]) {
    const content = [name.length, ...name, ...note];
    const module = await WebAssembly.compile(
      new Uint8Array([
        ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
        ...[0, content.length, ...content],
      ]),
    );
    assert.deepEqual(await new FramePlaces([module]).find([RUN]), [undefined]);
  }
});

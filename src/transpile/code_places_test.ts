import assert from "node:assert/strict";
import { FramePlaces } from "../runtime/frame_places.ts";
import {
  CODE_PLACES_SECTION,
  originalPlace,
  readCodePlaces,
} from "../runtime/code_places.ts";
import { stackFrames } from "../runtime/trap.ts";
import { readGuest } from "./_guests.ts";
import { BinaryReader } from "./binary_reader.ts";
import { BinaryWriter } from "../runtime/binary_writer.ts";
import { withPlaces } from "./code_places.ts";
import { readCoreLayout, SECTION } from "./core_layout.ts";
import { makeInterruptible } from "./interruptible.ts";
import { limitMemory } from "./memory_limit.ts";

/** What calling `run(7)` of a module throws. */
function thrownBy(module: WebAssembly.Module): unknown {
  const { exports } = new WebAssembly.Instance(module);
  try {
    (exports["run"] as (number: number) => number)(7);
  } catch (error) {
    return error;
  }
}

/** The lines that a trap of it is told with. */
async function linesOf(bytes: Uint8Array<ArrayBuffer>): Promise<unknown> {
  const module = await WebAssembly.compile(bytes);
  const frames = stackFrames(thrownBy(module));
  const places = await new FramePlaces([module]).find(frames);
  return frames.map(({ name }, index) => [name, places[index]?.line]);
}

const LINES = {
  dwarf_cpp: [["acme::Box<int>::open(int)", 9], ["run", 18]],
  dwarf_rust: [
    ["_RNvMNtCseeBDcyybn65_10dwarf_rust4gateNtB2_4Gate4open", 27],
    ["run", 36],
  ],
};

for (const [name, lines] of Object.entries(LINES)) {
  Deno.test(`withPlaces() lets the frames of ${name} have lines`, async () => {
    assert.deepEqual(await linesOf(withPlaces(await readGuest(name))), lines);
  });
}

Deno.test("limitMemory() keeps the lines of what it moves", async () => {
  const bytes = withPlaces(await readGuest("dwarf_cpp"));
  // It has written the sections' sizes shorter.
  const limited = limitMemory(bytes, 256 * 2 ** 20);
  assert.notEqual(limited.length, bytes.length);
  assert.deepEqual(await linesOf(limited), LINES.dwarf_cpp);
});

Deno.test("makeInterruptible() keeps the lines of what it moves", async () => {
  const bytes = await readGuest("dwarf_cpp");
  const { dwarf_cpp } = LINES;
  const moved = makeInterruptible(bytes);
  assert.notEqual(moved, bytes);
  assert.deepEqual(await linesOf(moved), dwarf_cpp);
  // What was noted before it was moved is noted anew, once.
  const both = makeInterruptible(withPlaces(bytes));
  assert.deepEqual(both, moved);
  assert.deepEqual(withPlaces(moved), moved);
});

Deno.test("makeInterruptible() notes where every instruction came from", async () => {
  const bytes = await readGuest("dwarf_cpp");
  const placesOf = async (bytes: Uint8Array<ArrayBuffer>) => {
    const module = await WebAssembly.compile(bytes);
    const [section] = WebAssembly.Module.customSections(
      module,
      CODE_PLACES_SECTION,
    );
    return readCodePlaces(new Uint8Array(section!));
  };
  const before = await placesOf(withPlaces(bytes));
  const moved = makeInterruptible(bytes);
  const after = await placesOf(moved);
  let kept = 0, put = 0;
  for (let offset = 0; offset < moved.length; offset++) {
    const place = originalPlace(after, offset);
    if (place === undefined) continue;
    const original = before.start + place.address;
    assert.equal(
      originalPlace(before, original)?.function,
      place.function,
    );
    if (bytes[original] === moved[offset]) kept++;
    else put++;
  }
  const size = before.bodies.reduce((sum, { size }) => sum + size, 0);
  const moves = after.bodies.flatMap(({ moves }) => moves);
  assert.ok(moves.length > 0);
  assert.ok(kept >= size, `${kept} bytes of ${size} stand where they should`);
  const added = moves.reduce((sum, move) => sum + move.put, 0);
  assert.ok(put <= added, `${put} bytes differ where ${added} were put`);
});

Deno.test("withPlaces() leaves alone what tells no lines", async () => {
  for (const name of ["module_without_types", "core_module"]) {
    const bytes = await readGuest(name);
    assert.equal(withPlaces(bytes), bytes);
  }
});

/** The module with a source map in place of its DWARF. */
async function withSourceMap(url: string): Promise<Uint8Array<ArrayBuffer>> {
  const layout = readCoreLayout(await readGuest("dwarf_cpp"));
  const out = new BinaryWriter();
  out.raw(layout.bytes.subarray(0, 8));
  for (const { id, start, end } of layout.sections) {
    const name = id === SECTION.custom
      ? new BinaryReader(layout.bytes, start, end).name()
      : "";
    if (name.startsWith(".debug")) continue;
    out.byte(id);
    out.sized(layout.bytes.subarray(start, end));
  }
  const content = new BinaryWriter();
  content.name("sourceMappingURL");
  content.name(url);
  out.byte(SECTION.custom);
  out.sized(content.view());
  return out.done();
}

/** A number of a source map's mappings. */
function vlq(value: number): string {
  const digits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  let left = value * 2, text = "";
  do {
    text += digits[left % 32 + (left >= 32 ? 32 : 0)];
    left = Math.floor(left / 32);
  } while (left > 0);
  return text;
}

Deno.test("makeInterruptible() keeps the lines of a source map", async () => {
  const bytes = await withSourceMap("a.map");
  const { sections } = readCoreLayout(bytes);
  const code = sections.find(({ id }) => id === SECTION.code)!.start;
  // `run` calls from byte 0x12 of the code, and the trap is at 0x70: what is moved lies behind.
  const mappings = [
    `${vlq(code)}A${vlq(1)}A`, // line 2
    `${vlq(0x6c)}A${vlq(7)}A`, // line 9
    `${vlq(0x05)}A${vlq(1)}A`, // line 10
  ].join();
  const map = JSON.stringify({
    version: 3,
    sources: ["a.ts"],
    names: [],
    mappings,
  });
  for (const module of [withPlaces(bytes), makeInterruptible(bytes)]) {
    const compiled = await WebAssembly.compile(module);
    const frames = stackFrames(thrownBy(compiled));
    const places = await new FramePlaces(
      [compiled],
      (url) => Promise.resolve(url === "a.map" ? map : undefined),
    ).find(frames);
    assert.deepEqual(places, [
      { file: "a.ts", line: 9 },
      { file: "a.ts", line: 2 },
    ]);
  }
});

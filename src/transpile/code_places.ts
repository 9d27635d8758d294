/**
 * Writes down where the code of a core module stood, for modules that tell the lines of their
 * source: `src/runtime/code_places.ts` reads it when a guest has trapped.
 *
 * @module
 */

import {
  type BodyPlace,
  CODE_PLACES_SECTION,
  type CodePlaces,
  readCodePlaces,
  sizeNow,
} from "../runtime/code_places.ts";
import { BinaryReader } from "./binary_reader.ts";
import { BinaryWriter } from "../runtime/binary_writer.ts";
import {
  type CoreLayout,
  type CoreSection,
  readCoreLayout,
  SECTION,
} from "./core_layout.ts";

/** The custom sections that speak of offsets in the code. */
const SPEAKING: ReadonlySet<string> = new Set([
  ".debug_line",
  "sourceMappingURL",
]);

/** Whether a module tells the lines of its source. */
export function tellsPlaces({ bytes, sections }: CoreLayout): boolean {
  return sections.some((section) =>
    SPEAKING.has(customName(bytes, section) ?? "")
  );
}

/** Whether a section is what was noted before; it does not hold for code that is moved. */
export function isNoteOfPlaces(
  bytes: Uint8Array,
  section: CoreSection,
): boolean {
  return customName(bytes, section) === CODE_PLACES_SECTION;
}

function customName(
  bytes: Uint8Array,
  { id, start, end }: CoreSection,
): string | undefined {
  if (id !== SECTION.custom) return undefined;
  return new BinaryReader(bytes, start, end).name();
}

/** A module whose code stands where the compiler put it, with a note of that where one is due. */
export function withPlaces(
  module: Uint8Array<ArrayBuffer>,
): Uint8Array<ArrayBuffer> {
  const layout = readCoreLayout(module);
  const code = layout.sections.find(({ id }) => id === SECTION.code);
  if (
    code === undefined || !tellsPlaces(layout) ||
    layout.sections.some((section) => isNoteOfPlaces(module, section))
  ) {
    return module;
  }
  const reader = new BinaryReader(module, code.start, code.end);
  const bodies = reader.vector((): BodyPlace => {
    const size = reader.u32();
    const start = reader.offset - code.start;
    reader.take(size);
    return { start, original: start, size, moves: [] };
  });
  const out = new BinaryWriter(module.length + bodies.length * 4 + 64);
  out.raw(module);
  writePlaces(out, {
    start: code.start,
    original: code.start,
    imported: layout.imported.functions,
    bodies,
  });
  return out.done();
}

/**
 * A note for a module whose code section as a whole has moved; as it is where it cannot be
 * read, since a module can bring a section of that name of its own.
 *
 * @param content The section's content, with its name.
 * @param start Where the code section's content begins now.
 */
export function movedNote(content: Uint8Array, start: number): Uint8Array {
  const reader = new BinaryReader(content);
  reader.name();
  try {
    const places = readCodePlaces(content.subarray(reader.offset));
    return noteOf({ ...places, start });
  } catch (error) {
    if (error instanceof RangeError) return content;
    throw error;
  }
}

/** Adds the section to a module under way. */
export function writePlaces(out: BinaryWriter, places: CodePlaces): void {
  out.byte(SECTION.custom);
  out.sized(noteOf(places));
}

/** The section's content. Numbers are told from the end of the body before. */
function noteOf(places: CodePlaces): Uint8Array {
  const content = new BinaryWriter(places.bodies.length * 4 + 64);
  content.name(CODE_PLACES_SECTION);
  content.u32(places.start);
  content.u32(places.original);
  content.u32(places.imported);
  content.u32(places.bodies.length);
  let end = 0, originalEnd = 0;
  for (const body of places.bodies) {
    content.u32(body.start - end);
    content.u32(body.original - originalEnd);
    content.u32(body.size);
    content.u32(body.moves.length);
    let before = 0;
    for (const { at, removed, put } of body.moves) {
      content.u32(at - before);
      content.u32(removed);
      content.u32(put);
      before = at;
    }
    end = body.start + sizeNow(body);
    originalEnd = body.original + body.size;
  }
  return content.view();
}

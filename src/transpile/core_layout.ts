/**
 * Where the parts of a core module are, and how many of each kind it has: what is needed to
 * add to it.
 *
 * @module
 */

import { BinaryReader } from "./binary_reader.ts";
import { skipValueType } from "./instructions.ts";

/** Section ids. */
export const SECTION = {
  custom: 0,
  type: 1,
  import: 2,
  function: 3,
  table: 4,
  memory: 5,
  global: 6,
  export: 7,
  start: 8,
  element: 9,
  code: 10,
  data: 11,
  dataCount: 12,
  tag: 13,
} as const;

/** The order that sections have to be in, by id. */
export const SECTION_ORDER: readonly number[] = [
  SECTION.type,
  SECTION.import,
  SECTION.function,
  SECTION.table,
  SECTION.memory,
  SECTION.tag,
  SECTION.global,
  SECTION.export,
  SECTION.start,
  SECTION.element,
  SECTION.dataCount,
  SECTION.code,
  SECTION.data,
];

/** One section, its content from `start` to `end`. */
export interface CoreSection {
  readonly id: number;
  readonly start: number;
  readonly end: number;
}

/** A core module's parts. */
export interface CoreLayout {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly sections: readonly CoreSection[];
  /** What the module defines itself. */
  readonly counts: {
    readonly types: number;
    readonly functions: number;
    readonly tables: number;
    readonly globals: number;
  };
  /** What it imports; imports come first in every index space. */
  readonly imported: {
    readonly functions: number;
    readonly tables: number;
    readonly globals: number;
    readonly memories: number;
  };
  /** Whether there is a memory, of its own or imported. */
  readonly hasMemory: boolean;
}

/**
 * Reads a core module's layout.
 *
 * @throws {TypeError | RangeError} The bytes are damaged.
 */
export function readCoreLayout(bytes: Uint8Array<ArrayBuffer>): CoreLayout {
  const reader = new BinaryReader(bytes, 8);
  const sections: CoreSection[] = [];
  while (!reader.done) {
    const id = reader.byte();
    const length = reader.u32();
    const start = reader.offset;
    reader.take(length);
    sections.push({ id, start, end: reader.offset });
  }
  const open = (id: number) => {
    const section = sections.find((each) => each.id === id);
    return section && new BinaryReader(bytes, section.start, section.end);
  };
  const imported = countImports(open(SECTION.import));
  return {
    bytes,
    sections,
    counts: {
      types: countTypes(open(SECTION.type)),
      functions: open(SECTION.function)?.u32() ?? 0,
      tables: open(SECTION.table)?.u32() ?? 0,
      globals: open(SECTION.global)?.u32() ?? 0,
    },
    imported,
    hasMemory: imported.memories + (open(SECTION.memory)?.u32() ?? 0) > 0,
  };
}

/** A recursive group is one entry of the section and holds several types. */
function countTypes(reader: BinaryReader | undefined): number {
  if (reader === undefined) return 0;
  let count = 0;
  reader.vector(() => {
    if (reader.peek() === 0x4e) {
      reader.byte();
      count += reader.vector(() => skipSubtype(reader)).length;
    } else {
      skipSubtype(reader);
      count++;
    }
  });
  return count;
}

function skipSubtype(reader: BinaryReader): void {
  const first = reader.byte();
  if (first === 0x50 || first === 0x4f) {
    reader.vector(() => reader.u32());
    skipComposite(reader, reader.byte());
  } else {
    skipComposite(reader, first);
  }
}

function skipComposite(reader: BinaryReader, kind: number): void {
  switch (kind) {
    case 0x60:
      reader.vector(() => skipValueType(reader));
      reader.vector(() => skipValueType(reader));
      return;
    case 0x5f:
      reader.vector(() => skipField(reader));
      return;
    case 0x5e:
      skipField(reader);
      return;
    default:
      throw new TypeError(
        `Cannot read WebAssembly at byte ${reader.offset - 1}: unknown type`,
      );
  }
}

function skipField(reader: BinaryReader): void {
  skipValueType(reader);
  reader.byte(); // whether it can be changed
}

function countImports(reader: BinaryReader | undefined) {
  const imported = { functions: 0, tables: 0, globals: 0, memories: 0 };
  reader?.vector(() => {
    reader.name();
    reader.name();
    switch (reader.byte()) {
      case 0x00:
        reader.u32();
        imported.functions++;
        return;
      case 0x01:
        skipValueType(reader);
        skipLimits(reader);
        imported.tables++;
        return;
      case 0x02:
        skipLimits(reader);
        imported.memories++;
        return;
      case 0x03:
        skipField(reader);
        imported.globals++;
        return;
      case 0x04:
        reader.byte();
        reader.u32();
        return;
      default:
        throw new TypeError(
          `Cannot read WebAssembly at byte ${
            reader.offset - 1
          }: unknown kind of import`,
        );
    }
  });
  return imported;
}

function skipLimits(reader: BinaryReader): void {
  const flags = reader.byte();
  reader.skipLeb();
  if ((flags & 0x01) !== 0) reader.skipLeb();
}

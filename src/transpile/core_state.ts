/**
 * Lets the host reach all that code can change of a core module's instance, so that it can put it
 * back to its first state: memories and globals, exported under reserved names. A module that has
 * anything else that can change is told from one that has not; what is not known here counts as
 * something that can.
 *
 * @module
 */

import { STATE_EXPORT_PREFIX } from "../runtime/state_names.ts";
import { BinaryReader } from "./binary_reader.ts";
import { BinaryWriter } from "../runtime/binary_writer.ts";
import { isNoteOfPlaces, movedNote } from "./code_places.ts";
import {
  type CoreLayout,
  readCoreLayout,
  SECTION,
  SECTION_ORDER,
} from "./core_layout.ts";
import { readInstruction, skipValueType } from "./instructions.ts";

/**
 * The module with its state exported; `undefined` where not all of it can be.
 *
 * @throws {TypeError | RangeError} The module is damaged, or uses an instruction that is not known here.
 */
export function exposeState(
  module: Uint8Array<ArrayBuffer>,
): Uint8Array<ArrayBuffer> | undefined {
  const layout = readCoreLayout(module);
  const isKnown = layout.sections.every(({ id }) => SECTIONS.has(id)) &&
    hasPlainImports(open(layout, SECTION.import)) &&
    hasPlainTables(open(layout, SECTION.table)) &&
    hasOwnNames(open(layout, SECTION.export)) &&
    hasPlainCode(layout);
  const memories = isKnown ? readMemories(layout) : undefined;
  const globals = isKnown ? readGlobals(layout) : undefined;
  if (memories === undefined || globals === undefined) return undefined;
  return withExports(layout, [
    ...memories.map((index) => ({ kind: KIND.memory, index })),
    ...globals.map((index) => ({ kind: KIND.global, index })),
  ]);
}

/** Not the start function: what it finds at the host is not the same each time. No tags. */
const SECTIONS: ReadonlySet<number> = new Set([
  SECTION.custom,
  SECTION.type,
  SECTION.import,
  SECTION.function,
  SECTION.table,
  SECTION.memory,
  SECTION.global,
  SECTION.export,
  SECTION.element,
  SECTION.dataCount,
  SECTION.code,
  SECTION.data,
]);

const KIND = { function: 0, table: 1, memory: 2, global: 3 } as const;

const TYPE = { i32: 0x7f, i64: 0x7e, vector: 0x7b, funcref: 0x70 } as const;

function open(
  { bytes, sections }: CoreLayout,
  id: number,
): BinaryReader | undefined {
  const section = sections.find((each) => each.id === id);
  return section && new BinaryReader(bytes, section.start, section.end);
}

/** Whether every item of a section is as it should be; one that is not may end the reading. */
function every(
  reader: BinaryReader | undefined,
  item: (reader: BinaryReader) => boolean,
): boolean {
  if (reader === undefined) return true;
  for (let count = reader.u32(); count > 0; count--) {
    if (!item(reader)) return false;
  }
  return reader.done;
}

/** Another instance's memories, tables and globals are its own to expose. */
function hasPlainImports(reader: BinaryReader | undefined): boolean {
  return every(reader, () => {
    reader!.name();
    reader!.name();
    switch (reader!.byte()) {
      case KIND.function:
        reader!.u32();
        return true;
      case KIND.table:
        return isPlainTable(reader!);
      case KIND.memory:
        return isPlainMemory(reader!);
      case KIND.global: {
        const type = reader!.byte();
        reader!.byte();
        return isNumber(type);
      }
    }
    return false;
  });
}

function hasPlainTables(reader: BinaryReader | undefined): boolean {
  return every(reader, isPlainTable);
}

function isPlainTable(reader: BinaryReader): boolean {
  return reader.byte() === TYPE.funcref && isPlainLimits(reader);
}

/** Neither shared with other threads, nor of 64 bits. */
function isPlainMemory(reader: BinaryReader): boolean {
  return isPlainLimits(reader);
}

function isPlainLimits(reader: BinaryReader): boolean {
  const flags = reader.byte();
  if (flags > 1) return false;
  reader.u32();
  if (flags === 1) reader.u32();
  return true;
}

function isNumber(type: number): boolean {
  return type >= TYPE.vector && type <= TYPE.i32;
}

/** No component may pass something else for its state. */
function hasOwnNames(reader: BinaryReader | undefined): boolean {
  return every(reader, () => {
    const name = reader!.name();
    reader!.byte();
    reader!.u32();
    return !name.startsWith(STATE_EXPORT_PREFIX);
  });
}

/** The indices of the memories that the module defines. */
function readMemories(layout: CoreLayout): number[] | undefined {
  const indices: number[] = [];
  let next = layout.imported.memories;
  const arePlain = every(open(layout, SECTION.memory), (reader) => {
    indices.push(next++);
    return isPlainMemory(reader);
  });
  return arePlain ? indices : undefined;
}

/**
 * The indices of the globals that can change. Only integers pass through JavaScript unchanged, and
 * a reference can lead to anything.
 */
function readGlobals(layout: CoreLayout): number[] | undefined {
  const indices: number[] = [];
  let next = layout.imported.globals;
  const arePlain = every(open(layout, SECTION.global), (reader) => {
    const type = reader.byte();
    const isMutable = reader.byte() !== 0;
    const index = next++;
    if (isMutable) indices.push(index);
    const isPlain = isMutable
      ? type === TYPE.i32 || type === TYPE.i64
      : isNumber(type);
    return isPlain && isPlainRun(layout.bytes, reader, OP.end);
  });
  return arePlain ? indices : undefined;
}

const OP = { end: 0x0b, bulk: 0xfc } as const;

/** table.set, objects, atomics */
const NOT_PLAIN: ReadonlySet<number> = new Set([0x26, 0xfb, 0xfe]);

/** i32.trunc_sat_f32_s to i64.trunc_sat_f64_u, memory.copy, memory.fill, table.size */
const PLAIN_BULK: ReadonlySet<number> = new Set([
  ...[0, 1, 2, 3, 4, 5, 6, 7, 10, 11, 16],
]);

function hasPlainCode(layout: CoreLayout): boolean {
  return every(open(layout, SECTION.code), (code) => {
    const body = code.section(code.u32());
    body.vector(() => {
      body.u32();
      skipValueType(body);
    });
    return isPlainRun(layout.bytes, body);
  });
}

/**
 * Whether instructions change nothing but memories and globals. They may trap, or write to a memory
 * that grows: that is seen when it happens.
 *
 * @param last The opcode that they end with; otherwise they go on to the reader's end.
 */
function isPlainRun(
  bytes: Uint8Array,
  reader: BinaryReader,
  last?: number,
): boolean {
  while (!reader.done) {
    const at = reader.offset;
    const opcode = bytes[at]!;
    if (NOT_PLAIN.has(opcode)) return false;
    // A number written longer than it need be is in no set.
    if (opcode === OP.bulk && !PLAIN_BULK.has(bytes[at + 1]!)) return false;
    readInstruction(reader);
    if (opcode === last) return true;
  }
  return last === undefined;
}

interface Exposed {
  readonly kind: number;
  readonly index: number;
}

function withExports(
  { bytes, sections }: CoreLayout,
  exposed: readonly Exposed[],
): Uint8Array<ArrayBuffer> {
  if (exposed.length === 0) return bytes;
  const out = new BinaryWriter(bytes.length + 64 * (exposed.length + 1));
  out.raw(bytes.subarray(0, 8));
  let isWritten = false;
  let codeStart = 0;
  const writeExports = (content: Uint8Array) => {
    out.byte(SECTION.export);
    out.sized(exportSection(content, exposed));
    isWritten = true;
  };
  for (const section of sections) {
    const { id, start, end } = section;
    const content = bytes.subarray(start, end);
    if (id === SECTION.export) {
      writeExports(content);
      continue;
    }
    if (!isWritten && comesAfterExports(id)) writeExports(new Uint8Array(1));
    out.byte(id);
    out.sized(
      isNoteOfPlaces(bytes, section) ? movedNote(content, codeStart) : content,
    );
    if (id === SECTION.code) codeStart = out.length - content.length;
  }
  if (!isWritten) writeExports(new Uint8Array(1));
  return out.done();
}

function comesAfterExports(id: number): boolean {
  return SECTION_ORDER.indexOf(id) > SECTION_ORDER.indexOf(SECTION.export);
}

function exportSection(
  content: Uint8Array,
  exposed: readonly Exposed[],
): Uint8Array {
  const reader = new BinaryReader(content);
  const count = reader.u32();
  const out = new BinaryWriter(content.length + 32 * exposed.length);
  out.u32(count + exposed.length);
  out.raw(reader.rest());
  for (const { kind, index } of exposed) {
    out.name(`${STATE_EXPORT_PREFIX}${kind}:${index}`);
    out.byte(kind);
    out.u32(index);
  }
  return out.view();
}

/**
 * Makes a core module that can be interrupted: every turn of a loop and every call costs one
 * unit of fuel, and when it is used up the module calls the host, which may let others run
 * first, or end the instance. WebAssembly in V8 has no other way to stop code that never
 * waits, short of ending its whole thread and all that runs there.
 *
 * All that is added stands behind what is there (types, functions, tables, globals, exports),
 * so that no index changes.
 *
 * @module
 */

import {
  ENDED_FUEL,
  FUEL_PORTION,
  INTERRUPT_EXPORTS,
} from "../runtime/interrupt_names.ts";
import type {
  BodyPlace,
  CodeMove,
  CodePlaces,
} from "../runtime/code_places.ts";
import { BinaryReader } from "./binary_reader.ts";
import { BinaryWriter } from "../runtime/binary_writer.ts";
import { isNoteOfPlaces, tellsPlaces, writePlaces } from "./code_places.ts";
import {
  type CoreLayout,
  readCoreLayout,
  SECTION,
  SECTION_ORDER,
} from "./core_layout.ts";
import { readInstruction, skipValueType } from "./instructions.ts";

/** The indices of what is added. */
interface Added {
  readonly fuel: number;
  readonly mode: number;
  readonly refused: number;
  readonly ticks: number;
  readonly tickType: number;
  readonly growType: number;
  readonly check: number;
  readonly grow: number;
}

/**
 * The module, made interruptible; as it is where it has no code that could run for long.
 *
 * @throws {TypeError | RangeError} The module is damaged, or uses an instruction that is not known here.
 */
export function makeInterruptible(
  module: Uint8Array<ArrayBuffer>,
): Uint8Array<ArrayBuffer> {
  const layout = readCoreLayout(module);
  const added = place(layout);
  const code = rewriteCode(layout, added);
  if (code === undefined) return module;
  return assemble(layout, added, code);
}

function place({ counts, imported }: CoreLayout): Added {
  const functions = imported.functions + counts.functions;
  const globals = imported.globals + counts.globals;
  return {
    fuel: globals,
    mode: globals + 1,
    refused: globals + 2,
    ticks: imported.tables + counts.tables,
    tickType: counts.types,
    growType: counts.types + 1,
    check: functions,
    grow: functions + 1,
  };
}

/** A code section's content, and where its parts came from. */
interface Code {
  readonly content: Uint8Array<ArrayBuffer>;
  readonly bodies: readonly BodyPlace[];
}

/** The code section, or `undefined` where nothing in it needs to be watched. */
function rewriteCode(layout: CoreLayout, added: Added): Code | undefined {
  const section = layout.sections.find(({ id }) => id === SECTION.code);
  if (section === undefined) return undefined;
  const reader = new BinaryReader(layout.bytes, section.start, section.end);
  const count = reader.u32();
  const writer = new BinaryWriter((section.end - section.start) * 1.5);
  const rewriting = { site: costSite(added), grow: growSite(added) };
  let sites = 0;
  const bodies: BodyPlace[] = [];
  writer.u32(count + 2);
  for (let index = 0; index < count; index++) {
    const size = reader.u32();
    const original = reader.offset - section.start;
    const body = new BinaryWriter(size * 1.25 + 64);
    const moves = rewriteBody(
      reader.section(size),
      layout.bytes,
      body,
      rewriting,
    );
    sites += moves.length;
    writer.sized(body.view());
    bodies.push({ start: writer.length - body.length, original, size, moves });
  }
  if (sites === 0) return undefined;
  writer.sized(checkBody(added));
  writer.sized(growBody(added, layout.hasMemory));
  return { content: writer.done(), bodies };
}

interface Rewriting {
  readonly site: readonly number[];
  readonly grow: readonly number[];
}

/** A place where a body is to be changed; what stands from `at` to `end` is replaced. */
interface Place {
  readonly at: number;
  readonly end: number;
  readonly put: readonly number[];
}

/** Copies a function's body, with the cost at its start and at each loop; returns what changed. */
function rewriteBody(
  reader: BinaryReader,
  bytes: Uint8Array,
  out: BinaryWriter,
  { site, grow }: Rewriting,
): CodeMove[] {
  const start = reader.offset;
  reader.vector(() => {
    reader.u32();
    skipValueType(reader);
  });
  const places: Place[] = [];
  const first = reader.offset;
  let calls = 0;
  while (!reader.done) {
    const at = reader.offset;
    const kind = readInstruction(reader);
    const end = reader.offset;
    if (kind === "loop") places.push({ at: end, end, put: site });
    else if (kind === "call") calls++;
    else if (kind === "tail call") calls = Infinity;
    else if (kind === "memory.grow" && isFirstMemory(bytes, at, end)) {
      places.push({ at, end, put: grow });
    }
  }
  // Recursion that could go on for long needs a function that calls twice, or one that gives
  // up its place on the stack; all other recursion ends when the stack does.
  if (calls > 1) places.unshift({ at: first, end: first, put: site });
  let from = start;
  for (const { at, end, put } of places) {
    out.raw(bytes.subarray(from, at));
    out.raw(put);
    from = end;
  }
  out.raw(bytes.subarray(from, reader.offset));
  return places.map(({ at, end, put }) => ({
    at: at - start,
    removed: end - at,
    put: put.length,
  }));
}

function isFirstMemory(bytes: Uint8Array, at: number, end: number): boolean {
  return end - at === 2 && bytes[at + 1] === 0;
}

/** What a turn of a loop costs: `if (--fuel < 0) check()`. */
function costSite({ fuel, check }: Added): readonly number[] {
  return instructions((out) => {
    getGlobal(out, fuel);
    constant(out, 1);
    out.byte(OP.subtract);
    setGlobal(out, fuel);
    getGlobal(out, fuel);
    constant(out, 0);
    out.raw([OP.lessThan, OP.if, OP.noValue, OP.call]);
    out.u32(check);
    out.byte(OP.end);
  });
}

/** In place of `memory.grow`. */
function growSite({ grow }: Added): readonly number[] {
  return instructions((out) => {
    out.byte(OP.call);
    out.u32(grow);
  });
}

/** `func()`: asks the host, unless the instance has ended before or ends meanwhile. */
function checkBody(added: Added): Uint8Array {
  const { fuel, mode, ticks, tickType } = added;
  const endIfEnded = (out: BinaryWriter) => {
    getGlobal(out, fuel);
    constant(out, ENDED_FUEL);
    out.raw([OP.lessThan, OP.if, OP.noValue, OP.unreachable, OP.end]);
  };
  return functionBody((out) => {
    endIfEnded(out);
    constant(out, FUEL_PORTION);
    setGlobal(out, fuel);
    getGlobal(out, mode);
    out.byte(OP.callIndirect);
    out.u32(tickType);
    out.u32(ticks);
    endIfEnded(out);
  });
}

/** `func(pages: i32) -> i32`: grows the memory, and says so where it was refused. */
function growBody({ refused }: Added, hasMemory: boolean): Uint8Array {
  if (!hasMemory) return functionBody((out) => out.byte(OP.unreachable));
  return functionBody((out) => {
    out.raw([OP.getLocal, 0, OP.memoryGrow, 0, OP.teeLocal, 1]);
    constant(out, -1);
    out.raw([OP.equal, OP.if, OP.noValue, OP.getLocal, 0]);
    setGlobal(out, refused);
    out.raw([OP.end, OP.getLocal, 1]);
  }, 1);
}

const OP = {
  unreachable: 0x00,
  if: 0x04,
  noValue: 0x40,
  end: 0x0b,
  call: 0x10,
  callIndirect: 0x11,
  getLocal: 0x20,
  teeLocal: 0x22,
  getGlobal: 0x23,
  setGlobal: 0x24,
  memoryGrow: 0x40,
  constant: 0x41,
  equal: 0x46,
  lessThan: 0x48,
  subtract: 0x6b,
} as const;

function getGlobal(out: BinaryWriter, index: number): void {
  out.byte(OP.getGlobal);
  out.u32(index);
}

function setGlobal(out: BinaryWriter, index: number): void {
  out.byte(OP.setGlobal);
  out.u32(index);
}

function constant(out: BinaryWriter, value: number): void {
  out.byte(OP.constant);
  out.s32(value);
}

function instructions(write: (out: BinaryWriter) => void): readonly number[] {
  const out = new BinaryWriter();
  write(out);
  return [...out.view()];
}

/** A function's body with so many locals of type i32 beside its parameters. */
function functionBody(
  write: (out: BinaryWriter) => void,
  locals = 0,
): Uint8Array {
  const out = new BinaryWriter();
  out.raw(locals === 0 ? [0] : [1, locals, I32]);
  write(out);
  out.byte(OP.end);
  return out.done();
}

const I32 = 0x7f;
const FUNCREF = 0x70;

/** The module's sections, each with what is added to it. */
function assemble(
  layout: CoreLayout,
  added: Added,
  { content: code, bodies }: Code,
): Uint8Array<ArrayBuffer> {
  const extensions = new Map<number, Extension>([
    [SECTION.type, {
      count: 2,
      content: [...[0x60, 0, 0], ...[0x60, 1, I32, 1, I32]],
    }],
    [SECTION.function, {
      count: 2,
      content: instructions((out) => {
        out.u32(added.tickType);
        out.u32(added.growType);
      }),
    }],
    [SECTION.table, { count: 1, content: [FUNCREF, 1, 2, 2] }],
    [SECTION.global, { count: 3, content: instructions(writeGlobals) }],
    [SECTION.export, {
      count: 4,
      content: instructions((out) => writeExports(out, added)),
    }],
  ]);
  const { bytes, sections } = layout;
  let places: CodePlaces | undefined;
  const out = new BinaryWriter(bytes.length + code.length);
  out.raw(bytes.subarray(0, 8));
  const missing = [...extensions.keys()]
    .filter((id) => !sections.some((section) => section.id === id));
  const rank = (id: number) => SECTION_ORDER.indexOf(id);
  for (const { id, start, end } of sections) {
    if (id !== SECTION.custom) {
      while (missing.length > 0 && rank(missing[0]!) < rank(id)) {
        writeSection(
          out,
          missing[0]!,
          extended(undefined, extensions.get(missing[0]!)!),
        );
        missing.shift();
      }
    }
    const content = bytes.subarray(start, end);
    const extension = extensions.get(id);
    if (id === SECTION.code) {
      writeSection(out, id, code);
      places = {
        start: out.length - code.length,
        original: start,
        imported: layout.imported.functions,
        bodies,
      };
    } else if (!isNoteOfPlaces(bytes, { id, start, end })) {
      writeSection(
        out,
        id,
        extension === undefined ? content : extended(content, extension),
      );
    }
  }
  if (places !== undefined && tellsPlaces(layout)) writePlaces(out, places);
  return out.done();
}

interface Extension {
  readonly count: number;
  readonly content: readonly number[];
}

/** A vector with items added behind its own. */
function extended(
  content: Uint8Array | undefined,
  { count, content: more }: Extension,
): Uint8Array {
  const reader = new BinaryReader(content ?? new Uint8Array([0]));
  const before = reader.u32();
  const out = new BinaryWriter((content?.length ?? 0) + more.length + 8);
  out.u32(before + count);
  if (content !== undefined) out.raw(content.subarray(reader.offset));
  out.raw(more);
  return out.done();
}

/** Enough fuel for what runs before the host has put its functions in place. */
const FIRST_FUEL = 2 ** 31 - 1;

function writeGlobals(out: BinaryWriter): void {
  for (const first of [FIRST_FUEL, 0, 0]) {
    out.raw([I32, 1]);
    constant(out, first);
    out.byte(OP.end);
  }
}

function writeExports(out: BinaryWriter, added: Added): void {
  const { fuel, mode, refused, ticks } = INTERRUPT_EXPORTS;
  const TABLE = 1, GLOBAL = 3;
  const rows = [
    [fuel, GLOBAL, added.fuel],
    [mode, GLOBAL, added.mode],
    [refused, GLOBAL, added.refused],
    [ticks, TABLE, added.ticks],
  ] as const;
  for (const [name, kind, index] of rows) {
    out.name(name);
    out.byte(kind);
    out.u32(index);
  }
}

function writeSection(
  out: BinaryWriter,
  id: number,
  content: Uint8Array,
): void {
  out.byte(id);
  out.sized(content);
}

/**
 * Walks over WebAssembly instructions: how long each is, and the few that matter here.
 *
 * Source: the core specification's binary format of instructions, 3.0, with the exceptions
 * that came before it (`try`, `catch`, `delegate`).
 *
 * @module
 */

import type { BinaryReader } from "./binary_reader.ts";

/** What an instruction is to who walks over it. */
export type InstructionKind =
  | "loop"
  | "call"
  | "tail call"
  | "memory.grow"
  | "other";

/**
 * Reads one instruction.
 *
 * @throws {TypeError} One that this reader does not know.
 */
export function readInstruction(reader: BinaryReader): InstructionKind {
  const start = reader.offset;
  const opcode = reader.byte();
  switch (opcode) {
    case 0x03:
      reader.s33();
      return "loop";
    case 0x02: // block
    case 0x04: // if
    case 0x06: // try
    case 0xd0: // ref.null
      reader.s33();
      return "other";
    case 0x10: // call
    case 0x14: // call_ref
      reader.u32();
      return "call";
    case 0x11: // call_indirect
      reader.u32();
      reader.u32();
      return "call";
    case 0x12: // return_call
    case 0x15: // return_call_ref
      reader.u32();
      return "tail call";
    case 0x13: // return_call_indirect
      reader.u32();
      reader.u32();
      return "tail call";
    case 0x40:
      reader.u32();
      return "memory.grow";
    case 0x0e: // br_table
      reader.vector(() => reader.u32());
      reader.u32();
      return "other";
    case 0x1c: // select with types
      reader.vector(() => skipValueType(reader));
      return "other";
    case 0x1f: // try_table
      reader.s33();
      reader.vector(() => {
        if (reader.byte() < 2) reader.u32();
        reader.u32();
      });
      return "other";
    case 0x41: // i32.const
    case 0x42: // i64.const
      reader.skipLeb();
      return "other";
    case 0x43: // f32.const
      reader.take(4);
      return "other";
    case 0x44: // f64.const
      reader.take(8);
      return "other";
    case 0xfb:
      skipGarbageCollected(reader, start);
      return "other";
    case 0xfc:
      skipBulk(reader, start);
      return "other";
    case 0xfd:
      skipVector(reader);
      return "other";
    case 0xfe:
      // atomic.fence has a byte, all others a memory argument.
      if (reader.u32() === 3) reader.byte();
      else skipMemoryArgument(reader);
      return "other";
  }
  if (ONE_INDEX.has(opcode)) reader.u32();
  else if (opcode >= 0x28 && opcode <= 0x3e) skipMemoryArgument(reader);
  else if (!isAlone(opcode)) throw unknown(start, opcode);
  return "other";
}

/** throw, rethrow, catch, delegate, br, br_if, locals, globals, tables, memory.size, ref.func, br_on_null … */
const ONE_INDEX: ReadonlySet<number> = new Set([
  ...[0x07, 0x08, 0x09, 0x18, 0x0c, 0x0d],
  ...[0x20, 0x21, 0x22, 0x23, 0x24, 0x25, 0x26],
  ...[0x3f, 0xd2, 0xd5, 0xd6],
]);

/** Whether an opcode has nothing behind it. */
function isAlone(opcode: number): boolean {
  if (opcode >= 0x45 && opcode <= 0xc4) return true;
  return ALONE.has(opcode);
}

/** unreachable, nop, else, throw_ref, end, return, catch_all, drop, select, ref.is_null, ref.eq, ref.as_non_null */
const ALONE: ReadonlySet<number> = new Set([
  ...[0x00, 0x01, 0x05, 0x0a, 0x0b, 0x0f, 0x19, 0x1a, 0x1b],
  ...[0xd1, 0xd3, 0xd4],
]);

function skipMemoryArgument(reader: BinaryReader): void {
  // Bit 6 of the alignment says that a memory's index follows.
  if ((reader.u32() & 0x40) !== 0) reader.u32();
  reader.skipLeb();
}

/** A value type; a reference to a heap type has that behind it. */
export function skipValueType(reader: BinaryReader): void {
  const type = reader.byte();
  if (type === 0x63 || type === 0x64) reader.s33();
}

function skipGarbageCollected(reader: BinaryReader, start: number): void {
  const opcode = reader.u32();
  const count = GARBAGE_COLLECTED[opcode];
  if (count === undefined) throw unknown(start, 0xfb, opcode);
  if (opcode === 24 || opcode === 25) reader.byte(); // br_on_cast: which ends are nullable
  // Type, field, data and label indices, and heap types, which are numbers too.
  for (let index = 0; index < count; index++) reader.skipLeb();
}

/** How many numbers stand behind each opcode of the prefix 0xfb, struct.new to i31.get_u. */
const GARBAGE_COLLECTED: readonly number[] = [
  ...[1, 1, 2, 2, 2, 2], // struct
  ...[1, 1, 2, 2, 2, 1, 1, 1, 1, 0, 1, 2, 2, 2], // array
  ...[1, 1, 1, 1, 3, 3], // ref.test, ref.cast, br_on_cast
  ...[0, 0, 0, 0, 0],
];

function skipBulk(reader: BinaryReader, start: number): void {
  const opcode = reader.u32();
  const count = BULK[opcode];
  if (count === undefined) throw unknown(start, 0xfc, opcode);
  for (let index = 0; index < count; index++) reader.u32();
}

/** How many indices stand behind each opcode of the prefix 0xfc, i32.trunc_sat_f32_s to i64.mul_wide_u. */
const BULK: readonly number[] = [
  ...[0, 0, 0, 0, 0, 0, 0, 0],
  ...[2, 1, 2, 1], // memory.init, data.drop, memory.copy, memory.fill
  ...[2, 1, 2, 1, 1, 1], // table.init, elem.drop, table.copy, table.grow, table.size, table.fill
  ...[1, 0, 0, 0, 0],
];

function skipVector(reader: BinaryReader): void {
  const opcode = reader.u32();
  if (opcode === 12 || opcode === 13) reader.take(16); // v128.const, i8x16.shuffle
  else if (opcode >= 21 && opcode <= 34) reader.byte(); // lanes
  else if (opcode <= 11 || opcode === 92 || opcode === 93) {
    skipMemoryArgument(reader);
  } else if (opcode >= 84 && opcode <= 91) {
    skipMemoryArgument(reader);
    reader.byte();
  }
}

function unknown(start: number, ...opcodes: number[]): TypeError {
  const text = opcodes.map((opcode) => `0x${opcode.toString(16)}`).join(" ");
  return new TypeError(
    `Cannot read WebAssembly at byte ${start}: unknown instruction ${text}`,
  );
}

/**
 * Lowers how far a core module's memory can grow, in its binary: `memory.grow` then refuses,
 * and nothing has to watch.
 *
 * @module
 */

import { BinaryReader } from "./binary_reader.ts";
import { BinaryWriter } from "../runtime/binary_writer.ts";
import { isNoteOfPlaces, movedNote } from "./code_places.ts";
import { readCoreLayout, SECTION } from "./core_layout.ts";

const PAGE_BYTES = 65536;
const MIB = 2 ** 20;

/** Bits of a memory's limits. */
const FLAG = { hasMaximum: 0x01, is64Bit: 0x04 } as const;

/** A component begins with more memory than it may take. */
export class MemoryLimitError extends Error {
  override readonly name = "MemoryLimitError";
}

/**
 * The module, with the memories that it defines limited. Those that it imports are limited
 * where they are defined.
 *
 * @param limit The most that each memory may take, in bytes.
 * @throws {MemoryLimitError} One of them begins with more.
 */
export function limitMemory(
  module: Uint8Array<ArrayBuffer>,
  limit: number,
): Uint8Array<ArrayBuffer> {
  const { sections } = readCoreLayout(module);
  if (!sections.some(({ id }) => id === SECTION.memory)) return module;
  const out = new BinaryWriter(module.length + 16);
  out.raw(module.subarray(0, 8));
  let codeStart = 0;
  for (const section of sections) {
    const { id, start, end } = section;
    const content = module.subarray(start, end);
    if (isNoteOfPlaces(module, section)) {
      out.byte(id);
      out.sized(movedNote(content, codeStart));
      continue;
    }
    out.byte(id);
    out.sized(
      id === SECTION.memory
        ? limited(new BinaryReader(module, start, end), limit)
        : content,
    );
    if (id === SECTION.code) codeStart = out.length - content.length;
  }
  return out.view();
}

function limited(reader: BinaryReader, limit: number): Uint8Array {
  const out = new BinaryWriter();
  const count = reader.u32();
  out.u32(count);
  for (let index = 0; index < count; index++) limitOne(reader, out, limit);
  return out.view();
}

function limitOne(
  reader: BinaryReader,
  out: BinaryWriter,
  limit: number,
): void {
  const flags = reader.byte();
  if ((flags & FLAG.is64Bit) !== 0) {
    throw new TypeError(
      "Cannot limit a memory of 64 bits: it is not supported",
    );
  }
  const minimum = reader.u32();
  const pages = Math.floor(limit / PAGE_BYTES);
  if (minimum > pages) {
    throw new MemoryLimitError(
      `it begins with ${
        Math.ceil(minimum * PAGE_BYTES / MIB)
      } MiB of memory, ` +
        `dev.memory_limit_mb is ${limit / MIB}`,
    );
  }
  const maximum = (flags & FLAG.hasMaximum) === 0 ? pages : reader.u32();
  out.byte(flags | FLAG.hasMaximum);
  out.u32(minimum);
  out.u32(Math.min(maximum, pages));
}

/**
 * Codecs of booleans, numbers and characters.
 *
 * @module
 */

import type { Codec, CoreType } from "./codec.ts";
import type { PrimitiveKind } from "./wit_type.ts";

/** What differs from one primitive to the other. */
interface Primitive {
  readonly size: 1 | 2 | 4 | 8;
  readonly flat: CoreType;
  readonly read: (view: DataView, offset: number) => number | bigint;
  readonly write: (
    view: DataView,
    offset: number,
    value: number | bigint,
  ) => void;
  /** A core value that holds more bits than the type has, cut down to it. */
  readonly narrow: (value: number | bigint) => number | bigint;
}

/** A codec of a type that is one core value and one number in memory. */
export function numberCodec(kind: Exclude<PrimitiveKind, "string">): Codec {
  switch (kind) {
    case "bool":
      return {
        ...primitiveCodec(BOOLEAN, (value) => value !== 0),
        lower: (_memory, value) => Number(value),
      };
    case "char":
      return {
        ...primitiveCodec(PRIMITIVES.u32, characterFrom),
        store: (memory, offset, value) =>
          memory.view.setUint32(
            offset,
            (value as string).codePointAt(0)!,
            true,
          ),
        lower: (_memory, value) => (value as string).codePointAt(0)!,
      };
    default:
      return primitiveCodec(PRIMITIVES[kind], (value) => value);
  }
}

function primitiveCodec(
  primitive: Primitive,
  lift: (value: number | bigint) => unknown,
): Codec {
  const { size, flat, read, write, narrow } = primitive;
  return {
    size,
    align: size,
    flat: [flat],
    load: (memory, offset) => lift(read(memory.view, offset)),
    store: (memory, offset, value) =>
      write(memory.view, offset, value as number),
    lift: (_memory, values) => lift(narrow(values.values[values.next++]!)),
    lower: (_memory, value) => value as number,
  };
}

/** Unicode scalar values only: no surrogates, nothing above U+10FFFF. */
function characterFrom(value: number | bigint): string {
  const code = Number(value);
  if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) {
    throw new RangeError(`0x${code.toString(16)} is no character`);
  }
  return String.fromCodePoint(code);
}

type NumberKind = Exclude<PrimitiveKind, "string" | "bool" | "char">;

const PRIMITIVES: Readonly<Record<NumberKind, Primitive>> = {
  u8: {
    size: 1,
    flat: "i32",
    read: (view, offset) => view.getUint8(offset),
    write: (view, offset, value) => view.setUint8(offset, Number(value)),
    narrow: (value) => Number(value) & 0xff,
  },
  s8: {
    size: 1,
    flat: "i32",
    read: (view, offset) => view.getInt8(offset),
    write: (view, offset, value) => view.setInt8(offset, Number(value)),
    narrow: (value) => (Number(value) << 24) >> 24,
  },
  u16: {
    size: 2,
    flat: "i32",
    read: (view, offset) => view.getUint16(offset, true),
    write: (view, offset, value) => view.setUint16(offset, Number(value), true),
    narrow: (value) => Number(value) & 0xffff,
  },
  s16: {
    size: 2,
    flat: "i32",
    read: (view, offset) => view.getInt16(offset, true),
    write: (view, offset, value) => view.setInt16(offset, Number(value), true),
    narrow: (value) => (Number(value) << 16) >> 16,
  },
  u32: {
    size: 4,
    flat: "i32",
    read: (view, offset) => view.getUint32(offset, true),
    write: (view, offset, value) => view.setUint32(offset, Number(value), true),
    narrow: (value) => Number(value) >>> 0,
  },
  s32: {
    size: 4,
    flat: "i32",
    read: (view, offset) => view.getInt32(offset, true),
    write: (view, offset, value) => view.setInt32(offset, Number(value), true),
    narrow: (value) => Number(value) | 0,
  },
  u64: {
    size: 8,
    flat: "i64",
    read: (view, offset) => view.getBigUint64(offset, true),
    write: (view, offset, value) =>
      view.setBigUint64(offset, BigInt(value), true),
    narrow: (value) => BigInt.asUintN(64, BigInt(value)),
  },
  s64: {
    size: 8,
    flat: "i64",
    read: (view, offset) => view.getBigInt64(offset, true),
    write: (view, offset, value) =>
      view.setBigInt64(offset, BigInt(value), true),
    narrow: (value) => BigInt.asIntN(64, BigInt(value)),
  },
  f32: {
    size: 4,
    flat: "f32",
    read: (view, offset) => view.getFloat32(offset, true),
    write: (view, offset, value) =>
      view.setFloat32(offset, Number(value), true),
    narrow: (value) => value,
  },
  f64: {
    size: 8,
    flat: "f64",
    read: (view, offset) => view.getFloat64(offset, true),
    write: (view, offset, value) =>
      view.setFloat64(offset, Number(value), true),
    narrow: (value) => value,
  },
};

/** A byte in memory; as a core value any bit makes it true. */
const BOOLEAN: Primitive = { ...PRIMITIVES.u8, narrow: (value) => value };

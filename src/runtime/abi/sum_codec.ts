/**
 * Codecs of variants, options, results and flags.
 *
 * @module
 */

import {
  type Codec,
  type CoreType,
  type CoreValues,
  lowerFlat,
} from "./codec.ts";
import type { GuestMemory } from "./guest_memory.ts";
import { numberCodec } from "./number_codec.ts";
import { alignTo } from "./product_codec.ts";

/** A case of a variant, with the codec of its payload. */
export interface CodecCase {
  readonly name: string;
  readonly codec: Codec | undefined;
}

/** A variant as the host has it. */
interface Tagged {
  readonly tag: string;
  readonly val?: unknown;
}

/** Variants: `{ tag, val }`. */
export function variantCodec(cases: readonly CodecCase[]): Codec {
  const discriminant = discriminantCodec(cases.length);
  const payloads = cases.flatMap(({ codec }) => codec ?? []);
  const payloadAlign = Math.max(1, ...payloads.map(({ align }) => align));
  const payloadOffset = alignTo(discriminant.size, payloadAlign);
  const align = Math.max(discriminant.align, payloadAlign);
  const size = alignTo(
    payloadOffset + Math.max(0, ...payloads.map(({ size }) => size)),
    align,
  );
  const joined = joinFlat(payloads);
  const indexes = new Map(cases.map(({ name }, index) => [name, index]));

  function caseAt(index: number): CodecCase {
    const found = cases[index];
    if (found === undefined) {
      throw new RangeError(
        `${index} is no case of a variant with ${cases.length} cases`,
      );
    }
    return found;
  }

  function indexOf(tag: string): number {
    const index = indexes.get(tag);
    if (index === undefined) {
      throw new TypeError(`Cannot pass "${tag}": the WIT has no such case`);
    }
    return index;
  }

  return {
    size,
    align,
    flat: ["i32", ...joined],
    load: (memory, offset) => {
      const { name, codec } = caseAt(Number(discriminant.load(memory, offset)));
      if (codec === undefined) return { tag: name };
      return { tag: name, val: codec.load(memory, offset + payloadOffset) };
    },
    store: (memory, offset, value) => {
      const { tag, val } = value as Tagged;
      const index = indexOf(tag);
      discriminant.store(memory, offset, index);
      cases[index]!.codec?.store(memory, offset + payloadOffset, val);
    },
    lift: (memory, flat) => {
      const { name, codec } = caseAt(Number(flat.values[flat.next++]) >>> 0);
      const end = flat.next + joined.length;
      const value = codec === undefined
        ? { tag: name }
        : { tag: name, val: liftJoined(memory, flat, codec, joined) };
      flat.next = end;
      return value;
    },
    lower: (_memory, value) => {
      if (joined.length > 0) {
        throw new TypeError("A variant with payloads is no single core value");
      }
      return indexOf((value as Tagged).tag);
    },
    lowerAll: (memory, value) => {
      const { tag, val } = value as Tagged;
      const index = indexOf(tag);
      const { codec } = cases[index]!;
      const payload = codec === undefined ? [] : lowerFlat(codec, memory, val);
      return [
        index,
        ...joined.map((type, place) =>
          place < payload.length
            ? widen(payload[place]!, codec!.flat[place]!, type)
            : type === "i64"
            ? 0n
            : 0
        ),
      ];
    },
  };
}

/** Options: `undefined`, or the value. */
export function optionCodec(some: Codec): Codec {
  const variant = variantCodec([{ name: "none", codec: undefined }, {
    name: "some",
    codec: some,
  }]);
  const NONE = { tag: "none" };
  const toTagged = (value: unknown) =>
    value === undefined ? NONE : { tag: "some", val: value };
  const payloadOffset = alignTo(1, some.align);
  return {
    ...variant,
    load: (memory, offset) => (variant.load(memory, offset) as Tagged).val,
    store: (memory, offset, value) => {
      memory.view.setUint8(offset, value === undefined ? 0 : 1);
      if (value !== undefined) {
        some.store(memory, offset + payloadOffset, value);
      }
    },
    lift: (memory, flat) => (variant.lift(memory, flat) as Tagged).val,
    lower: (memory, value) => variant.lower(memory, toTagged(value)),
    lowerAll: (memory, value) => variant.lowerAll!(memory, toTagged(value)),
  };
}

/** A codec of results, and of either arm by itself. */
export interface ResultCodec extends Codec {
  /** Writes the `ok` arm. */
  storeOk(memory: GuestMemory, offset: number, value: unknown): void;
  /** Writes the `err` arm. */
  storeError(memory: GuestMemory, offset: number, value: unknown): void;
}

/** Whether a codec is one of {@linkcode resultCodec}. */
export function isResultCodec(codec: Codec): codec is ResultCodec {
  return "storeOk" in codec;
}

/** Results inside of other types: `{ tag: "ok" | "err", val }`. */
export function resultCodec(
  ok: Codec | undefined,
  error: Codec | undefined,
): ResultCodec {
  const payloadOffset = alignTo(1, Math.max(ok?.align ?? 1, error?.align ?? 1));
  const arm = (index: 0 | 1, codec: Codec | undefined): Codec["store"] =>
    codec === undefined
      ? (memory, offset) => memory.view.setUint8(offset, index)
      : (memory, offset, value) => {
        memory.view.setUint8(offset, index);
        codec.store(memory, offset + payloadOffset, value);
      };
  return {
    ...variantCodec([{ name: "ok", codec: ok }, {
      name: "err",
      codec: error,
    }]),
    storeOk: arm(0, ok),
    storeError: arm(1, error),
  };
}

/** Flags: an object of booleans. WIT allows 32. */
export function flagsCodec(names: readonly string[]): Codec {
  const bits = numberCodec(
    names.length <= 8 ? "u8" : names.length <= 16 ? "u16" : "u32",
  );
  const toObject = (value: unknown) =>
    Object.fromEntries(
      names.map((name, index) => [name, (Number(value) >>> index & 1) === 1]),
    );
  const toBits = (value: unknown) =>
    names.reduce(
      (sum, name, index) =>
        Reflect.get(value as object, name) === true
          ? (sum | 1 << index) >>> 0
          : sum,
      0,
    );
  return {
    ...bits,
    load: (memory, offset) => toObject(bits.load(memory, offset)),
    store: (memory, offset, value) => bits.store(memory, offset, toBits(value)),
    lift: (memory, flat) => toObject(bits.lift(memory, flat)),
    lower: (_memory, value) => toBits(value),
  };
}

function discriminantCodec(cases: number): Codec {
  return numberCodec(cases <= 0x100 ? "u8" : cases <= 0x10000 ? "u16" : "u32");
}

/** CanonicalABI.md, `join`: the core types that can hold the payload of any case. */
function joinFlat(payloads: readonly Codec[]): CoreType[] {
  const joined: CoreType[] = [];
  for (const { flat } of payloads) {
    for (const [index, type] of flat.entries()) {
      const before = joined[index];
      joined[index] = before === undefined || before === type
        ? type
        : joinTypes(before, type);
    }
  }
  return joined;
}

function joinTypes(a: CoreType, b: CoreType): CoreType {
  const isWord = (type: CoreType) => type === "i32" || type === "f32";
  return isWord(a) && isWord(b) ? "i32" : "i64";
}

/** Reads a payload from core values that were made to hold those of other cases too. */
function liftJoined(
  memory: GuestMemory,
  flat: CoreValues,
  codec: Codec,
  joined: readonly CoreType[],
): unknown {
  const values = codec.flat.map((type, index) =>
    narrow(flat.values[flat.next + index]!, joined[index]!, type)
  );
  return codec.lift(memory, { values, next: 0 });
}

function narrow(
  value: number | bigint,
  from: CoreType,
  to: CoreType,
): number | bigint {
  if (from === to) return value;
  if (to === "f64") return float64(BigInt(value));
  const word = Number(BigInt.asUintN(32, BigInt(value)));
  return to === "f32" ? float32(word) : word;
}

/** The other way of {@linkcode narrow}: a payload as a core value that could be another case's. */
function widen(
  value: number | bigint,
  from: CoreType,
  to: CoreType,
): number | bigint {
  if (from === to) return value;
  if (from === "f64") return bits64(Number(value));
  const word = from === "f32" ? bits32(Number(value)) : Number(value);
  return to === "i64" ? BigInt.asUintN(32, BigInt(word)) : word;
}

function bits32(value: number): number {
  return new Uint32Array(Float32Array.of(value).buffer)[0]!;
}

function bits64(value: number): bigint {
  return new BigUint64Array(Float64Array.of(value).buffer)[0]!;
}

function float32(bits: number): number {
  return new Float32Array(Uint32Array.of(bits).buffer)[0]!;
}

function float64(bits: bigint): number {
  return new Float64Array(BigUint64Array.of(bits).buffer)[0]!;
}

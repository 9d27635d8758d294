/**
 * Host functions that wait only sometimes.
 *
 * V8 suspends a guest at every call of a `WebAssembly.Suspending`, also where the answer is there
 * at once, and keeps no more than four stacks of suspended guests: with more of them under way
 * each call maps and unmaps a megabyte. So a waiting import goes through a core function that
 * asks the host first, by a plain call, and suspends only where the host has no answer yet:
 *
 * ```wat
 * (func $f (param i32 i32) local.get 0 local.get 1 call $begin
 *   if call $wait end)                                            ;; 1: not yet
 * (func $g (param i32) (result i32) (local f64) local.get 0 call $begin
 *   local.tee 1 f64.const 0 f64.lt                                ;; below 0: not yet
 *   if (result i32) call $waitI32 else local.get 1 i32.trunc_sat_f64_u end)
 * ```
 *
 * @module
 */

import { type CoreFunction, type CoreImport, suspending } from "../jspi.ts";
import type { CoreType } from "./codec.ts";

/** What a host function that waits takes and gives, in core values. */
export interface WaitingSignature {
  readonly parameters: readonly CoreType[];
  readonly result: "none" | "i32";
}

/** What `begin` gives back where the answer comes later; the guest's own is none of them. */
export const LATER = { none: 1, i32: -1 } as const;

/** The core functions of one instance that may wait. */
export interface Waits {
  /** Gives the answer, or one of {@linkcode LATER}. */
  readonly begin: readonly CoreFunction[];
  /** Resolves with what {@linkcode Waits.begin} has not given. */
  readonly wait: () => unknown;
}

/** Makes the core functions of each instance. */
export type MakeTrampolines = (waits: Waits) => readonly CoreImport[];

/** Prepares what all instances share. */
export function prepareTrampolines(
  signatures: readonly WaitingSignature[],
): MakeTrampolines {
  const module = new WebAssembly.Module(encode(signatures));
  return ({ begin, wait }) => {
    const suspended = suspending(wait);
    const { exports } = new WebAssembly.Instance(module, {
      w: { none: suspended, i32: suspended },
      b: Object.fromEntries(begin.entries()),
    });
    return begin.map((_, index) => exports[index] as CoreImport);
  };
}

const TYPE: Readonly<Record<CoreType, number>> = {
  i32: 0x7f,
  i64: 0x7e,
  f32: 0x7d,
  f64: 0x7c,
};

/** The functions that every module imports, before those that begin. */
const WAITS = ["none", "i32"] as const;

/** WebAssembly core specification, "Binary Format". */
function encode(
  signatures: readonly WaitingSignature[],
): Uint8Array<ArrayBuffer> {
  const types = [
    functionType([], []),
    functionType([], ["i32"]),
    ...signatures.flatMap(({ parameters, result }) => [
      functionType(parameters, [result === "none" ? "i32" : "f64"]),
      functionType(parameters, result === "none" ? [] : ["i32"]),
    ]),
  ];
  const imports = [
    ...WAITS.map((name, type) => imported("w", name, type)),
    ...signatures.map((_, index) => imported("b", `${index}`, 2 + 2 * index)),
  ];
  const first = imports.length;
  return Uint8Array.of(
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...section(1, list(types)),
    ...section(2, list(imports)),
    ...section(3, list(signatures.map((_, index) => unsigned(3 + 2 * index)))),
    ...section(
      7,
      list(
        signatures.map((
          _,
          index,
        ) => [...text(`${index}`), 0x00, ...unsigned(first + index)]),
      ),
    ),
    ...section(
      10,
      list(
        signatures.map((signature, index) =>
          body(signature, WAITS.length + index)
        ),
      ),
    ),
  );
}

function body(
  { parameters, result }: WaitingSignature,
  begin: number,
): readonly number[] {
  const call = [
    ...parameters.flatMap((_, index) => [0x20, ...unsigned(index)]),
    0x10,
    ...unsigned(begin),
  ];
  const answer = unsigned(parameters.length);
  const code = result === "none"
    ? [0x00, ...call, 0x04, 0x40, 0x10, 0x00, 0x0b, 0x0b]
    : [
      ...[0x01, 0x01, TYPE.f64],
      ...call,
      ...[0x22, ...answer, 0x44, 0, 0, 0, 0, 0, 0, 0, 0, 0x63],
      ...[0x04, TYPE.i32, 0x10, 0x01],
      ...[0x05, 0x20, ...answer, 0xfc, 0x03, 0x0b],
      0x0b,
    ];
  return [...unsigned(code.length), ...code];
}

function functionType(
  parameters: readonly CoreType[],
  results: readonly CoreType[],
): number[] {
  const codes = (types: readonly CoreType[]) =>
    list(types.map((type) => [TYPE[type]]));
  return [0x60, ...codes(parameters), ...codes(results)];
}

function imported(module: string, name: string, type: number): number[] {
  return [...text(module), ...text(name), 0x00, ...unsigned(type)];
}

function section(id: number, content: readonly number[]): number[] {
  return [id, ...unsigned(content.length), ...content];
}

function list(items: readonly (readonly number[])[]): number[] {
  return [...unsigned(items.length), ...items.flat()];
}

function text(ascii: string): number[] {
  return list([...ascii].map((char) => [char.charCodeAt(0)]));
}

/** LEB128. */
function unsigned(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value;; rest >>>= 7) {
    if (rest < 0x80) return [...bytes, rest];
    bytes.push(rest & 0x7f | 0x80);
  }
}

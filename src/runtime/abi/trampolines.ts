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
 * (func $h (param i32) (result i64) local.get 0 call $begin drop call $waitI64)
 * ```
 *
 * Of an i64, f32 or f64 no value is left to say that it comes later: it always does. The host is
 * asked first all the same. A guest that cannot be suspended can catch what V8 throws for that, and
 * then the host would not know.
 *
 * @module
 */

import { BinaryWriter } from "../binary_writer.ts";
import { type CoreFunction, type CoreImport, suspending } from "../jspi.ts";
import type { CoreType } from "./codec.ts";

/** What a host function that waits takes and gives, in core values. */
export interface WaitingSignature {
  readonly parameters: readonly CoreType[];
  readonly result: "none" | CoreType;
}

/** What `begin` gives back where the answer comes later; the guest's own is none of them. */
export const LATER = { none: 1, i32: -1, i64: 1, f32: 1, f64: 1 } as const;

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
      w: Object.fromEntries(WAITS.map((name) => [name, suspended])),
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
const WAITS = ["none", "i32", "i64", "f32", "f64"] as const;

/** The core results of each of them. */
function resultsOf(result: WaitingSignature["result"]): readonly CoreType[] {
  return result === "none" ? [] : [result];
}

/** WebAssembly core specification, "Binary Format". */
function encode(
  signatures: readonly WaitingSignature[],
): Uint8Array<ArrayBuffer> {
  const module = new BinaryWriter();
  module.raw([0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00]);
  section(module, 1, (types) => {
    types.u32(WAITS.length + 2 * signatures.length);
    for (const result of WAITS) functionType(types, [], resultsOf(result));
    for (const { parameters, result } of signatures) {
      functionType(types, parameters, [result === "i32" ? "f64" : "i32"]);
      functionType(types, parameters, resultsOf(result));
    }
  });
  section(module, 2, (imports) => {
    imports.u32(WAITS.length + signatures.length);
    for (const [type, name] of WAITS.entries()) {
      imported(imports, "w", name, type);
    }
    for (const index of signatures.keys()) {
      imported(imports, "b", `${index}`, WAITS.length + 2 * index);
    }
  });
  section(module, 3, (functions) => {
    functions.u32(signatures.length);
    for (const index of signatures.keys()) {
      functions.u32(WAITS.length + 2 * index + 1);
    }
  });
  section(module, 7, (exports) => {
    exports.u32(signatures.length);
    for (const index of signatures.keys()) {
      exports.name(`${index}`);
      exports.byte(0x00);
      exports.u32(WAITS.length + signatures.length + index);
    }
  });
  section(module, 10, (code) => {
    code.u32(signatures.length);
    for (const [index, signature] of signatures.entries()) {
      code.sized(body(signature, WAITS.length + index));
    }
  });
  return module.done();
}

/** The code of the module's text above. */
function body(
  { parameters, result }: WaitingSignature,
  begin: number,
): Uint8Array<ArrayBuffer> {
  const code = new BinaryWriter();
  code.raw(result === "i32" ? [0x01, 0x01, TYPE.f64] : [0x00]);
  for (const index of parameters.keys()) {
    code.byte(0x20);
    code.u32(index);
  }
  code.byte(0x10);
  code.u32(begin);
  if (result === "none") {
    code.raw([0x04, 0x40, 0x10, 0x00, 0x0b, 0x0b]);
    return code.done();
  }
  if (result !== "i32") {
    code.raw([0x1a, 0x10, WAITS.indexOf(result), 0x0b]);
    return code.done();
  }
  code.byte(0x22);
  code.u32(parameters.length);
  code.raw([0x44, 0, 0, 0, 0, 0, 0, 0, 0, 0x63, 0x04, TYPE.i32, 0x10, 0x01]);
  code.raw([0x05, 0x20]);
  code.u32(parameters.length);
  code.raw([0xfc, 0x03, 0x0b, 0x0b]);
  return code.done();
}

function functionType(
  writer: BinaryWriter,
  parameters: readonly CoreType[],
  results: readonly CoreType[],
): void {
  writer.byte(0x60);
  for (const types of [parameters, results]) {
    writer.sized(Uint8Array.from(types, (type) => TYPE[type]));
  }
}

function imported(
  writer: BinaryWriter,
  module: string,
  name: string,
  type: number,
): void {
  writer.name(module);
  writer.name(name);
  writer.byte(0x00);
  writer.u32(type);
}

function section(
  module: BinaryWriter,
  id: number,
  write: (content: BinaryWriter) => void,
): void {
  const content = new BinaryWriter();
  write(content);
  module.byte(id);
  module.sized(content.view());
}

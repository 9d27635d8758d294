/**
 * A guest's memory without a guest, for the tests of this folder.
 *
 * @module
 */

import type { HostInterface, ResourceClass } from "../host_interface.ts";
import { type Codec, makeCodec } from "./codec.ts";
import { GuestMemory, GuestState, type Realloc } from "./guest_memory.ts";
import { parseFunction } from "./wit_type.ts";

/** Where {@linkcode bumpRealloc} begins; below it a test may write what it likes. */
export const HEAP = 0x400;

/** A memory of one page, and what stands on it. */
export interface TestGuest {
  readonly state: GuestState;
  readonly memory: GuestMemory;
  readonly core: WebAssembly.Memory;
  /** The memory's bytes as they are now. */
  bytes(): Uint8Array;
}

/** How a {@linkcode TestGuest} allocates: by default from {@linkcode HEAP} upwards. */
export interface TestGuestOptions {
  readonly realloc?: (core: WebAssembly.Memory) => Realloc | undefined;
}

/** Makes one. */
export function makeTestGuest(options: TestGuestOptions = {}): TestGuest {
  const core = new WebAssembly.Memory({ initial: 1 });
  const state = new GuestState();
  const realloc = (options.realloc ?? bumpRealloc)(core);
  return {
    state,
    core,
    memory: new GuestMemory(state, core, realloc),
    bytes: () => new Uint8Array(core.buffer),
  };
}

/** Allocates one behind the other. */
export function bumpRealloc(): Realloc {
  let next = HEAP;
  return (_old, _oldSize, align, size) => {
    const offset = Math.ceil(next / align) * align;
    next = offset + size;
    return offset;
  };
}

/** The codec of a type written as WIT. */
export function codecOf(
  type: string,
  types: Readonly<Record<string, string>> = {},
  resources: Readonly<Record<string, ResourceClass>> = {},
): Codec {
  const { result } = parseFunction(`func() -> ${type}`, types);
  return makeCodec(result!, (name) => resources[name]!);
}

/** An interface of one function, `f`. */
export function interfaceOf(
  type: string,
  f: (...args: never[]) => unknown,
  more: Partial<HostInterface> = {},
): HostInterface {
  return {
    name: "test:test/test",
    version: "0.1.0",
    functions: { f: type },
    types: {},
    resources: {},
    waits: [],
    imports: () => ({ f }),
    ...more,
  };
}

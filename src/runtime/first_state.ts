/**
 * The state that all instances of a component begin with, and putting an instance back to it:
 * for a fresh instance that costs no instantiation. `src/transpile` decides for which core modules
 * this is possible; here is what has to be so in addition, and what is not is not put back.
 *
 * @module
 */

import { STATE_EXPORT_PREFIX } from "./state_names.ts";

/** All that core code can change of one instance of a component. */
export interface InstanceState {
  readonly memories: readonly WebAssembly.Memory[];
  readonly globals: readonly WebAssembly.Global[];
}

/** Finds the state of an instance's core instances. */
export function stateOf(
  instances: readonly WebAssembly.Instance[],
): InstanceState {
  const memories: WebAssembly.Memory[] = [];
  const globals: WebAssembly.Global[] = [];
  for (const { exports } of instances) {
    for (const [name, value] of Object.entries(exports)) {
      if (!name.startsWith(STATE_EXPORT_PREFIX)) continue;
      if (value instanceof WebAssembly.Memory) memories.push(value);
      if (value instanceof WebAssembly.Global) globals.push(value);
    }
  }
  return { memories, globals };
}

type Knowledge =
  | { readonly kind: "nothing" }
  | { readonly kind: "one instance"; readonly copy: Copy }
  | { readonly kind: "certain"; readonly first: Restorable }
  | { readonly kind: "they differ" };

/** The first state of one component's instances, in one thread. */
export class FirstState {
  #known: Knowledge = { kind: "nothing" };

  /** Whether instances can be put back to it. */
  get isCertain(): boolean {
    return this.#known.kind === "certain";
  }

  /** Looks at an instance that was made and not called yet. Two that are alike make it certain. */
  see(state: InstanceState): void {
    switch (this.#known.kind) {
      case "nothing":
        this.#known = { kind: "one instance", copy: copyOf(state) };
        return;
      case "one instance":
        this.#known = isAlike(this.#known.copy, state)
          ? { kind: "certain", first: restorable(this.#known.copy) }
          : { kind: "they differ" };
        return;
    }
  }

  /** Puts an instance back; false where it cannot be, and then it is as it was. */
  restore(state: InstanceState): boolean {
    if (this.#known.kind !== "certain") return false;
    const { memories, globals } = this.#known.first;
    // A memory never shrinks.
    const isGrown = state.memories.some(({ buffer }, index) =>
      buffer.byteLength !== memories[index]!.length
    );
    if (isGrown) return false;
    for (const [index, { runs }] of memories.entries()) {
      const bytes = new Uint8Array(state.memories[index]!.buffer);
      for (const { start, end, content } of runs) {
        if (content === undefined) bytes.fill(0, start, end);
        else bytes.set(content, start);
      }
    }
    for (const [index, value] of globals.entries()) {
      state.globals[index]!.value = value;
    }
    return true;
  }
}

interface Copy {
  readonly memories: readonly Int32Array<ArrayBuffer>[];
  readonly globals: readonly unknown[];
}

function copyOf({ memories, globals }: InstanceState): Copy {
  return {
    memories: memories.map(({ buffer }) =>
      new Int32Array(new Uint8Array(buffer).slice().buffer)
    ),
    globals: globals.map(({ value }) => value),
  };
}

function isAlike(copy: Copy, { memories, globals }: InstanceState): boolean {
  return copy.globals.every((value, index) =>
    value === globals[index]!.value
  ) &&
    copy.memories.every((words, index) => {
      const others = new Int32Array(memories[index]!.buffer);
      return words.length === others.length &&
        words.every((word, place) => word === others[place]);
    });
}

interface Restorable {
  readonly memories: readonly RestorableMemory[];
  readonly globals: readonly unknown[];
}

interface RestorableMemory {
  /** In bytes. */
  readonly length: number;
  readonly runs: readonly Run[];
}

/** A part of a memory. */
interface Run {
  readonly start: number;
  readonly end: number;
  /** Absent where it is all zeros. */
  readonly content: Uint8Array<ArrayBuffer> | undefined;
}

/** What is looked at as a whole for being zero, in 32-bit words: 4 KiB. */
const BLOCK_WORDS = 1024;

/** Zeros need not be kept, and are quicker written than copied. */
function restorable({ memories, globals }: Copy): Restorable {
  return {
    globals,
    memories: memories.map((words) => ({
      length: words.byteLength,
      runs: runsOf(words),
    })),
  };
}

function runsOf(words: Int32Array<ArrayBuffer>): Run[] {
  const runs: Run[] = [];
  const isZero = (block: number) =>
    words.subarray(block, block + BLOCK_WORDS).every((word) => word === 0);
  for (let start = 0; start < words.length;) {
    const zero = isZero(start);
    let end = start + BLOCK_WORDS;
    while (end < words.length && isZero(end) === zero) end += BLOCK_WORDS;
    const [from, to] = [start * 4, end * 4];
    runs.push({
      start: from,
      end: to,
      content: zero ? undefined : new Uint8Array(words.buffer.slice(from, to)),
    });
    start = end;
  }
  return runs;
}

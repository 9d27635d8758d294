/**
 * Random runs of operations on a bucket, in a form that shrinks to few short steps.
 *
 * @module
 */

import fc from "fast-check";
import { COUNTER_MAX, COUNTER_MIN } from "../../src/keyvalue/store.ts";
import { bytes } from "./keyvalue_values.ts";

/** Which version a swap names: the one there is, an earlier one, none, or one that never was. */
export type Named = "current" | "earlier" | "absent" | "unknown";

/** One call. Keys are places in {@linkcode Run.keys}, so that shrinking a key shrinks it everywhere. */
export type Step =
  & {
    /** Which of the handles makes the call; taken modulo their number. */
    readonly handle: number;
  }
  & (
    | { readonly call: "get" | "exists" | "delete"; readonly key: number }
    | { readonly call: "set"; readonly key: number; readonly value: Uint8Array }
    | { readonly call: "increment"; readonly key: number; delta: bigint }
    | {
      readonly call: "swap";
      readonly key: number;
      readonly named: Named;
      readonly value: Uint8Array;
    }
    | {
      readonly call: "setMany";
      readonly entries: readonly (readonly [number, Uint8Array])[];
    }
    | { readonly call: "getMany" | "deleteMany"; readonly keys: number[] }
    | {
      readonly call: "list";
      readonly limit: number;
      /** The key whose first characters are the prefix, and how many. */
      readonly prefix: readonly [key: number, length: number];
    }
  );

/** Some keys and what is done with them. */
export interface Run {
  readonly keys: readonly string[];
  readonly steps: readonly Step[];
}

/** Characters that mean something to one store or another. */
const SPECIAL = [..."/.\\:%~*?[]^ aA\0\n", "..", "é", "e\u0301", "\u{1f600}"];

/** Keys that a store may confuse with each other. */
export function awkwardKeys(): fc.Arbitrary<string> {
  return fc.oneof(
    fc.string({ unit: fc.constantFrom(...SPECIAL), maxLength: 8 }),
    fc.string({ unit: "binary", maxLength: 12 }),
    fc.string({ unit: "grapheme", maxLength: 12 }),
    // Longer than a file's name, a subject or a key of Deno KV may be, and equal up to the last character.
    fc.tuple(fc.constantFrom(200, 255, 1900, 4096), fc.nat({ max: 3 }))
      .map(([length, end]) => `${"k".repeat(length)}${end}`),
  );
}

/** Values: bytes of every kind, what counts and what nearly does, and large ones. */
export function values(): fc.Arbitrary<Uint8Array> {
  return fc.oneof(
    { weight: 3, arbitrary: fc.uint8Array({ maxLength: 24 }) },
    {
      weight: 3,
      arbitrary: fc.oneof(
        fc.bigInt({ min: -12n, max: 12n }).map(String),
        fc.constantFrom("", "-", "+1", " 7\n", "007", "1.0", "٣"),
        fc.constantFrom(COUNTER_MAX, COUNTER_MIN, COUNTER_MAX + 1n).map(String),
      ).map(bytes),
    },
    {
      weight: 1,
      arbitrary: fc.tuple(fc.constantFrom(1000, 66_000, 140_000), fc.nat(255))
        .map(([size, byte]) => new Uint8Array(size).fill(byte)),
    },
  );
}

/** Runs of at most so many steps. */
export function runs(maxSteps: number): fc.Arbitrary<Run> {
  return fc.record({
    keys: fc.uniqueArray(awkwardKeys(), { minLength: 1, maxLength: 5 }),
    steps: fc.array(steps(), {
      minLength: 1,
      maxLength: maxSteps,
      size: "max",
    }),
  });
}

function steps(): fc.Arbitrary<Step> {
  const handle = fc.nat({ max: 2 });
  const key = fc.nat({ max: 4 });
  const value = values();
  const one = { handle, key };
  const several = fc.array(key, { maxLength: 6 });
  const call = <Name extends Step["call"]>(name: Name) => fc.constant(name);
  return fc.oneof(
    { weight: 3, arbitrary: fc.record({ ...one, call: call("set"), value }) },
    { weight: 2, arbitrary: fc.record({ ...one, call: call("delete") }) },
    fc.record({ ...one, call: call("get") }),
    fc.record({ ...one, call: call("exists") }),
    {
      weight: 2,
      arbitrary: fc.record({
        ...one,
        call: call("increment"),
        delta: fc.oneof(
          fc.bigInt({ min: -3n, max: 3n }),
          fc.bigInt({ min: COUNTER_MIN, max: COUNTER_MAX }),
        ),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        ...one,
        call: call("swap"),
        named: fc.constantFrom<Named[]>(
          ...["current", "earlier", "absent", "unknown"] as const,
        ),
        value,
      }),
    },
    fc.record({
      handle,
      call: call("setMany"),
      entries: fc.array(fc.tuple(key, value), { maxLength: 6 }),
    }),
    fc.record({ handle, call: call("getMany"), keys: several }),
    fc.record({ handle, call: call("deleteMany"), keys: several }),
    {
      weight: 2,
      arbitrary: fc.record({
        handle,
        call: call("list"),
        limit: fc.integer({ min: 1, max: 4 }),
        prefix: fc.tuple(key, fc.constantFrom(0, 0, 1, 2, 250)),
      }),
    },
  );
}

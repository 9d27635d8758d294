/**
 * The committed guests that are components, for the tests of this folder.
 *
 * @module
 */

import { guestPath } from "../../tests/support/guest_app.ts";

/** Names of components of C and Rust, by wit-component, some with the preview1 adapter in them. */
export const COMPONENTS: readonly string[] = [
  "hello",
  "kv_get",
  "kv_draft2",
  "kv_spin",
  "kv_labels",
  "echo",
  "every_import",
  "misbehave",
  "trap_dwarf",
  "wasi_0_2_0",
  "wasi_0_2_3",
  "wasi_0_2_6",
  "wasi_mixed",
  "wasi_two_versions",
  "wants_missing",
  "wants_other_types",
  "component_without_http",
  "compose_front",
  "compose_text",
  "compose_math",
  "compose_proxy",
  "rust_wit_bindgen",
  "rust_wstd",
];

/** The bytes of a file of `tests/guests`. */
export function readGuest(name: string): Promise<Uint8Array<ArrayBuffer>> {
  return Deno.readFile(guestPath(name));
}

/**
 * The import of a component that serves an import of its core modules. wit-component makes
 * one of two patches of WASI 0.2, and so their versions can differ.
 */
export function componentLabel(
  labels: readonly string[],
  coreLabel: string,
): string | undefined {
  const [name = ""] = coreLabel.split("@");
  return labels.find((label) => label === coreLabel) ??
    labels.find((label) => label.startsWith(`${name}@`));
}

/** Numbers from 0 to below 1, the same ones for the same seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

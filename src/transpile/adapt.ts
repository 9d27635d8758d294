/**
 * Core modules to components, by the preview1 adapter.
 *
 * @module
 */

import { componentNew } from "@bytecodealliance/jco-transpile/wasm-tools";

/**
 * Makes a component of a core module that carries the types of its world, as
 * `cargo build --target wasm32-wasip1` with `wit-bindgen` writes it.
 *
 * @throws {Error} It carries no types, or imports what the adapter does not know.
 */
export async function adaptModule(
  bytes: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array<ArrayBuffer>> {
  const adapter = await Deno.readFile(
    new URL("./adapters/wasi_snapshot_preview1.reactor.wasm", import.meta.url),
  );
  const component = await componentNew(bytes, [[
    "wasi_snapshot_preview1",
    adapter,
  ]]);
  return new Uint8Array(component);
}

/**
 * A component's world as WIT text, by jco's wasm-tools. Imported only when someone wants to
 * read it: it is a megabyte of WebAssembly of its own.
 *
 * @module
 */

import { componentWit } from "@bytecodealliance/jco-transpile/wasm-tools";

/**
 * The WIT text of a component's world. Interfaces of other packages are named in it; what is in
 * them is not printed.
 *
 * @throws {unknown} The bytes are damaged, or use what wasm-tools does not know.
 */
export async function componentWitText(
  bytes: Uint8Array<ArrayBuffer>,
): Promise<string> {
  return await componentWit(bytes);
}

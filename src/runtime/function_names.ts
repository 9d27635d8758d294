/**
 * The names that a core module's name section gives its functions.
 *
 * @module
 */

import { Cursor } from "./dwarf/cursor.ts";

const FUNCTIONS = 1;

/**
 * Function index to name; empty where the section is damaged or has none.
 *
 * @param section The content of the custom section `name`.
 */
export function readFunctionNames(
  section: Uint8Array,
): ReadonlyMap<number, string> {
  const names = new Map<number, string>();
  const cursor = new Cursor(section);
  try {
    while (!cursor.done) {
      const id = cursor.u8();
      const part = cursor.section(cursor.uleb());
      if (id !== FUNCTIONS) continue;
      for (let count = part.uleb(); count > 0; count--) {
        const index = part.uleb();
        names.set(index, part.sizedText(part.uleb()));
      }
    }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  return names;
}

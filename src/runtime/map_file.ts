/**
 * Source maps that lie beside their component.
 *
 * @module
 */

import type { ReadSourceMap } from "./source_map.ts";

/**
 * Reads maps from a component's folder.
 *
 * @param component The component's path.
 */
export function readMapBeside(component: string): ReadSourceMap {
  return async (name) => {
    // The name is the guest's: it must be a map's of that folder, and no path to elsewhere.
    if (!/^[\w-][\w.-]*\.map$/.test(name)) return undefined;
    try {
      return await Deno.readTextFile(component.replace(/[^/\\]*$/, name));
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return undefined;
      throw error;
    }
  };
}

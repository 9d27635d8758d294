/**
 * Lines of source by a source map, which compilers that write no DWARF put beside a module or
 * into it. For WebAssembly the map's columns are bytes of the module, all of them in line 0.
 *
 * @module
 */

import { SourceMap } from "node:module";
import { Cursor } from "./dwarf/cursor.ts";
import type { SourcePlace } from "./dwarf/find_lines.ts";

/** Reads a source map that a module names; `undefined` where there is none that may be read. */
export type ReadSourceMap = (url: string) => Promise<string | undefined>;

const INLINE = /^data:application\/json(?:;charset=[\w-]+)?;base64,/i;

/** Looks up bytes of a module. */
export type FindPlace = (offset: number) => SourcePlace | undefined;

/**
 * Opens the map of a module.
 *
 * @param section The content of the custom section `sourceMappingURL`.
 * @returns `undefined` where the map is missing, or is none.
 */
export async function openSourceMap(
  section: Uint8Array,
  read: ReadSourceMap,
): Promise<FindPlace | undefined> {
  try {
    const cursor = new Cursor(section);
    const url = cursor.sizedText(cursor.uleb());
    const text = INLINE.test(url)
      ? new TextDecoder().decode(
        Uint8Array.fromBase64(url.slice(url.indexOf(",") + 1)),
      )
      : await read(url);
    if (text === undefined) return undefined;
    const map = new SourceMap(JSON.parse(text));
    return (offset) => placeIn(map, offset);
  } catch {
    // The map is the guest's, and may be anything; a stack is told without it too.
    return undefined;
  }
}

function placeIn(map: SourceMap, offset: number): SourcePlace | undefined {
  const entry = map.findEntry(0, offset);
  if (!("originalSource" in entry) || !entry.originalSource) return undefined;
  return { file: entry.originalSource, line: entry.originalLine + 1 };
}

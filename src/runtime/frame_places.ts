/**
 * From the frames of a stack to lines of source: by DWARF, or by a source map that the module
 * carries. All of it is read when a guest has trapped, and not before.
 *
 * @module
 */

import {
  CODE_PLACES_SECTION,
  type CodePlaces,
  originalPlace,
  readCodePlaces,
} from "./code_places.ts";
import { findLines, type SourcePlace } from "./dwarf/find_lines.ts";
import { readFunctionNames } from "./function_names.ts";
import type { ReadSourceMap } from "./source_map.ts";

/** A frame as a stack tells it. */
export interface WasmFrame {
  /** What the name section calls the function; `undefined` where it has no name. */
  readonly name: string | undefined;
  /** The byte of its module. */
  readonly offset: number;
}

/** A core module that tells lines, and where its code was. */
interface Speaking {
  readonly module: WebAssembly.Module;
  readonly places: CodePlaces;
  readonly names: ReadonlyMap<number, string>;
  /** What was looked up before: guests tend to trap where they have trapped. */
  readonly known: Map<number, SourcePlace | undefined>;
}

/** How many addresses are remembered of a module. */
const MAX_KNOWN = 1000;

/** An instruction of one of the modules. */
interface Found {
  readonly speaking: Speaking;
  readonly address: number;
}

/** Finds the lines of one component's frames. */
export class FramePlaces {
  readonly #modules: Iterable<WebAssembly.Module>;
  readonly #readMap: ReadSourceMap;
  #speaking: readonly Speaking[] | undefined;

  constructor(
    modules: Iterable<WebAssembly.Module>,
    readMap: ReadSourceMap = () => Promise.resolve(undefined),
  ) {
    this.#modules = modules;
    this.#readMap = readMap;
  }

  /** A place for each frame that has one. */
  async find(
    frames: readonly WasmFrame[],
  ): Promise<readonly (SourcePlace | undefined)[]> {
    this.#speaking ??= [...this.#modules].map(readSpeaking)
      .filter((speaking) => speaking !== undefined);
    if (this.#speaking.length === 0) return frames.map(() => undefined);
    const found = frames.map((frame) => this.#locate(frame));
    for (const speaking of this.#speaking) {
      await this.#lookUp(
        speaking,
        found.filter((each) => each?.speaking === speaking)
          .map((each) => each!.address),
      );
    }
    return found.map((each) => each?.speaking.known.get(each.address));
  }

  /**
   * A stack does not say which of the component's modules a frame is in: it is the one that
   * has a function of that name there. Where two have, and where there is no name, a line
   * would be a guess.
   */
  #locate({ name, offset }: WasmFrame): Found | undefined {
    if (name === undefined) return undefined;
    const candidates: Found[] = [];
    for (const speaking of this.#speaking ?? []) {
      const place = originalPlace(speaking.places, offset);
      if (place === undefined) continue;
      if (speaking.names.get(place.function) !== name) continue;
      candidates.push({ speaking, address: place.address });
    }
    return candidates.length === 1 ? candidates[0] : undefined;
  }

  async #lookUp(
    speaking: Speaking,
    addresses: readonly number[],
  ): Promise<void> {
    const { known } = speaking;
    if (known.size > MAX_KNOWN) known.clear();
    const wanted = [...new Set(addresses)]
      .filter((address) => !known.has(address));
    if (wanted.length === 0) return;
    const found = await this.#linesOf(speaking, wanted);
    for (const address of wanted) known.set(address, found.get(address));
  }

  async #linesOf(
    { module, places }: Speaking,
    addresses: readonly number[],
  ): Promise<ReadonlyMap<number, SourcePlace>> {
    const line = sectionOf(module, ".debug_line");
    if (line.length > 0) {
      return findLines({
        line,
        lineText: sectionOf(module, ".debug_line_str"),
        text: sectionOf(module, ".debug_str"),
      }, addresses);
    }
    const { openSourceMap } = await import("./source_map.ts");
    const section = sectionOf(module, "sourceMappingURL");
    const find = await openSourceMap(section, this.#readMap);
    const found = new Map<number, SourcePlace>();
    for (const address of addresses) {
      const place = find?.(places.original + address);
      if (place !== undefined) found.set(address, place);
    }
    return found;
  }
}

function readSpeaking(module: WebAssembly.Module): Speaking | undefined {
  const section = sectionOf(module, CODE_PLACES_SECTION);
  if (section.length === 0) return undefined;
  try {
    return {
      module,
      places: readCodePlaces(section),
      names: readFunctionNames(sectionOf(module, "name")),
      known: new Map(),
    };
  } catch (error) {
    // A module can bring a section of that name of its own.
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** Empty where the module has none. */
function sectionOf(module: WebAssembly.Module, name: string): Uint8Array {
  const [content] = WebAssembly.Module.customSections(module, name);
  return new Uint8Array(content ?? []);
}

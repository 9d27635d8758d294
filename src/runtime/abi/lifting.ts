/**
 * A guest's exports as functions of the host: what the component model calls `canon lift`, seen
 * from the host's side. Source: CanonicalABI.md, "`canon lift`" and "`lower_flat_values`".
 *
 * @module
 */

import type { ExportedInterface } from "../guest.ts";
import { type Codec, makeCodec } from "./codec.ts";
import type { GuestMemory } from "./guest_memory.ts";
import { parseFunction } from "./wit_type.ts";

/** CanonicalABI.md: more core values than this are passed through memory. */
const MAX_FLAT_PARAMETERS = 16;

/** An exported function that is ready to be called. */
export interface Lifted {
  /** How many core values it takes. */
  readonly flatCount: number;
  /**
   * The core values of its arguments; resources become handles that the guest owns.
   *
   * @param args What the WIT type says.
   */
  lower(memory: GuestMemory, args: readonly unknown[]): (number | bigint)[];
}

/**
 * Prepares the functions of an export; what depends on their types is done here, once.
 *
 * @throws {SyntaxError | TypeError} The table has a mistake, or a type that is not supported here.
 */
export function liftExports(
  exported: ExportedInterface,
): ReadonlyMap<string, Lifted> {
  return new Map(
    Object.keys(exported.functions).map((name) => [
      name,
      liftExport(exported, name),
    ]),
  );
}

function liftExport(exported: ExportedInterface, name: string): Lifted {
  const { parameters, result } = parseFunction(
    exported.functions[name]!,
    exported.types,
  );
  const codecs = parameters.map(({ type }) =>
    makeCodec(type, (resource) => {
      const found = exported.resources[resource];
      if (found !== undefined) return found;
      throw new TypeError(
        `${exported.name} has no class for the resource "${resource}"`,
      );
    })
  );
  const flatCount = codecs.reduce((sum, { flat }) => sum + flat.length, 0);
  if (result !== undefined || flatCount > MAX_FLAT_PARAMETERS) {
    throw new TypeError(
      `Cannot call "${name}" of ${exported.name}: only functions that give nothing back ` +
        `and take at most ${MAX_FLAT_PARAMETERS} core values are supported`,
    );
  }
  const lowerers = codecs.map((codec, index) =>
    lowererOf(codec, `${exported.name}#${name}, parameter ${index + 1}`)
  );
  return {
    flatCount,
    lower: (memory, args) =>
      lowerers.flatMap((lower, index) => lower(memory, args[index])),
  };
}

function lowererOf(
  codec: Codec,
  place: string,
): (memory: GuestMemory, value: unknown) => readonly (number | bigint)[] {
  const { lowerAll } = codec;
  if (lowerAll !== undefined) {
    return (memory, value) => lowerAll(memory, value);
  }
  if (codec.flat.length === 1) {
    return (memory, value) => [codec.lower(memory, value)];
  }
  throw new TypeError(
    `Cannot pass ${place}: a type of ${codec.flat.length} core values is not supported`,
  );
}

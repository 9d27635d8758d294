/**
 * A guest's exports as functions of the host: what the component model calls `canon lift`, seen
 * from the host's side. Source: CanonicalABI.md, "`canon lift`" and "`lower_flat_values`".
 *
 * @module
 */

import type { ExportedInterface } from "../guest.ts";
import {
  type Codec,
  lowerFlat,
  makeCodec,
  type ResourceLookup,
} from "./codec.ts";
import type { GuestMemory } from "./guest_memory.ts";
import { recordCodec } from "./product_codec.ts";
import { parseFunction, type WitType } from "./wit_type.ts";

/** CanonicalABI.md: more core values than this are passed through memory. */
const MAX_FLAT_PARAMETERS = 16;

/** CanonicalABI.md: more core values than this are given back through memory. */
const MAX_FLAT_RESULTS = 1;

/** An exported function that is ready to be called. */
export interface Lifted {
  /** How many core values it takes. */
  readonly flatCount: number;
  /** Whether its result is a WIT `result`. */
  readonly isResult: boolean;
  /**
   * The core values of its arguments; resources become handles that the guest owns, or borrows.
   *
   * @param args What the WIT type says.
   */
  lower(memory: GuestMemory, args: readonly unknown[]): (number | bigint)[];
  /**
   * What it gave back, as the WIT type says; a WIT `result` as `{ tag, val }`.
   *
   * @param returned What the core function returned.
   */
  lift(memory: GuestMemory, returned: unknown): unknown;
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
  const classOf: ResourceLookup = (resource) => {
    const found = exported.resources[resource];
    if (found !== undefined) return found;
    throw new TypeError(
      `${exported.name} has no class for the resource "${resource}"`,
    );
  };
  const lowerer = argumentLowerer(
    parameters.map(({ type }) => makeCodec(type, classOf)),
  );
  return {
    ...lowerer,
    isResult: result?.kind === "result",
    lift: resultLifter(result, classOf),
  };
}

function argumentLowerer(
  codecs: readonly Codec[],
): Pick<Lifted, "flatCount" | "lower"> {
  const flatCount = codecs.reduce((sum, { flat }) => sum + flat.length, 0);
  // Handles, mostly: one core value each.
  if (
    flatCount <= MAX_FLAT_PARAMETERS &&
    codecs.every(({ lowerAll }) => lowerAll === undefined)
  ) {
    return {
      flatCount,
      lower: (memory, args) =>
        codecs.map((codec, index) => codec.lower(memory, args[index])),
    };
  }
  if (flatCount <= MAX_FLAT_PARAMETERS) {
    return {
      flatCount,
      lower: (memory, args) =>
        codecs.flatMap((codec, index) => lowerFlat(codec, memory, args[index])),
    };
  }
  const tuple = recordCodec(
    codecs.map((codec, key) => ({ key, codec })),
    () => [],
  );
  return {
    flatCount: 1,
    lower: (memory, args) => {
      const offset = memory.allocate(tuple.align, tuple.size);
      tuple.store(memory, offset, args);
      return [offset];
    },
  };
}

function resultLifter(
  type: WitType | undefined,
  classOf: ResourceLookup,
): Lifted["lift"] {
  if (type === undefined) return () => undefined;
  const codec = makeCodec(type, classOf);
  if (codec.flat.length > MAX_FLAT_RESULTS) {
    return (memory, returned) => {
      const offset = Number(returned) >>> 0;
      memory.checkList(offset, 1, codec.size, codec.align);
      return codec.load(memory, offset);
    };
  }
  return (memory, returned) =>
    codec.lift(memory, {
      values: codec.flat.length === 0 ? [] : [returned as number | bigint],
      next: 0,
    });
}

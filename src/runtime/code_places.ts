/**
 * Where the code of a core module stood before it was changed. Line tables and source maps
 * speak of the module that the compiler wrote; a stack speaks of the one that runs.
 * `src/transpile` writes this as a custom section, into modules that carry either.
 *
 * @module
 */

import { Cursor } from "./dwarf/cursor.ts";

/** The custom section's name. */
export const CODE_PLACES_SECTION = "wharf.places";

/** Bytes put into a function's body in place of others. */
export interface CodeMove {
  /** Offset in the body as the compiler wrote it. */
  readonly at: number;
  /** How many of its bytes make way. */
  readonly removed: number;
  /** How many bytes stand there now. */
  readonly put: number;
}

/** One function's body. Offsets are those in the code section's content. */
export interface BodyPlace {
  /** Where it stands now. */
  readonly start: number;
  /** Where the compiler put it. */
  readonly original: number;
  /** Its length as the compiler wrote it. */
  readonly size: number;
  /** From front to back. */
  readonly moves: readonly CodeMove[];
}

/** The functions of one core module. Offsets are those in the module. */
export interface CodePlaces {
  /** Where the code section's content begins now. */
  readonly start: number;
  /** Where the compiler put it. */
  readonly original: number;
  /** How many functions it imports: the index of its first own one. */
  readonly imported: number;
  readonly bodies: readonly BodyPlace[];
}

/** Where an instruction came from. */
export interface OriginalPlace {
  /** The function's index. */
  readonly function: number;
  /** Offset in the code section's content as the compiler wrote it. */
  readonly address: number;
}

/**
 * Reads what `src/transpile` wrote.
 *
 * @throws {RangeError} It is damaged.
 */
export function readCodePlaces(section: Uint8Array): CodePlaces {
  const cursor = new Cursor(section);
  const start = cursor.uleb();
  const original = cursor.uleb();
  const imported = cursor.uleb();
  const bodies: BodyPlace[] = [];
  let end = 0, originalEnd = 0;
  for (let count = cursor.uleb(); count > 0; count--) {
    const body = {
      start: end + cursor.uleb(),
      original: originalEnd + cursor.uleb(),
      size: cursor.uleb(),
    };
    const moves: CodeMove[] = [];
    let at = 0;
    for (let left = cursor.uleb(); left > 0; left--) {
      at += cursor.uleb();
      moves.push({ at, removed: cursor.uleb(), put: cursor.uleb() });
    }
    bodies.push({ ...body, moves });
    end = body.start + sizeNow({ ...body, moves });
    originalEnd = body.original + body.size;
  }
  return { start, original, imported, bodies };
}

/** How long a body is now. */
export function sizeNow({ size, moves }: BodyPlace): number {
  return moves.reduce((sum, { put, removed }) => sum + put - removed, size);
}

/**
 * Where the instruction came from that stands at a byte of the module; `undefined` where no
 * function of the compiler is.
 */
export function originalPlace(
  { start, imported, bodies }: CodePlaces,
  offset: number,
): OriginalPlace | undefined {
  const here = offset - start;
  const index = bodies.findLastIndex((body) => body.start <= here);
  const body = bodies[index];
  if (body === undefined || here >= body.start + sizeNow(body)) {
    return undefined;
  }
  let within = here - body.start;
  for (const { at, removed, put } of body.moves) {
    if (within < at) break;
    // What was put there belongs to the instruction that it stands before.
    if (within < at + put) {
      within = at;
      break;
    }
    within += removed - put;
  }
  return { function: imported + index, address: body.original + within };
}

/**
 * Looking at the keys of a database.
 *
 * @module
 */

import type { Kind, Rounds } from "./rounds.ts";

/** How many keys Redis looks at before it lets others go on: about a millisecond. */
export const KEYS_AT_ONCE = 2000;

/** What to look at. */
export interface Look {
  /** The cursor that an earlier step gave; 0 to begin. */
  readonly scan: number;
  readonly pattern: string;
  /** About how many keys Redis looks at before it answers. */
  readonly count: number;
}

/** What a step of SCAN found. */
export interface Scanned {
  readonly keys: readonly string[];
  /** The cursor to go on with; 0 at the end. */
  readonly next: number;
}

/** A step of SCAN. */
export const SCAN: Kind<Look, Scanned> = {
  merges: false,
  command: (looks) =>
    looks.flatMap(({ scan, pattern, count }) => [
      ...["SCAN", String(scan), "MATCH", pattern, "COUNT", String(count)],
    ]),
  answers: (reply) => {
    const [next, keys] = Array.isArray(reply) ? reply : [];
    return [{
      next: Number(next),
      keys: Array.isArray(keys)
        ? keys.map(textOf).filter((key) => key !== undefined)
        : [],
    }];
  },
};

/** Every key that is there all the time, at least once. */
export async function* scanKeys(
  rounds: Rounds,
  pattern: string,
): AsyncGenerator<readonly string[]> {
  let scan = 0;
  do {
    const look = { scan, pattern, count: KEYS_AT_ONCE };
    const { keys, next } = await rounds.submit(SCAN, look);
    yield keys;
    scan = next;
  } while (scan !== 0);
}

/** The text of a key; `undefined` for bytes of another program that are no UTF-8. */
function textOf(bytes: unknown): string | undefined {
  if (!(bytes instanceof Buffer)) return undefined;
  const text = bytes.toString("utf8");
  return text.includes("\ufffd") && !Buffer.from(text).equals(bytes)
    ? undefined
    : text;
}

/**
 * All keys that match a pattern.
 *
 * @module
 */

import type { Kind, Rounds } from "./rounds.ts";

/** How many keys Redis looks at before it lets others go on: about a millisecond. */
const KEYS_AT_ONCE = 2000;

interface Step {
  readonly cursor: string;
  readonly pattern: string;
}

interface Scanned {
  readonly cursor: string;
  readonly keys: readonly string[];
}

const SCAN: Kind<Step, Scanned> = {
  merges: false,
  command: (steps) =>
    steps.flatMap(({ cursor, pattern }) => [
      ...["SCAN", cursor, "MATCH", pattern, "COUNT", String(KEYS_AT_ONCE)],
    ]),
  answers: (reply) => {
    const [cursor, keys] = Array.isArray(reply) ? reply : [];
    return [{
      cursor: String(cursor),
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
  let cursor = "0";
  do {
    const step = await rounds.submit(SCAN, { cursor, pattern });
    yield step.keys;
    cursor = step.cursor;
  } while (cursor !== "0");
}

/** The text of a key; `undefined` for bytes of another program that are no UTF-8. */
function textOf(bytes: unknown): string | undefined {
  if (!(bytes instanceof Buffer)) return undefined;
  const text = bytes.toString("utf8");
  return text.includes("\ufffd") && !Buffer.from(text).equals(bytes)
    ? undefined
    : text;
}

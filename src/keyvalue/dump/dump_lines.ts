/**
 * The lines of a dump, as its bytes come.
 *
 * @module
 */

import { DumpError } from "./dump_error.ts";

/** The longest line: a value of 16 MiB, each byte of it escaped. */
export const LONGEST_LINE = 112 * 1024 * 1024;

/**
 * Splits bytes at line ends.
 *
 * @throws {DumpError} A line is no UTF-8, or does not end.
 */
export async function* linesOf(
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<string> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let parts: Uint8Array[] = [];
  let length = 0;
  let number = 1;
  const take = (last: Uint8Array): string => {
    const bytes = parts.length === 0 ? last : joined(parts, last);
    parts = [];
    length = 0;
    try {
      return decoder.decode(bytes);
    } catch (cause) {
      throw new DumpError(
        "malformed",
        `Cannot import line ${number}: it is no UTF-8`,
        { cause },
      );
    }
  };
  for await (const chunk of chunks) {
    let start = 0;
    let end = chunk.indexOf(10);
    for (; end >= 0; end = chunk.indexOf(10, start)) {
      yield take(chunk.subarray(start, end));
      number++;
      start = end + 1;
    }
    if (start === chunk.length) continue;
    // Copied: whoever gave the chunk may write to it again.
    parts.push(chunk.slice(start));
    length += chunk.length - start;
    if (length > LONGEST_LINE) {
      throw new DumpError(
        "too-large",
        `Cannot import line ${number}: it is longer than any that export writes`,
      );
    }
  }
  if (length > 0) yield take(new Uint8Array(0));
}

function joined(parts: readonly Uint8Array[], last: Uint8Array): Uint8Array {
  const all = [...parts, last];
  const whole = new Uint8Array(
    all.reduce((sum, { length }) => sum + length, 0),
  );
  let offset = 0;
  for (const part of all) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}

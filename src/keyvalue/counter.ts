/**
 * How every backend keeps a counter: ASCII decimal, so that a counter reads the same in
 * every store and to every other program.
 *
 * @module
 */

import { quote } from "./key_encoding.ts";
import { COUNTER_MAX, COUNTER_MIN, KeyValueError } from "./store.ts";

const encoder = new TextEncoder();
/** Longer is no `s64` even with zeros in front, and BigInt() of a long text is slow. */
const LONGEST_COUNTER = 64;
const SPACE = 0x20;

/** The number these bytes spell, or `undefined`. Space around it is allowed: `echo 1 > key` ends in a line break. */
export function parseCounter(value: Uint8Array): bigint | undefined {
  let start = 0;
  let end = value.length;
  while (start < end && isSpace(value[start])) start++;
  while (start < end && isSpace(value[end - 1])) end--;
  if (end - start > LONGEST_COUNTER) return undefined;

  const negative = value[start] === 0x2d;
  if (negative || value[start] === 0x2b) start++;
  if (start === end) return undefined;

  let text = "";
  for (let index = start; index < end; index++) {
    const byte = value[index]!;
    if (byte < 0x30 || byte > 0x39) return undefined;
    text += String.fromCharCode(byte);
  }
  return negative ? -BigInt(text) : BigInt(text);
}

/** The stored form of a counter. */
export function formatCounter(counter: bigint): Uint8Array<ArrayBuffer> {
  return encoder.encode(counter.toString());
}

/**
 * The sum that an increment stores.
 *
 * @param current The value there is; `undefined` counts as 0.
 * @throws {KeyValueError} `other` for a value that is no number and for a sum that is no `s64`.
 */
export function addToCounter(
  key: string,
  current: Uint8Array | undefined,
  delta: bigint,
): bigint {
  const before = current === undefined ? 0n : parseCounter(current);
  if (before === undefined) {
    throw new KeyValueError(
      "other",
      `Cannot increment ${
        quote(key)
      }: its value is not a decimal number; set it to one, or delete it to start at 0`,
    );
  }
  const sum = before + delta;
  if (sum > COUNTER_MAX || sum < COUNTER_MIN) {
    throw new KeyValueError(
      "other",
      `Cannot increment ${
        quote(key)
      }: ${before} and ${delta} add up to more than a signed 64-bit counter holds`,
    );
  }
  return sum;
}

function isSpace(byte: number | undefined): boolean {
  return byte === SPACE || (byte !== undefined && byte >= 0x09 && byte <= 0x0d);
}

import type { Read, ValueRule } from "./value_rule.ts";

const MILLISECONDS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 } as const;

/** The longest duration in hours: a timer of the platform holds 31 bits of milliseconds. */
const MAX_HOURS = 500;

/** A span of time such as `500ms`, `30s`, `5m` or `1h`; it is read as milliseconds. */
export const DURATION: ValueRule = {
  allowed: "a duration such as 500ms, 30s, 5m or 1h",
  kinds: ["text"],
  json: { type: "string", pattern: "^[0-9]+(ms|s|m|h)$" },
  read: (value) => parseDuration(String(value)),
};

/**
 * Reads a duration as milliseconds.
 *
 * ```ts
 * import { parseDuration } from "./duration.ts";
 * import { deepStrictEqual } from "node:assert/strict";
 *
 * deepStrictEqual(parseDuration("30s"), { accepted: 30_000 });
 * ```
 */
export function parseDuration(text: string): Read {
  const match = /^(\d+)([a-z]*)$/i.exec(text);
  if (match === null) return { refused: "not a number and a unit" };
  const [, digits, unit] = match;
  if (unit === "") return { refused: "no unit" };
  if (unit === undefined || !(Object.hasOwn(MILLISECONDS, unit))) {
    return { refused: `unknown unit "${unit}"` };
  }
  const value = Number(digits) *
    MILLISECONDS[unit as keyof typeof MILLISECONDS];
  if (value === 0) return { refused: "not above zero" };
  if (value > MAX_HOURS * MILLISECONDS.h) {
    return { refused: `more than ${MAX_HOURS}h` };
  }
  return { accepted: value };
}

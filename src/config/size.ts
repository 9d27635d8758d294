import type { Read, ValueRule } from "./value_rule.ts";

const MEBIBYTE = 2 ** 20;
const BYTES = { KiB: 2 ** 10, MiB: MEBIBYTE, GiB: 2 ** 30 } as const;

/** An amount of memory: a whole number of MiB, or a size with its unit. It is read as bytes. */
export const MEGABYTES: ValueRule = {
  allowed: "a number of MiB, or a size such as 64KiB, 16MiB or 1GiB",
  kinds: ["text", "number"],
  json: {
    type: ["integer", "string"],
    minimum: 1,
    pattern: "^[0-9]+(KiB|MiB|GiB)$",
  },
  read(value) {
    return typeof value === "number"
      ? bytes(value, MEBIBYTE)
      : parseSize(String(value));
  },
};

/** Reads a size such as `16MiB` as bytes. */
export function parseSize(text: string): Read {
  const match = /^(\d+)([a-z]*)$/i.exec(text);
  if (match === null) return { refused: "not a number and a unit" };
  const [, digits, unit] = match;
  if (unit === "") return { refused: "no unit" };
  if (unit === undefined || !Object.hasOwn(BYTES, unit)) {
    return { refused: `unknown unit "${unit}"` };
  }
  return bytes(Number(digits), BYTES[unit as keyof typeof BYTES]);
}

function bytes(count: number, unit: number): Read {
  const value = count * unit;
  if (!Number.isInteger(count)) return { refused: "not whole" };
  if (value <= 0) return { refused: "not above zero" };
  if (!Number.isSafeInteger(value)) return { refused: "too large" };
  return { accepted: value };
}

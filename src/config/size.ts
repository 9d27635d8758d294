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

/** The length of a piece of data, with its unit; it is read as bytes. */
export const SIZE: ValueRule = {
  allowed: "a size such as 512B, 64KiB or 16MiB",
  kinds: ["text"],
  json: { type: "string", pattern: "^[0-9]+(B|KiB|MiB|GiB)$" },
  read: (value) => parseSize(String(value), { B: 1, ...BYTES }),
};

/** Reads a size such as `16MiB` as bytes. */
export function parseSize(
  text: string,
  units: Readonly<Record<string, number>> = BYTES,
): Read {
  const match = /^(\d+)([a-z]*)$/i.exec(text);
  if (match === null) return { refused: "not a number and a unit" };
  const [, digits, unit] = match;
  if (unit === "") return { refused: "no unit" };
  const size = unit !== undefined && Object.hasOwn(units, unit)
    ? units[unit]
    : undefined;
  if (size === undefined) return { refused: `unknown unit "${unit}"` };
  return bytes(Number(digits), size);
}

function bytes(count: number, unit: number): Read {
  const value = count * unit;
  if (!Number.isInteger(count)) return { refused: "not whole" };
  if (value <= 0) return { refused: "not above zero" };
  if (!Number.isSafeInteger(value)) return { refused: "too large" };
  return { accepted: value };
}

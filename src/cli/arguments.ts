/**
 * Reads a command line by a table of flags.
 *
 * @module
 */

import { closest, distance } from "fastest-levenshtein";
import { parseArgs } from "node:util";
import { UsageError } from "./command.ts";

/** A flag that a command takes. */
export interface Flag {
  /** Without `--`. */
  readonly name: string;
  /** A single letter, without `-`. */
  readonly short?: string;
  /** What stands for its value in the help; absent for a switch. */
  readonly value?: string;
  readonly doc: string;
}

/** A command line, read. */
export interface Arguments {
  /** Values by flag; a switch that was given is `true`. */
  readonly flags: Readonly<Record<string, string | true>>;
  readonly positionals: readonly string[];
}

/**
 * Reads arguments.
 *
 * @throws {UsageError} A flag is unknown, or its value is missing or too much.
 */
export function parseArguments(
  args: readonly string[],
  flags: readonly Flag[],
): Arguments {
  const { tokens } = parseArgs({
    args: [...args],
    options: Object.fromEntries(flags.map(({ name, short, value }) => [name, {
      type: value === undefined ? "boolean" as const : "string" as const,
      ...(short === undefined ? {} : { short }),
    }])),
    strict: false,
    tokens: true,
  });
  const values: Record<string, string | true> = {};
  const positionals: string[] = [];
  for (const token of tokens) {
    if (token.kind === "positional") positionals.push(token.value);
    if (token.kind !== "option") continue;
    const flag = flags.find(({ name }) => name === token.name);
    if (flag === undefined) throw unknownFlag(token.rawName, flags);
    values[flag.name] = flagValue(flag, token.rawName, token.value);
  }
  return { flags: values, positionals };
}

function flagValue(
  flag: Flag,
  given: string,
  value: string | undefined,
): string | true {
  if (flag.value === undefined) {
    if (value === undefined) return true;
    throw new UsageError(
      `Cannot read ${given}=${value}: ${given} takes no value`,
    );
  }
  if (value !== undefined) return value;
  throw new UsageError(
    `Cannot read ${given}: it takes a value, ${given} ${flag.value}`,
  );
}

function unknownFlag(given: string, flags: readonly Flag[]): UsageError {
  const names = flags.map(({ name }) => `--${name}`);
  const nearest = closest(given, names);
  const guess = distance(given, nearest) <= 3
    ? `did you mean ${nearest}?`
    : "--help lists all";
  return new UsageError(
    `Cannot read ${given}: there is no such flag; ${guess}`,
  );
}

/** The help's lines for flags. */
export function flagHelp(flags: readonly Flag[]): string {
  const rows = flags.map(({ name, short, value, doc }) => {
    const shorter = short === undefined ? "    " : `-${short}, `;
    return [
      `  ${shorter}--${name}${value === undefined ? "" : ` ${value}`}`,
      doc,
    ] as const;
  });
  const width = Math.max(...rows.map(([flag]) => flag.length));
  return rows.map(([flag, doc]) => `${flag.padEnd(width)}  ${doc}`).join("\n");
}

/**
 * Reads a command line by a table of flags. Imports nothing from `node:` or npm: every start
 * waits for it, and those two cost more than all that stands here.
 *
 * @module
 */

import { nearest } from "../nearest.ts";
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
 * Reads arguments: `--flag value`, `--flag=value`, `-f value`, `-fvalue`, and `--` before
 * what is no flag although it looks like one. Of a flag given twice the last one holds.
 *
 * @throws {UsageError} A flag is unknown, or its value is missing or too much.
 */
export function parseArguments(
  args: readonly string[],
  flags: readonly Flag[],
): Arguments {
  const values: Record<string, string | true> = {};
  const positionals: string[] = [];
  const rest = [...args];
  for (let arg = rest.shift(); arg !== undefined; arg = rest.shift()) {
    if (arg === "--") {
      positionals.push(...rest);
      break;
    }
    if (!isFlag(arg)) {
      positionals.push(arg);
      continue;
    }
    const { name, value } = splitFlag(arg);
    const flag = flags.find((known) =>
      name === `--${known.name}` || name === `-${known.short}`
    );
    if (flag === undefined) throw unknownFlag(name, flags);
    values[flag.name] = flag.value === undefined
      ? switched(arg, name, value)
      : checked(name, flag.value, value ?? takeValue(rest));
  }
  return { flags: values, positionals };
}

function splitFlag(arg: string): { name: string; value: string | undefined } {
  const equals = arg.indexOf("=");
  const end = arg.startsWith("--") ? equals : 2;
  if (end < 0 || end >= arg.length) return { name: arg, value: undefined };
  const start = equals === end ? end + 1 : end;
  return { name: arg.slice(0, end), value: arg.slice(start) };
}

/** The next argument, unless it is a flag of its own. */
function takeValue(rest: string[]): string | undefined {
  return isFlag(rest[0] ?? "") ? undefined : rest.shift();
}

/** `-1` is a number, and `-` a value: no flag looks like them. */
function isFlag(arg: string): boolean {
  return /^-[^\d]/.test(arg);
}

function switched(arg: string, name: string, value: string | undefined): true {
  if (value === undefined) return true;
  throw new UsageError(`Cannot read "${arg}": ${name} takes no value`);
}

function checked(
  name: string,
  shown: string,
  value: string | undefined,
): string {
  if (value !== undefined && value !== "") return value;
  const state = value === undefined ? "missing" : "empty";
  throw new UsageError(
    `Cannot read "${name}": its value is ${state}; write ${name} ${shown}`,
  );
}

function unknownFlag(given: string, flags: readonly Flag[]): UsageError {
  const meant = nearest(given, flags.map(({ name }) => `--${name}`));
  const guess = meant === undefined
    ? "--help lists all"
    : `did you mean ${meant}?`;
  return new UsageError(
    `Cannot read "${given}": there is no such flag; ${guess}`,
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

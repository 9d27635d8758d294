/**
 * What a subcommand of `kv` is.
 *
 * @module
 */

import type { Arguments, Flag } from "../arguments.ts";
import { type CommandContext, UsageError } from "../command.ts";
import type { Output } from "./output.ts";
import type { Places } from "./places.ts";

/** One command line of `kv`, read. */
export interface Call extends Arguments {
  /** Whether what is written is for programs. */
  readonly json: boolean;
  readonly output: Output;
  readonly places: Places;
  readonly context: CommandContext;
}

/** A subcommand of `kv`. */
export interface Subcommand {
  /** What is written behind `kv`: `get KEY`. */
  readonly usage: string;
  readonly does: string;
  readonly flags: readonly Flag[];
  /** What more there is to say in the help. */
  readonly notes?: string;
  /** How many positionals it takes. */
  readonly takes: { readonly least: number; readonly most: number };
  /** Runs it; resolves to the exit code. */
  run(call: Call): Promise<number>;
}

/** What a flag that takes a value was given. */
export function flagText(
  { flags }: Pick<Call, "flags">,
  name: string,
): string | undefined {
  const value = flags[name];
  return typeof value === "string" ? value : undefined;
}

/**
 * A whole number above zero that a flag was given.
 *
 * @throws {UsageError} It is none.
 */
export function flagCount(
  call: Pick<Call, "flags">,
  name: string,
): number | undefined {
  const text = flagText(call, name);
  if (text === undefined) return undefined;
  const count = /^\d{1,15}$/.test(text) ? Number(text) : 0;
  if (count > 0) return count;
  throw new UsageError(
    `Cannot use --${name} "${text}": it is no whole number from 1`,
  );
}

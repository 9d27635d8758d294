/**
 * The flags of every command that reads a project's configuration.
 *
 * @module
 */

import {
  configFlags,
  type DeployTarget,
  loadConfig,
  type LoadedConfig,
} from "../config/mod.ts";
import {
  type Arguments,
  type Flag,
  flagHelp,
  parseArguments,
} from "./arguments.ts";
import { LOG_LEVELS, type LogLevel } from "../log.ts";
import { type CommandContext, UsageError } from "./command.ts";

/** How a command writes what it has to say. */
export type OutputFormat = "text" | "json";

/** `--project`, and a flag for each key that has one, those of `serve` aside. */
export function projectFlags(): readonly Flag[] {
  const project: Flag = {
    name: "project",
    short: "C",
    value: "DIR",
    doc:
      "The project's folder; default: the nearest one from here upwards that has .wash",
  };
  return [
    project,
    ...configFlags()
      .filter(({ key }) => !key.startsWith("serve."))
      .map(({ key: _, ...flag }) => flag),
  ];
}

/** A command that takes flags only: those of a project, and its own. */
export interface FlagsCommand {
  readonly name: string;
  /** What `--help` says in front of the flags. */
  readonly about: string;
  /** Its own flags. */
  readonly flags: readonly Flag[];
}

/**
 * The command line of such a command; `undefined` where it asked for help, which is printed.
 *
 * @throws {UsageError} It has what the command does not take.
 */
export function readFlags(
  args: readonly string[],
  { print }: CommandContext,
  { name, about, flags: own }: FlagsCommand,
): Arguments | undefined {
  const flags = [...projectFlags(), ...own];
  const given = parseArguments(args, flags);
  if (given.flags["help"] === true) {
    print(`${about}\n\n${flagHelp(flags)}`);
    return undefined;
  }
  const [positional] = given.positionals;
  if (positional === undefined) return given;
  throw new UsageError(
    `Cannot read "${positional}": ${name} takes flags only; --help lists all`,
  );
}

/**
 * Loads the configuration a command line asks for.
 *
 * @param deployTo Where the project is deployed to, if it is.
 * @throws {ConfigError} All that is wrong with it.
 */
export async function loadProject(
  { flags }: Arguments,
  { cwd, env }: CommandContext,
  deployTo?: DeployTarget,
): Promise<LoadedConfig> {
  const { project } = flags;
  const names = new Set(configFlags().map(({ name }) => name));
  return await loadConfig({
    cwd,
    env,
    flags: Object.fromEntries(
      Object.entries(flags).filter(([name]) => names.has(name)),
    ),
    ...(typeof project === "string" ? { project } : {}),
    ...(deployTo === undefined ? {} : { deployTo }),
  });
}

/**
 * What `--format` asks for.
 *
 * @throws {UsageError} It is neither of the two.
 */
export function outputFormat(
  { flags }: Arguments,
  otherwise: OutputFormat = "text",
): OutputFormat {
  const format = flags["format"] ?? otherwise;
  if (format === "text" || format === "json") return format;
  throw new UsageError(
    `Cannot use --format "${format}": it is neither text nor json`,
  );
}

/**
 * What `--log-level` asks for.
 *
 * @throws {UsageError} It is none.
 */
export function logLevel({ flags }: Arguments): LogLevel {
  const level = flags["log-level"] ?? "info";
  const known = LOG_LEVELS.find((each) => each === level);
  if (known !== undefined) return known;
  throw new UsageError(
    `Cannot use --log-level "${level}": it is none of ${LOG_LEVELS.join(", ")}`,
  );
}

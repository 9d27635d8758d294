/**
 * `dev`: builds a project and serves it.
 *
 * @module
 */

import { ConfigError } from "../config/mod.ts";
import { BuildError } from "../dev/build_error.ts";
import { ListenError, startDevServer } from "../dev/dev_server.ts";
import {
  formatJson,
  formatText,
  type Log,
  type LogLevel,
  makeLog,
} from "../log.ts";
import { LinkError } from "../runtime/linker.ts";
import { GuestTrap } from "../runtime/trap.ts";
import {
  type Arguments,
  type Flag,
  flagHelp,
  parseArguments,
} from "./arguments.ts";
import { cacheDirectory } from "./cache_directory.ts";
import { type Command, type CommandContext, UsageError } from "./command.ts";
import { loadProject, projectFlags } from "./project_flags.ts";
import { stopSignals } from "./stop_signals.ts";

const LOG_LEVELS: readonly LogLevel[] = ["debug", "info", "warn", "error"];

const OWN_FLAGS: readonly Flag[] = [
  {
    name: "no-build",
    doc: "Serve the component as it lies there, without the build command",
  },
  {
    name: "format",
    value: "FORMAT",
    doc: "text, or json for one line of JSON per event",
  },
  {
    name: "log-level",
    short: "l",
    value: "LEVEL",
    doc: `How much is said: ${
      LOG_LEVELS.join(", ")
    }; default info, which shows each request`,
  },
  { name: "help", short: "h", doc: "Show this" },
];

export const command: Command = {
  run,
  userFaults: [
    UsageError,
    ConfigError,
    ListenError,
    BuildError,
    LinkError,
    GuestTrap,
  ],
};

/** Serves until it is told to stop. */
async function run(
  args: readonly string[],
  context: CommandContext,
): Promise<number> {
  const flags = [...projectFlags(), ...OWN_FLAGS];
  const given = parseArguments(args, flags);
  const { help, "no-build": noBuild } = given.flags;
  if (help === true) {
    context.print(
      `Build a project's component and serve it.\n\n${flagHelp(flags)}`,
    );
    return 0;
  }
  if (given.positionals.length > 0) {
    throw new UsageError(
      `Cannot read "${given.positionals[0]}": dev takes flags only`,
    );
  }
  const log = logFrom(given, context);
  const { config, warnings } = await loadProject(given, context);
  for (const text of warnings) log.emit({ event: "warning", text });

  using stop = stopSignals();
  const isComponentGiven = given.flags["component"] !== undefined;
  await using server = startDevServer({
    config,
    log,
    build: noBuild !== true && !isComponentGiven,
    cacheDirectory: cacheDirectory(context.env),
  });
  await Promise.race([server.ready, stop.requested]);
  await stop.requested;
  log.emit({
    event: "stopping",
    text: "Stopping: finishing the requests in flight",
  });
  return 0;
}

function logFrom({ flags }: Arguments, { print }: CommandContext): Log {
  const format = flags["format"] ?? "text";
  const level = flags["log-level"] ?? "info";
  if (format !== "text" && format !== "json") {
    throw new UsageError(`Cannot use --format "${format}": it is text or json`);
  }
  if (!isLogLevel(level)) {
    throw new UsageError(
      `Cannot use --log-level "${level}": it is ${LOG_LEVELS.join(", ")}`,
    );
  }
  return makeLog(format === "json" ? formatJson : formatText, level, print);
}

function isLogLevel(level: string | true): level is LogLevel {
  return LOG_LEVELS.some((known) => known === level);
}

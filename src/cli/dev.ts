/**
 * `dev`: builds a project and serves it.
 *
 * @module
 */

import { VolumeError } from "../assemble.ts";
import { ConfigError } from "../config/mod.ts";
import { BuildError } from "../dev/build_error.ts";
import { type DevServer, startDevServer } from "../dev/dev_server.ts";
import type { ExploredServerOptions } from "../dev/explored_server.ts";
import { settlesWithin } from "../runtime/settles_within.ts";
import { ListenError } from "../front/mod.ts";
import {
  formatJson,
  formatText,
  isTold,
  type LeveledLog,
  LOG_LEVELS,
  type LogEvent,
  type LogLevel,
  makeLog,
} from "../log.ts";
import { LinkError } from "../runtime/linker.ts";
import type { Arguments, Flag } from "./arguments.ts";
import { cacheDirectory } from "./cache_directory.ts";
import {
  type Command,
  type CommandContext,
  isUserFault,
  UsageError,
} from "./command.ts";
import { startKeys, wantsKeys } from "./dev_keys.ts";
import {
  loadProject,
  logLevel,
  outputFormat,
  readFlags,
} from "./project_flags.ts";
import { stopSignals } from "./stop_signals.ts";

/** Milliseconds that the first responses have for themselves. */
const HEAD_START = 200;

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
  { name: "no-keys", doc: "Leave the terminal's keys alone" },
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
    VolumeError,
  ],
};

/** Serves until it is told to stop. */
async function run(
  args: readonly string[],
  context: CommandContext,
): Promise<number> {
  const given = readFlags(args, context, {
    name: "dev",
    about: "Build a project's component and serve it.",
    flags: OWN_FLAGS,
  });
  if (given === undefined) return 0;
  const format = outputFormat(given);
  const log: LeveledLog = makeLog(
    format === "json" ? formatJson : (event) => formatFor(log.level, event),
    logLevel(given),
    context.print,
  );
  try {
    return await serve(given, context, log);
  } catch (error) {
    if (!isUserFault(error, command)) throw error;
    const output = error instanceof BuildError ? error.output : "";
    if (format === "json") {
      log.emit({
        event: "failed",
        text: error.message,
        ...(output === "" ? {} : { output }),
      });
      return 1;
    }
    // Why it failed stands in what was not told.
    if (output !== "" && !isTold("build-output", log.level)) {
      context.printError(output.trimEnd());
    }
    throw error;
  }
}

async function serve(
  given: Arguments,
  context: CommandContext,
  log: LeveledLog,
): Promise<number> {
  using stop = stopSignals();
  const since = Date.now();
  const { config, warnings, files } = await loadProject(given, context);
  for (const text of warnings) log.emit({ event: "warning", text });

  const format = outputFormat(given);
  const { component, "no-build": noBuild, "no-keys": noKeys } = given.flags;
  const token = context.env["WHARF_EXPLORER_TOKEN"];
  await using server = await startProject({
    config,
    log,
    tracesCalls: isTold("host-call", log.level),
    async watch(options) {
      // The first responses need not wait for what hears of saves, and no save is missed.
      await settlesWithin(stop.requested, HEAD_START);
      const { watchSources } = await import("../dev/source_watcher.ts");
      return watchSources(options);
    },
    since,
    ...(token !== undefined && { token }),
    build: noBuild !== true && component === undefined,
    cacheDirectory: cacheDirectory(context.env),
    searchPath: context.env["PATH"] ?? context.env["Path"] ?? "",
    configFiles: files,
    reload: () => loadProject(given, context),
  });
  using keys = format !== "json" && noKeys !== true && wantsKeys(context)
    ? await startKeys({ server, context, log, stop })
    : undefined;
  server.ready.then(() => keys?.showHint(), () => {});
  await Promise.race([server.ready, stop.requested]);
  await stop.requested;
  // The next Ctrl-C ends the process as it is.
  keys?.[Symbol.dispose]();
  log.emit({
    event: "stopping",
    text:
      "Stopping: finishing the requests in flight; a second Ctrl-C stops at once",
  });
  return 0;
}

/** Why a build failed stands in its output, where that was not told line by line. */
function formatFor(level: LogLevel, event: LogEvent): string {
  const text = formatText(event);
  return event.event === "build-failed" && event.output !== undefined &&
      !isTold("build-output", level)
    ? `${event.output.trimEnd()}\n${text}`
    : text;
}

/** Who wants no explorer need not load it. */
async function startProject(
  options: ExploredServerOptions,
): Promise<DevServer> {
  if (!options.config.dev.explorer) return await startDevServer(options);
  const { startExploredServer } = await import("../dev/explored_server.ts");
  return await startExploredServer(options);
}

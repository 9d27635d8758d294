/**
 * `serve`: runs what `build` made, as a server does.
 *
 * @module
 */

import { VolumeError } from "../assemble.ts";
import {
  type Config,
  ConfigError,
  serveFlags,
  withServeFlags,
} from "../config/mod.ts";
import { DeploymentError, openDeployment } from "../deploy/mod.ts";
import { ListenError } from "../front/mod.ts";
import { formatJson, formatText, LOG_LEVELS, makeLog } from "../log.ts";
import { LinkError } from "../runtime/linker.ts";
import { GuestTrap } from "../runtime/trap.ts";
import { LineWriter } from "../serve/line_writer.ts";
import { type Server, startServer } from "../serve/server.ts";
import {
  type Arguments,
  type Flag,
  flagHelp,
  parseArguments,
} from "./arguments.ts";
import { type Command, type CommandContext, UsageError } from "./command.ts";
import { logLevel, outputFormat } from "./project_flags.ts";
import { type StopSignals, stopSignals } from "./stop_signals.ts";

const OWN_FLAGS: readonly Flag[] = [
  {
    name: "format",
    value: "FORMAT",
    doc: "json, the default, for one line of JSON per event, or text",
  },
  {
    name: "log-level",
    short: "l",
    value: "LEVEL",
    doc: `How much is said: ${
      LOG_LEVELS.join(", ")
    }; default info, which has the access log`,
  },
  { name: "help", short: "h", doc: "Show this" },
];

/** Where `build` writes to, from the folder of the project. */
const DIST = "dist/wharf";

/** One lane more than the machine asks for: while one is replaced, another answers. */
const FEWEST_LANES = 2;

export const command: Command = {
  run,
  userFaults: [
    UsageError,
    ConfigError,
    DeploymentError,
    ListenError,
    LinkError,
    VolumeError,
    GuestTrap,
  ],
};

/** Serves until it is told to stop. */
async function run(
  args: readonly string[],
  context: CommandContext,
): Promise<number> {
  const flags = [
    ...serveFlags().map(({ key: _, ...flag }) => flag),
    ...OWN_FLAGS,
  ];
  const given = parseArguments(args, flags);
  if (given.flags["help"] === true) {
    context.print(
      `Serve what "deno task build" made: serve [DIST], which is ${DIST} unless you say.\n\n` +
        flagHelp(flags),
    );
    return 0;
  }
  const [dist = DIST, more] = given.positionals;
  if (more !== undefined) {
    throw new UsageError(
      `Cannot read "${more}": serve takes one folder; --help lists the flags`,
    );
  }
  const format = outputFormat(given, "json") === "json"
    ? formatJson
    : formatText;
  const level = logLevel(given);
  const writer = new LineWriter(
    context.streams.stdout,
    (count) =>
      format({
        event: "warning",
        text: `${count} lines of the log are lost: nobody read them`,
      }),
  );
  const log = makeLog(format, level, (text) => writer.write(text));
  try {
    using stop = stopSignals();
    const server = await started({ dist, given, context, log, stop });
    await stop.requested;
    log.emit({
      event: "stopping",
      text:
        "Stopping: finishing the requests in flight; a second signal stops at once",
    });
    await server?.stop();
    return 0;
  } finally {
    await writer.flushed();
  }
}

interface Start {
  readonly dist: string;
  readonly given: Arguments;
  readonly context: CommandContext;
  readonly log: ReturnType<typeof makeLog>;
  readonly stop: StopSignals;
}

/** The server; nothing where it was told to stop before it was there. */
async function started(
  { dist, given, context, log, stop }: Start,
): Promise<Server | undefined> {
  const folder = folderUrl(dist, context.cwd);
  const recordsSpans = ["true", "1"].includes(context.env["OTEL_DENO"] ?? "");
  const names = new Set(serveFlags().map(({ name }) => name));
  const overrides = Object.fromEntries(
    Object.entries(given.flags).filter(([name]) => names.has(name)),
  );
  const adapt = (config: Config): Config => {
    const said = withServeFlags(config, overrides);
    const lanes = said.dev.lanes ??
      Math.max(FEWEST_LANES, navigator.hardwareConcurrency - 1);
    return { ...said, dev: { ...said.dev, lanes } };
  };
  const starting = startServer({
    log,
    component: dist,
    recordsSpans,
    open: async (log, configured) =>
      await openDeployment(folder, {
        env: context.env,
        log,
        tracesCalls: true,
        recordsSpans,
        async adapt(config) {
          const adapted = adapt(config);
          await configured(adapted);
          return adapted;
        },
      }),
  });
  const first = await Promise.race([starting, stop.requested]);
  if (first !== undefined) return first;
  // Whatever came of it, the process ends.
  starting.catch(() => {});
  return undefined;
}

function folderUrl(path: string, cwd: string): URL {
  const base = new URL(`file://${escaped(cwd)}/`);
  return new URL(`${escaped(path).replace(/\/+$/, "")}/`, base);
}

/** What a path may hold and a URL reads otherwise. */
function escaped(path: string): string {
  return path.replaceAll("%", "%25").replaceAll("?", "%3F")
    .replaceAll("#", "%23");
}

/**
 * `kv`: reads and writes a project's buckets without its component, and without a server of
 * Wharf but for what is in its memory alone.
 *
 * @module
 */

import { ConfigError } from "../config/mod.ts";
import type { Buckets } from "../keyvalue/buckets.ts";
import { KeyValueError } from "../keyvalue/store.ts";
import type { Config, KeyValueConfig } from "../config/mod.ts";
import { printableLines } from "../log.ts";
import { nearest } from "../nearest.ts";
import { type Flag, flagHelp, parseArguments } from "./arguments.ts";
import {
  type Command,
  type CommandContext,
  isUserFault,
  UsageError,
} from "./command.ts";
import { type FaultCode, KvFault } from "./kv/fault.ts";
import { Output } from "./kv/output.ts";
import type { Places } from "./kv/places.ts";
import type { Subcommand } from "./kv/subcommand.ts";
import { loadProject, outputFormat, projectFlags } from "./project_flags.ts";

interface SubcommandRow {
  readonly does: string;
  readonly load: () => Promise<Subcommand>;
}

/** Every subcommand, in the order of the help. */
const SUBCOMMANDS: Readonly<Record<string, SubcommandRow>> = {
  list: {
    does: "List the keys of a bucket",
    load: async () => (await import("./kv/list.ts")).list,
  },
  get: {
    does: "Print a value",
    load: async () => (await import("./kv/get.ts")).get,
  },
  put: {
    does: "Set a key",
    load: async () => (await import("./kv/put.ts")).put,
  },
  delete: {
    does: "Remove keys",
    load: async () => (await import("./kv/remove.ts")).remove,
  },
  purge: {
    does: "Remove a key and all its history",
    load: async () => (await import("./kv/remove.ts")).purge,
  },
  increment: {
    does: "Add to a counter",
    load: async () => (await import("./kv/increment.ts")).increment,
  },
  swap: {
    does: "Set a key if it is still at a version",
    load: async () => (await import("./kv/put.ts")).swap,
  },
  history: {
    does: "Print what a key was",
    load: async () => (await import("./kv/history.ts")).history,
  },
  watch: {
    does: "Print changes as they come",
    load: async () => (await import("./kv/history.ts")).watch,
  },
  buckets: {
    does: "Tell which buckets there are, make one or remove one",
    load: async () => (await import("./kv/buckets.ts")).buckets,
  },
  export: {
    does: "Write a bucket as lines of JSON",
    load: async () => (await import("./kv/export.ts")).exportKeys,
  },
  import: {
    does: "Read what export wrote into a bucket",
    load: async () => (await import("./kv/import.ts")).importKeys,
  },
};

const OWN_FLAGS: readonly Flag[] = [
  {
    name: "url",
    value: "URL",
    doc: "Work on what the dev server there serves, in place of the project",
  },
  { name: "format", value: "FORMAT", doc: "text, or json" },
  { name: "help", short: "h", doc: "Show this" },
];

/** Makes the buckets of a project; `log` is told of configuration keys that are missing. */
export type OpenBuckets = (
  config: KeyValueConfig,
  log: (text: string) => void,
) => Buckets;

export const command: Command = kvCommand(async () =>
  (await import("../assemble.ts")).openBuckets
);

/** The command on buckets that are made in another way; for tests. */
export function kvCommand(load: () => Promise<OpenBuckets>): Command {
  const userFaults = [UsageError, ConfigError, KvFault, KeyValueError];
  return {
    userFaults,
    async run(args, context) {
      try {
        return await run(args, context, load);
      } catch (error) {
        if (!isUserFault(error, { userFaults }) || !wantsJson(args)) {
          throw error;
        }
        context.printError(
          JSON.stringify({ error: error.message, code: codeOf(error) }),
        );
        return 1;
      }
    },
  };
}

async function run(
  args: readonly string[],
  context: CommandContext,
  load: () => Promise<OpenBuckets>,
): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined || name === "--help" || name === "-h") {
    context.print(help());
    return name === undefined ? 1 : 0;
  }
  const row = Object.hasOwn(SUBCOMMANDS, name) ? SUBCOMMANDS[name] : undefined;
  if (row === undefined) throw unknownSubcommand(name);
  const subcommand = await row.load();
  const flags = [...subcommand.flags, ...projectFlags(), ...OWN_FLAGS];
  const given = parseArguments(rest, flags);
  if (given.flags["help"] === true) {
    context.print(subcommandHelp(subcommand));
    return 0;
  }
  const json = outputFormat(given) === "json";
  checkPositionals(subcommand, given.positionals);
  const { config, warnings } = await loadProject(given, context);
  if (context.streams.terminals.stderr) {
    for (const text of warnings) {
      context.printError(printableLines(`Warning: ${text}`));
    }
  }
  const openBuckets = await load();
  await using places = await openPlaces(openBuckets, {
    config,
    url: given.flags["url"],
    env: context.env,
  });
  const output = new Output(context.streams.stdout);
  try {
    const code = await subcommand.run({
      ...given,
      json,
      output,
      places,
      context,
    });
    await output.flush();
    return code;
  } catch (error) {
    // `| head` has what it wants; an export that nobody takes is a loss.
    const isClosed = error instanceof KvFault && error.code === "output";
    if (isClosed && name !== "export") return 0;
    throw error;
  }
}

interface PlacesOptions {
  readonly config: Config;
  /** The server that was named. */
  readonly url: string | true | undefined;
  readonly env: CommandContext["env"];
}

async function openPlaces(
  openBuckets: OpenBuckets,
  { config, url, env }: PlacesOptions,
): Promise<Places> {
  if (typeof url === "string") {
    const { reachServer } = await import("./kv/project_server.ts");
    const { openServerPlaces } = await import("./kv/server_places.ts");
    return await openServerPlaces(await reachServer(url, env));
  }
  const { ProjectPlaces } = await import("./kv/places.ts");
  return new ProjectPlaces({
    config: config.dev.keyvalue,
    // What is missing is in the error that ends the command.
    make: (keyvalue) => openBuckets(keyvalue, () => {}),
    async reach() {
      const { reachProject } = await import("./kv/project_server.ts");
      return await reachProject(config.dev, env);
    },
  });
}

function checkPositionals(
  { usage, takes }: Subcommand,
  positionals: readonly string[],
): void {
  const { length } = positionals;
  if (length >= takes.least && length <= takes.most) return;
  const state = length < takes.least
    ? "something is missing"
    : `${JSON.stringify(positionals[takes.most])} is too much`;
  throw new UsageError(
    `Cannot read the command line: ${state}; write "kv ${usage}"`,
  );
}

function unknownSubcommand(name: string): UsageError {
  if (name.startsWith("-")) {
    return new UsageError(
      `Cannot read "${name}": the subcommand comes first, as in "kv list --bucket NAME"`,
    );
  }
  const names = Object.keys(SUBCOMMANDS);
  const meant = nearest(name, names);
  return new UsageError(
    `Cannot run "kv ${name}": there is no such subcommand; ${
      meant === undefined
        ? `it is one of ${names.join(", ")}`
        : `did you mean "${meant}"?`
    }`,
  );
}

/** Known even where the command line cannot be read. */
function wantsJson(args: readonly string[]): boolean {
  return args.some((arg, index) =>
    arg === "--format=json" || arg === "--format" && args[index + 1] === "json"
  );
}

function codeOf(error: Error): FaultCode {
  if (error instanceof KvFault || error instanceof KeyValueError) {
    return error.code;
  }
  return error instanceof ConfigError ? "config" : "usage";
}

function help(): string {
  const rows = Object.entries(SUBCOMMANDS).map(([name, { does }]) =>
    `  ${name.padEnd(9)}  ${does}`
  );
  return `Read and write a project's buckets: deno task kv list --bucket NAME\n\n` +
    `${rows.join("\n")}\n\n` +
    `deno task kv <subcommand> --help tells more of each.\n\n` +
    flagHelp([...projectFlags(), ...OWN_FLAGS]);
}

function subcommandHelp({ usage, does, notes, flags }: Subcommand): string {
  const project = [...projectFlags(), ...OWN_FLAGS];
  return `${does}: deno task kv ${usage}\n\n${
    notes === undefined ? "" : `${notes}\n\n`
  }${flagHelp([...flags, ...project])}`;
}

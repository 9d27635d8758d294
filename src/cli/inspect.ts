/**
 * `inspect`: prints what Wharf makes of a project.
 *
 * @module
 */

import { ConfigError } from "../config/mod.ts";
import { type Flag, flagHelp, parseArguments } from "./arguments.ts";
import { type Command, type CommandContext, UsageError } from "./command.ts";
import { inspectConfig, renderConfig } from "./inspect_config.ts";
import { loadProject, projectFlags } from "./project_flags.ts";

const OWN_FLAGS: readonly Flag[] = [
  {
    name: "config",
    doc: "Print the configuration in use, and where each value came from",
  },
  { name: "format", value: "FORMAT", doc: "text, or json" },
  { name: "help", short: "h", doc: "Show this" },
];

export const command: Command = { run, userFaults: [UsageError, ConfigError] };

async function run(
  args: readonly string[],
  context: CommandContext,
): Promise<number> {
  const flags = [...OWN_FLAGS, ...projectFlags()];
  const given = parseArguments(args, flags);
  if (given.flags["help"] === true) {
    context.print(`Print what Wharf makes of a project.\n\n${flagHelp(flags)}`);
    return 0;
  }
  if (given.positionals.length > 0) {
    throw new UsageError(
      `Cannot inspect "${
        given.positionals[0]
      }": component files come with a later version; ` +
        `--config prints the configuration`,
    );
  }
  if (given.flags["config"] !== true) {
    throw new UsageError(
      "Cannot inspect nothing: --config prints the configuration",
    );
  }
  const loaded = await loadProject(given, context);
  const isJson = given.flags["format"] === "json";
  context.print(
    isJson
      ? JSON.stringify(inspectConfig(loaded), null, 2)
      : renderConfig(loaded),
  );
  return 0;
}

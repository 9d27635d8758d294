/**
 * `inspect`: prints what Wharf makes of a project.
 *
 * @module
 */

import { ConfigError } from "../config/mod.ts";
import { printableLines } from "../log.ts";
import { type Flag, flagHelp, parseArguments } from "./arguments.ts";
import { type Command, type CommandContext, UsageError } from "./command.ts";
import { inspectConfig, renderConfig } from "./inspect_config.ts";
import { loadProject, outputFormat, projectFlags } from "./project_flags.ts";

const CONFIG_FLAG: Flag = {
  name: "config",
  doc: "Print the configuration in use, and where each value came from",
};

const OWN_FLAGS: readonly Flag[] = [
  { name: "format", value: "FORMAT", doc: "text, or json" },
  { name: "help", short: "h", doc: "Show this" },
];

export const command: Command = { run, userFaults: [UsageError, ConfigError] };

async function run(
  args: readonly string[],
  context: CommandContext,
): Promise<number> {
  const flags = [CONFIG_FLAG, ...projectFlags(), ...OWN_FLAGS];
  const given = parseArguments(args, flags);
  if (given.flags["help"] === true) {
    context.print(`Print what Wharf makes of a project.\n\n${flagHelp(flags)}`);
    return 0;
  }
  const [component] = given.positionals;
  if (component !== undefined) {
    throw new UsageError(
      `Cannot inspect "${component}": component files come with a later version; ` +
        `--config prints the configuration`,
    );
  }
  if (given.flags["config"] !== true) {
    throw new UsageError(
      "Cannot inspect nothing: --config prints the configuration",
    );
  }
  const format = outputFormat(given);
  const loaded = await loadProject(given, context);
  if (format === "json") {
    context.print(JSON.stringify(inspectConfig(loaded), null, 2));
    return 0;
  }
  for (const text of loaded.warnings) {
    context.printError(printableLines(`Warning: ${text}`));
  }
  context.print(renderConfig(loaded));
  return 0;
}

/**
 * `inspect`: prints what Wharf makes of a project.
 *
 * @module
 */

import { ConfigError, type LoadedConfig } from "../config/mod.ts";
import { BuildError } from "../dev/build_error.ts";
import { printableLines } from "../log.ts";
import {
  type Arguments,
  type Flag,
  flagHelp,
  parseArguments,
} from "./arguments.ts";
import { type Command, type CommandContext, UsageError } from "./command.ts";
import { inspectConfig, renderConfig } from "./inspect_config.ts";
import {
  loadProject,
  type OutputFormat,
  outputFormat,
  projectFlags,
} from "./project_flags.ts";

const WHAT_FLAGS: readonly Flag[] = [
  {
    name: "config",
    doc: "Print the configuration in use, and where each value came from",
  },
  { name: "wit", doc: "Print the component's world alone, as WIT" },
];

const OWN_FLAGS: readonly Flag[] = [
  { name: "format", value: "FORMAT", doc: "text, or json" },
  { name: "help", short: "h", doc: "Show this" },
];

export const command: Command = {
  run,
  userFaults: [UsageError, ConfigError, BuildError],
};

async function run(
  args: readonly string[],
  context: CommandContext,
): Promise<number> {
  const flags = [...WHAT_FLAGS, ...projectFlags(), ...OWN_FLAGS];
  const given = parseArguments(args, flags);
  if (given.flags["help"] === true) {
    context.print(
      "Print what a component imports and what Wharf gives it: of FILE, or of " +
        `the project's component as it lies there.\n\n${flagHelp(flags)}`,
    );
    return 0;
  }
  const what = whatIsAskedFor(given);
  const format = outputFormat(given);
  const loaded = await loadProject(withFile(given), context);
  if (what !== "wit" && !(what === "config" && format === "json")) {
    for (const text of loaded.warnings) {
      context.printError(printableLines(`Warning: ${text}`));
    }
  }
  if (what === "config") {
    printConfig(loaded, format, context);
    return 0;
  }
  const { inspectComponent, inspectWit } = await import(
    "./inspect_component.ts"
  );
  if (what === "wit") return await inspectWit(loaded, format, context);
  return await inspectComponent(loaded, format, context);
}

type Asked = "component" | "wit" | "config";

/** @throws {UsageError} More than one thing is asked for. */
function whatIsAskedFor({ flags, positionals }: Arguments): Asked {
  const [file, other] = positionals;
  const { config, wit, component } = flags;
  if (other !== undefined) {
    throw new UsageError(
      `Cannot inspect "${other}": inspect takes one file; name the others in dev.components`,
    );
  }
  if (file !== undefined && component !== undefined) {
    throw new UsageError(
      `Cannot inspect "${file}": --component names another file; leave one of them out`,
    );
  }
  if (config === true && (wit === true || file !== undefined)) {
    const asked = file === undefined ? "--wit" : `"${file}"`;
    throw new UsageError(
      `Cannot inspect ${asked}: --config prints the configuration alone; leave one of them out`,
    );
  }
  if (config === true) return "config";
  return wit === true ? "wit" : "component";
}

/** A file that is named takes the place of the project's component, as with `dev`. */
function withFile(given: Arguments): Arguments {
  const [file] = given.positionals;
  if (file === undefined) return given;
  return { ...given, flags: { ...given.flags, component: file } };
}

function printConfig(
  loaded: LoadedConfig,
  format: OutputFormat,
  { print }: CommandContext,
): void {
  print(
    format === "json"
      ? JSON.stringify(inspectConfig(loaded), null, 2)
      : renderConfig(loaded),
  );
}

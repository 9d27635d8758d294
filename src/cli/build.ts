/**
 * `build`: makes what a server or Deno Deploy runs.
 *
 * @module
 */

import { type Target, TARGETS } from "../deploy/mod.ts";
import type { Arguments, Flag } from "./arguments.ts";
import { type Command, type CommandContext, UsageError } from "./command.ts";
import {
  BUILD_FAULTS,
  BUILD_FLAGS,
  deployProject,
} from "./project_deployment.ts";
import { readFlags } from "./project_flags.ts";

const OWN_FLAGS: readonly Flag[] = [
  {
    name: "target",
    value: "TARGET",
    doc: `Where it is to run: ${TARGETS.join(" or ")}; default server`,
  },
  ...BUILD_FLAGS,
  { name: "help", short: "h", doc: "Show this" },
];

export const command: Command = { run, userFaults: BUILD_FAULTS };

async function run(
  args: readonly string[],
  context: CommandContext,
): Promise<number> {
  const given = readFlags(args, context, {
    name: "build",
    about:
      "Build a project's component, and make the folder that a server or Deno Deploy runs.",
    flags: OWN_FLAGS,
  });
  if (given === undefined) return 0;
  await deployProject(given, context, { target: targetOf(given) });
  return 0;
}

function targetOf({ flags }: Arguments): Target {
  const target = flags["target"] ?? "server";
  const known = TARGETS.find((each) => each === target);
  if (known !== undefined) return known;
  throw new UsageError(
    `Cannot use --target "${target}": it is none of ${TARGETS.join(", ")}`,
  );
}

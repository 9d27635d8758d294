// deno-lint-ignore-file no-console -- every other file is given `print` and `printError`
/**
 * The command line: a table of commands, each imported when it is called. The only file that
 * reads `Deno.args`, writes to the console and ends the process.
 *
 * @module
 */

import type { Command, CommandContext, Streams } from "./src/cli/command.ts";

/** A command that is not loaded yet. */
export interface CommandRow {
  readonly does: string;
  readonly load: () => Promise<{ readonly command: Command }>;
}

/** Every command, in the order of the help. */
export const COMMANDS: Readonly<Record<string, CommandRow>> = {
  dev: {
    does: "Build a component and serve it",
    load: () => import("./src/cli/dev.ts"),
  },
  new: {
    does: "Start a project from a template",
    load: () => import("./src/cli/new.ts"),
  },
  inspect: {
    does: "Print what a component is given, or the configuration",
    load: () => import("./src/cli/inspect.ts"),
  },
  build: {
    does: "Make what a server or Deno Deploy runs",
    load: () => import("./src/cli/build.ts"),
  },
  deploy: {
    does: "Build, try and upload to Deno Deploy",
    load: () => import("./src/cli/deploy.ts"),
  },
  serve: {
    does: "Serve what build made",
    load: () => import("./src/cli/serve.ts"),
  },
  kv: {
    does: "Read and write buckets",
    load: () => import("./src/cli/kv.ts"),
  },
};

/** Runs a command line; resolves to the exit code. */
export async function main(
  args: readonly string[],
  context: CommandContext,
): Promise<number> {
  const [name, ...rest] = args;
  if (
    name === undefined || name === "--help" || name === "-h" || name === "help"
  ) {
    context.print(help());
    return name === undefined ? 1 : 0;
  }
  const row = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (row === undefined) {
    await printFault(context, await unknownCommand(name));
    return 1;
  }
  const { command } = await row.load();
  try {
    return await command.run(rest, context);
  } catch (error) {
    const { isUserFault } = await import("./src/cli/command.ts");
    if (!isUserFault(error, command)) throw error;
    await printFault(context, error.message);
    return 1;
  }
}

async function unknownCommand(name: string): Promise<string> {
  const { nearest } = await import("./src/nearest.ts");
  const meant = nearest(name, Object.keys(COMMANDS));
  const guess = meant === undefined ? "" : `; did you mean "${meant}"?`;
  return `Cannot run "${name}": there is no such command${guess}\n\n${help()}`;
}

/** Messages quote what files and people wrote. */
async function printFault(
  { printError }: CommandContext,
  message: string,
): Promise<void> {
  const { printableLines } = await import("./src/log.ts");
  printError(printableLines(message));
}

function help(): string {
  const rows = Object.entries(COMMANDS).map(([name, { does }]) =>
    `  ${name.padEnd(8)} ${does}`
  );
  return `Wharf serves WebAssembly HTTP components.\n\n${rows.join("\n")}\n\n` +
    `deno task <command> --help tells more of each.`;
}

if (import.meta.main) {
  Deno.exit(
    await main(Deno.args, {
      cwd: Deno.cwd(),
      env: Deno.env.toObject(),
      print: (text) => console.log(text),
      printError: (text) => console.error(text),
      streams: processStreams(),
    }),
  );
}

/** Getters: most commands need none of them, and making a stream takes time. */
function processStreams(): Streams {
  return {
    get stdin() {
      return Deno.stdin.readable;
    },
    get stdout() {
      return Deno.stdout.writable;
    },
    get stderr() {
      return Deno.stderr.writable;
    },
    get terminals() {
      return {
        stdin: Deno.stdin.isTerminal(),
        stdout: Deno.stdout.isTerminal(),
        stderr: Deno.stderr.isTerminal(),
      };
    },
  };
}

/**
 * A command line in this process, and a project to run it on.
 *
 * @module
 */

import { fileURLToPath } from "node:url";
import { main } from "../../main.ts";
import type { Streams } from "../../src/cli/command.ts";

/** What a command line did. */
export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Where a command line runs. */
export interface RunOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs a command line that ends by itself. */
export async function run(
  args: readonly string[],
  { cwd = "/", env = {} }: RunOptions = {},
): Promise<Outcome> {
  const stdout: string[] = [];
  const stderr: string[] = [];
  const code = await main(args, {
    cwd,
    env: {
      WHARF_CACHE_DIR: fileURLToPath(new URL("../../.wharf", import.meta.url)),
      PATH: Deno.env.get("PATH") ?? "",
      ...env,
    },
    print: (text) => stdout.push(text),
    printError: (text) => stderr.push(text),
    streams: closedStreams(),
  });
  return { code, stdout: stdout.join("\n"), stderr: stderr.join("\n") };
}

/** Streams of a process that has none: nothing to read, nothing is kept, no terminal. */
export function closedStreams(): Streams {
  return {
    stdin: new ReadableStream({ start: (control) => control.close() }),
    stdout: new WritableStream(),
    stderr: new WritableStream(),
    terminals: { stdin: false, stdout: false, stderr: false },
  };
}

/** A folder with a project in it. Disposing removes it. */
export interface Project extends AsyncDisposable {
  /** Absolute, without links. */
  readonly path: string;
}

/**
 * Makes a project.
 *
 * @param config Its `.wash/config.yaml`; without it, it has none.
 */
export async function makeProject(config?: string): Promise<Project> {
  const path = await Deno.realPath(await Deno.makeTempDir());
  if (config !== undefined) {
    await Deno.mkdir(`${path}/.wash`);
    await Deno.writeTextFile(`${path}/.wash/config.yaml`, config);
  }
  return {
    path,
    async [Symbol.asyncDispose]() {
      await Deno.remove(path, { recursive: true });
    },
  };
}

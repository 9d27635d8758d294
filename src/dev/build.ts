/**
 * Runs a project's build command.
 *
 * @module
 */

import { dirname } from "node:path";
import { BuildError } from "./build_error.ts";

/** A build command and where it runs. */
export interface BuildOptions {
  /** One line for the shell. */
  readonly command: string;
  /** The project's folder. */
  readonly directory: string;
  /** Variables for the command, on top of those of Wharf itself. */
  readonly environment: Readonly<Record<string, string>>;
  /** The file that is to be made; given to the command as `WASH_COMPONENT_PATH`. */
  readonly componentPath: string;
  /** Takes the command's output, stdout and stderr together, line by line as it comes. */
  readonly onOutput: (line: string) => void;
}

/** How much of the output is kept for the error page, in characters: its end says why. */
const KEPT_OUTPUT = 256 * 1024;

/**
 * Runs the command to its end.
 *
 * @throws {BuildError} It cannot be started, or does not exit with 0.
 */
export async function runBuild(options: BuildOptions): Promise<void> {
  const { command, directory } = options;
  const shell = Deno.build.os === "windows"
    ? ["cmd", "/c"] as const
    : ["sh", "-c"] as const;
  let child: Deno.ChildProcess;
  try {
    child = new Deno.Command(shell[0], {
      args: [shell[1], command],
      cwd: directory,
      env: environment(options),
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
  } catch (error) {
    throw new BuildError(
      "command-failed",
      `Cannot run "${command}" in "${directory}"`,
      "",
      {
        cause: error,
      },
    );
  }
  const output = new BuildOutput(options.onOutput);
  const [status] = await Promise.all([
    child.status,
    output.follow(child.stdout),
    output.follow(child.stderr),
  ]);
  if (status.success) return;
  const how = status.signal === null
    ? `it exited with ${status.code}`
    : `it was ended by ${status.signal}`;
  throw new BuildError(
    "command-failed",
    `Cannot build the component: the command "${command}" failed, ${how}`,
    output.text,
  );
}

function environment(options: BuildOptions): Record<string, string> {
  const separator = Deno.build.os === "windows" ? ";" : ":";
  const path = options.environment["PATH"] ?? Deno.env.get("PATH") ?? "";
  return {
    ...options.environment,
    // Where Deno came by `npx` it is on no PATH, and templates build with it.
    PATH: [dirname(Deno.execPath()), path].filter((part) => part !== "").join(
      separator,
    ),
    WASH_COMPONENT_PATH: options.componentPath,
  };
}

class BuildOutput {
  readonly #onOutput: (line: string) => void;
  #text = "";

  constructor(onOutput: (line: string) => void) {
    this.#onOutput = onOutput;
  }

  /** The end of what was written. */
  get text(): string {
    return this.#text;
  }

  async follow(stream: ReadableStream<Uint8Array>): Promise<void> {
    const decoder = new TextDecoder();
    let rest = "";
    for await (const chunk of stream) {
      rest += decoder.decode(chunk, { stream: true });
      const lines = rest.split(/\r?\n/);
      rest = lines.pop()!;
      for (const line of lines) this.#take(line);
    }
    rest += decoder.decode();
    if (rest !== "") this.#take(rest);
  }

  #take(line: string): void {
    this.#text = `${this.#text}${line}\n`.slice(-KEPT_OUTPUT);
    this.#onOutput(line);
  }
}

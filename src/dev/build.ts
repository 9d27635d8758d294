/**
 * Runs a project's build command.
 *
 * @module
 */

import { dirname } from "node:path";
import { BuildError, stopped } from "./build_error.ts";
import { BuildOutput } from "./build_output.ts";
import { settlesWithin } from "../runtime/settles_within.ts";

/** A build command and where it runs. */
export interface BuildOptions {
  /** One line for the shell. */
  readonly command: string;
  /** The project's folder. */
  readonly directory: string;
  /** Variables for the command, on top of those of Wharf itself. */
  readonly environment: Readonly<Record<string, string>>;
  /** `PATH` for the command, unless {@linkcode BuildOptions.environment} has one. */
  readonly searchPath: string;
  /** The file that is to be made; given to the command as `WASH_COMPONENT_PATH`. */
  readonly componentPath: string;
  /** Ends the command and all that it started. */
  readonly signal: AbortSignal;
  /** Takes the command's output, stdout and stderr together, line by line as it comes. */
  readonly onOutput: (line: string) => void;
}

/** How long a command that was told to end may take, in milliseconds. */
const GRACE = 2000;

/**
 * How long output may still come when the command has ended, in milliseconds: a process that
 * it left running holds the pipe open for as long as it likes.
 */
const AFTERMATH = 500;

/** Not by its name alone: the command may be given a path of its own. */
const SHELL = "/bin/sh";

/** The exit code of a shell that did not find a command. */
const NOT_FOUND = 127;

/** A shell adds the number of the signal that ended a command. */
const BY_SIGNAL = 128;

/**
 * Runs the command to its end.
 *
 * @throws {BuildError} It cannot be started, does not exit with 0, or was ended by the signal.
 */
export async function runBuild(options: BuildOptions): Promise<void> {
  const { command, signal } = options;
  const child = spawn(options);
  const readers = [child.stdout, child.stderr].map((stream) =>
    stream.getReader()
  );
  const output = new BuildOutput(options.onOutput);
  const written = Promise.all(readers.map((reader) => output.follow(reader)));
  const ended = child.status.then(() => settlesWithin(written, AFTERMATH));
  let ending: Promise<void> | undefined;
  const end = () => ending = endGroup(child, ended);
  if (signal.aborted) end();
  signal.addEventListener("abort", end);
  await ended;
  signal.removeEventListener("abort", end);
  await ending;
  await Promise.all(readers.map((reader) => reader.cancel()));
  await written;
  if (ending !== undefined) {
    throw stopped({ output: output.text });
  }
  const status = await child.status;
  if (status.success) return;
  throw new BuildError(
    "command-failed",
    `Cannot build the component: the command "${command}" failed, ${
      outcome(status)
    }`,
    { output: output.text },
  );
}

function spawn(options: BuildOptions): Deno.ChildProcess {
  const { command, directory } = options;
  const common = {
    cwd: directory,
    env: environment(options),
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  } as const;
  try {
    return Deno.build.os === "windows"
      ? new Deno.Command("cmd", { args: ["/c", command], ...common }).spawn()
      : new Deno.Command(SHELL, {
        // One pipe for both streams, so that what was written first comes first.
        args: ["-c", `exec ${SHELL} -c "$0" 2>&1`, command],
        // A group of its own, so that it can be ended together with all that it started.
        detached: true,
        ...common,
      }).spawn();
  } catch (error) {
    const state = error instanceof Error ? error.message : String(error);
    throw new BuildError(
      "command-failed",
      `Cannot run "${command}" in "${directory}": ${state}`,
      { cause: error },
    );
  }
}

function environment(options: BuildOptions): Record<string, string> {
  const separator = Deno.build.os === "windows" ? ";" : ":";
  const path = options.environment["PATH"] ?? options.searchPath;
  return {
    ...options.environment,
    // Templates build with Deno, which is on no path where it came by `npx`. It stands last,
    // so that it takes the place of nothing else that lies in its folder.
    PATH: [path, dirname(Deno.execPath())].filter((part) => part !== "").join(
      separator,
    ),
    WASH_COMPONENT_PATH: options.componentPath,
  };
}

function outcome({ code, signal }: Deno.CommandStatus): string {
  if (signal !== null) return `it was ended by ${signal}`;
  const exited = `it exited with ${code}`;
  if (code === NOT_FOUND) return `${exited}: a command in it was not found`;
  return code > BY_SIGNAL
    ? `${exited}: a command in it was ended by signal ${code - BY_SIGNAL}`
    : exited;
}

/** Asks a command and all that it started to end, and sees to it that they do. */
async function endGroup(
  child: Deno.ChildProcess,
  ended: Promise<unknown>,
): Promise<void> {
  sendToGroup(child, "SIGTERM");
  await settlesWithin(ended, GRACE);
  sendToGroup(child, "SIGKILL");
}

function sendToGroup(child: Deno.ChildProcess, signal: Deno.Signal): void {
  try {
    if (Deno.build.os === "windows") child.kill(signal);
    else Deno.kill(-child.pid, signal);
  } catch {
    // It has ended.
  }
}

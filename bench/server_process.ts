/**
 * Servers that are measured, each in a process of its own.
 *
 * @module
 */

import { TextLineStream } from "../tests/support/text_line_stream.ts";
import { signalChildren, treeMemory, treeProcessor } from "./process_tree.ts";

/** A server that answers requests. Disposing ends it. */
export interface ServerProcess extends AsyncDisposable {
  readonly url: string;
  /** Milliseconds from the start of the process to the end of its first response. */
  readonly firstResponse: number;
  /** Resident memory now of all its processes, in MiB. Linux only. */
  residentMemory(): Promise<number>;
  /** Seconds of processor that all its processes have used. Linux only. */
  processor(): Promise<number>;
}

/** How a server is started. */
export interface ServerOptions {
  /** The program; default `deno`. */
  readonly command?: string;
  readonly args: readonly string[];
  /** Whether it tells its address on stderr, in place of stdout. */
  readonly readsErrors?: boolean;
  /** Finds the address in a line of output. */
  readonly findUrl: (line: string) => string | undefined;
}

/** Starts a server and takes its first response. */
export async function startServer(
  { command = Deno.execPath(), args, readsErrors = false, findUrl }:
    ServerOptions,
): Promise<ServerProcess> {
  const start = performance.now();
  const child = new Deno.Command(command, {
    args: [...args],
    stdout: readsErrors ? "null" : "piped",
    stderr: readsErrors ? "piped" : "inherit",
  }).spawn();
  const ready = Promise.withResolvers<string>();
  const output = readsErrors ? child.stderr : child.stdout;
  const last: string[] = [];
  const drained = (async () => {
    for await (const line of output.pipeThrough(new TextLineStream())) {
      const url = findUrl(line);
      if (url !== undefined) ready.resolve(url);
      last.push(line);
      last.splice(0, last.length - MOST_LINES);
    }
    ready.reject(
      new Error(
        `Cannot measure "${command} ${args.join(" ")}": it ended before it ` +
          `was ready\n${last.join("\n")}`,
      ),
    );
  })();
  const timer = setTimeout(() => {
    ready.reject(
      new Error(
        `Cannot measure "${command} ${args.join(" ")}": it does not tell its ` +
          `address\n${last.join("\n")}`,
      ),
    );
  }, LONGEST_START);
  const server = {
    residentMemory: () => treeMemory(child.pid),
    processor: () => treeProcessor(child.pid),
    async [Symbol.asyncDispose]() {
      await end(child);
      await drained;
    },
  };
  try {
    const url = await ready.promise;
    await (await fetch(url)).arrayBuffer();
    return { ...server, url, firstResponse: performance.now() - start };
  } catch (error) {
    await server[Symbol.asyncDispose]();
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/** Milliseconds in which a server has to tell where it listens. */
const LONGEST_START = 60_000;

/** Milliseconds in which it has to end. */
const LONGEST_END = 10_000;

/** Of what a server that fails has said, the last ones. */
const MOST_LINES = 20;

async function end(child: Deno.ChildProcess): Promise<void> {
  // `jco serve` leaves the process that serves to itself.
  await signalChildren(child.pid, "SIGTERM");
  signal(child, "SIGINT");
  const timer = setTimeout(async () => {
    await signalChildren(child.pid, "SIGKILL");
    signal(child, "SIGKILL");
  }, LONGEST_END);
  await child.status;
  clearTimeout(timer);
}

function signal(child: Deno.ChildProcess, name: Deno.Signal): void {
  try {
    child.kill(name);
  } catch {
    // It has ended, perhaps with its children.
  }
}

/** The flags of the root's `dev` task. */
const PERMISSIONS = ["read", "write", "net", "env", "run", "sys"].map((name) =>
  `--allow-${name}`
);

/** Wharf's `dev` command, quiet, on a free port. */
export function wharf(...flags: readonly string[]): ServerOptions {
  return {
    args: [
      "run",
      ...PERMISSIONS,
      "main.ts",
      "dev",
      "--port=0",
      "--format=json",
      "--log-level=error",
      // What serves is measured, not what helps to write it.
      "--no-watch",
      "--no-explorer",
      ...flags,
    ],
    findUrl(line) {
      if (!line.startsWith("{")) return undefined;
      const event = JSON.parse(line) as {
        event?: string;
        report?: { url: string };
      };
      return event.event === "ready" ? event.report?.url : undefined;
    },
  };
}

/** `Deno.serve` alone, with a body of bytes: what every other figure is held against. */
export function rawServer(): ServerOptions {
  return program("bench/raw_server.ts");
}

/** A program of this folder that prints `Listening on URL`. */
export function program(file: string): ServerOptions {
  return {
    args: ["run", "--allow-net", file],
    findUrl: (line) => /^Listening on (\S+)$/.exec(line)?.[1],
  };
}

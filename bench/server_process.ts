/**
 * Servers that are measured, each in a process of its own.
 *
 * @module
 */

import { residentMemory } from "../tests/support/process_usage.ts";
import { TextLineStream } from "../tests/support/text_line_stream.ts";

/** A server that answers requests. Disposing ends it. */
export interface ServerProcess extends AsyncDisposable {
  readonly url: string;
  /** Milliseconds from the start of the process to the end of its first response. */
  readonly firstResponse: number;
  /** Resident memory now, in MiB. Linux only. */
  residentMemory(): Promise<number>;
}

/** How a server is started. */
export interface ServerOptions {
  /** Arguments of `deno`. */
  readonly args: readonly string[];
  /** Finds the address in a line of output. */
  readonly findUrl: (line: string) => string | undefined;
}

/** Starts a server and takes its first response. */
export async function startServer(
  { args, findUrl }: ServerOptions,
): Promise<ServerProcess> {
  const start = performance.now();
  const child = new Deno.Command(Deno.execPath(), {
    args: [...args],
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const ready = Promise.withResolvers<string>();
  const drained = (async () => {
    for await (const line of child.stdout.pipeThrough(new TextLineStream())) {
      const url = findUrl(line);
      if (url !== undefined) ready.resolve(url);
    }
    ready.reject(
      new Error(
        `Cannot measure "deno ${args.join(" ")}": it ended before it was ready`,
      ),
    );
  })();
  const url = await ready.promise;
  await (await fetch(url)).arrayBuffer();
  return {
    url,
    firstResponse: performance.now() - start,
    residentMemory: () => residentMemory(child.pid),
    async [Symbol.asyncDispose]() {
      child.kill("SIGINT");
      await child.status;
      await drained;
    },
  };
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
  return {
    args: ["run", "--allow-net", "bench/raw_server.ts"],
    findUrl: (line) => /^Listening on (\S+)$/.exec(line)?.[1],
  };
}

/**
 * `deno task dev` as a person types it, on a free port.
 *
 * @module
 */

import { TextLineStream } from "./text_line_stream.ts";

/** A running `deno task dev`. Disposing stops it by Ctrl-C. */
export interface DevTask extends AsyncDisposable {
  /** Where it listens: `http://127.0.0.1:41234`. */
  readonly url: string;
}

/** How it is started. */
export interface DevTaskOptions {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly args?: readonly string[];
}

/**
 * Starts it and waits until it answers requests.
 *
 * @throws {Error} It ends before; the message holds all that it wrote.
 */
export async function startDevTask(
  { cwd, env, args = [] }: DevTaskOptions,
): Promise<DevTask> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["task", "dev", "--port", "0", "--format", "json", ...args],
    cwd,
    // `deno task` keeps the one of the task that runs these tests.
    env: { ...env, NO_COLOR: "1", INIT_CWD: cwd },
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const errors = new Response(child.stderr).text();
  const written: string[] = [];
  const ready = Promise.withResolvers<string>();
  const ended = (async () => {
    for await (const line of child.stdout.pipeThrough(new TextLineStream())) {
      written.push(line);
      const url = readyUrl(line);
      if (url !== undefined) ready.resolve(url);
    }
    const [status, error] = await Promise.all([child.status, errors]);
    ready.reject(
      new Error(
        `dev ended with ${status.code}:\n${written.join("\n")}\n${error}`,
      ),
    );
  })();
  const url = await ready.promise;
  return {
    url,
    async [Symbol.asyncDispose]() {
      // To the task's child too: a terminal's Ctrl-C reaches both.
      child.kill("SIGINT");
      await ended;
    },
  };
}

function readyUrl(line: string): string | undefined {
  if (!line.startsWith("{")) return undefined;
  const event: unknown = JSON.parse(line);
  const report = event as { event?: string; report?: { url?: string } };
  return report.event === "ready" ? report.report?.url : undefined;
}

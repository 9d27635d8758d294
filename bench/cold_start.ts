/**
 * One cold start: a process of its own, from its spawn to the first byte that answers.
 *
 * @module
 */

import { TextLineStream } from "../tests/support/text_line_stream.ts";

/** What a cold start is of. */
export interface ColdStartOptions {
  /** What stands in front of `deno`, such as `taskset`. */
  readonly prefix?: readonly string[];
  readonly deno: string;
  /** Flags of `deno run`, and the program. */
  readonly args: readonly string[];
  /** Its code cache is there. */
  readonly denoDir: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** A cold start, in milliseconds. */
export interface ColdStart {
  readonly firstByte: number;
  /** What all threads of the process have computed by then; 0 where the system does not tell. */
  readonly processor: number;
  /** When the program came to its own marks, from the spawn; empty where it has none. */
  readonly marks: Readonly<Record<string, number>>;
}

/** The line in which a program tells its marks, by the clock of the day. */
export const MARKS = "Marks ";

/** Starts a server, takes its first answer and ends it. */
export async function coldStart(options: ColdStartOptions): Promise<ColdStart> {
  const spawned = performance.timeOrigin + performance.now();
  const child = spawn(options);
  let marks: Record<string, number> = {};
  const address = Promise.withResolvers<number>();
  const read = (async () => {
    for await (const line of child.stdout.pipeThrough(new TextLineStream())) {
      const port = /^Listening on http:\/\/[^:]+:(\d+)$/.exec(line)?.[1];
      if (port !== undefined) address.resolve(Number(port));
      if (line.startsWith(MARKS)) marks = JSON.parse(line.slice(MARKS.length));
    }
    address.reject(
      new Error(`Cannot measure "${options.args.join(" ")}": it ended`),
    );
  })();
  try {
    await askOnce(await address.promise);
    const firstByte = performance.timeOrigin + performance.now() - spawned;
    const processor = await processorTime(child.pid);
    child.kill("SIGINT");
    await Promise.all([child.status, read]);
    return {
      firstByte,
      processor,
      marks: Object.fromEntries(
        Object.entries(marks).map(([name, time]) => [name, time - spawned]),
      ),
    };
  } catch (error) {
    await end(child);
    throw error;
  }
}

/** Runs a program that ends by itself; resolves to the milliseconds that took. */
export async function runToEnd(options: ColdStartOptions): Promise<number> {
  const start = performance.now();
  const child = spawn(options);
  await child.stdout.cancel();
  await child.status;
  return performance.now() - start;
}

/** The environment of Deno Deploy, and nothing else. */
function spawn({ prefix = [], deno, args, denoDir, env }: ColdStartOptions) {
  const [command, ...rest] = [
    ...prefix,
    deno,
    "run",
    "-A",
    "--no-prompt",
    "--cached-only",
    ...args,
  ];
  return new Deno.Command(command!, {
    args: rest,
    cwd: "/",
    clearEnv: true,
    env: {
      PATH: Deno.env.get("PATH") ?? "",
      HOME: Deno.env.get("HOME") ?? "",
      NO_COLOR: "1",
      DENO_DIR: denoDir,
      DENO_NO_UPDATE_CHECK: "1",
      DENO_DEPLOY: "1",
      DENO_SERVE_ADDRESS: "tcp:127.0.0.1:0",
      ...env,
    },
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
}

/** A client that costs nothing to start: `fetch` would be loaded for the first one. */
async function askOnce(port: number): Promise<void> {
  using connection = await Deno.connect({ hostname: "127.0.0.1", port });
  const request = "GET /?key=mykey HTTP/1.1\r\nhost: localhost\r\n\r\n";
  await connection.write(new TextEncoder().encode(request));
  const head = new Uint8Array(64);
  const count = await connection.read(head) ?? 0;
  const answer = new TextDecoder().decode(head.subarray(0, count));
  if (!/^HTTP\/1.1 (200|404) /.test(answer)) {
    throw new Error(`Cannot measure: the answer is ${JSON.stringify(answer)}`);
  }
}

async function processorTime(pid: number): Promise<number> {
  if (Deno.build.os !== "linux") return 0;
  let nanoseconds = 0;
  for await (const { name } of Deno.readDir(`/proc/${pid}/task`)) {
    const file = `/proc/${pid}/task/${name}/schedstat`;
    // A thread may end meanwhile.
    const text = await Deno.readTextFile(file).catch(() => "0");
    nanoseconds += Number(text.split(" ")[0]);
  }
  return nanoseconds / 1e6;
}

async function end(child: Deno.ChildProcess): Promise<void> {
  try {
    child.kill("SIGKILL");
  } catch {
    // It has ended.
  }
  await child.status;
}

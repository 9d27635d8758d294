/**
 * A deployment's program as Deno Deploy runs it: the platform's variables and no others, no
 * flags, what is cached, another working directory, a free port of the loopback.
 *
 * @module
 */

/** How many lines of a program are remembered. */
const REMEMBERED_LINES = 100;

/** How a program is run. */
export interface PlatformOptions {
  /** The environment of whoever starts it: of this, what Deno itself needs is handed on. */
  readonly surroundings: Readonly<Record<string, string>>;
  /** Variables beside those of the platform. */
  readonly env?: Readonly<Record<string, string>>;
  /** The Deno that runs it; default: this one. */
  readonly deno?: string;
  /** Flags of `deno run`: what the platform has built in and this Deno has not. */
  readonly denoArgs?: readonly string[];
  /** The working directory; default: the root. */
  readonly cwd?: string;
}

/** How a program ended. */
export interface PlatformEnd {
  readonly code: number;
  readonly stderr: string;
}

/** A running program. Disposing ends it at once, if it has not ended. */
export interface PlatformProcess extends AsyncDisposable {
  readonly pid: number;
  /** Where it listens; rejects when it ends before. */
  readonly url: Promise<string>;
  readonly ended: Promise<PlatformEnd>;
  /** The last lines that it wrote to stdout. */
  readonly lines: readonly string[];
  /** Sends a signal; nothing where it has ended. */
  kill(signal: Deno.Signal): void;
}

/**
 * Starts the program of a deployment.
 *
 * @param dist The deployment's folder, absolute, with a slash at its end.
 */
export function startOnPlatform(
  dist: string,
  { surroundings, env = {}, deno = Deno.execPath(), denoArgs = [], cwd = "/" }:
    PlatformOptions,
): PlatformProcess {
  const child = new Deno.Command(deno, {
    args: [
      "run",
      "-A",
      "--no-prompt",
      "--cached-only",
      ...denoArgs,
      `${dist}main.js`,
    ],
    cwd,
    clearEnv: true,
    env: {
      ...pick(surroundings, "PATH", "HOME", "DENO_DIR"),
      NO_COLOR: "1",
      DENO_DEPLOY: "1",
      DENO_TIMELINE: "production",
      DENO_KV_REQUIRES_DISTRIBUTED_DATABASE: "error",
      DENO_SERVE_ADDRESS: "tcp:127.0.0.1:0",
      ...env,
    },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const url = Promise.withResolvers<string>();
  url.promise.catch(() => {});
  const lines: string[] = [];
  const read = eachLine(child.stdout, (line) => {
    const found = /^Listening on (http\S+)$/.exec(line)?.[1];
    if (found !== undefined) return url.resolve(found);
    if (lines.push(line) > REMEMBERED_LINES) lines.shift();
  });
  const stderr = new Response(child.stderr).text();
  let isEnded = false;
  const ended = child.status.then(async ({ code }) => {
    isEnded = true;
    await read;
    const end = { code, stderr: await stderr };
    url.reject(new Error(`It ended with ${code}: ${end.stderr}`));
    return end;
  });
  const kill = (signal: Deno.Signal) => {
    if (!isEnded) child.kill(signal);
  };
  return {
    pid: child.pid,
    url: url.promise,
    ended,
    lines,
    kill,
    async [Symbol.asyncDispose]() {
      kill("SIGKILL");
      await ended;
    },
  };
}

async function eachLine(
  bytes: ReadableStream<Uint8Array<ArrayBuffer>>,
  take: (line: string) => void,
): Promise<void> {
  let rest = "";
  for await (const text of bytes.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop()!;
    lines.forEach(take);
  }
  if (rest !== "") take(rest);
}

function pick(
  env: Readonly<Record<string, string>>,
  ...names: readonly string[]
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).filter(([name]) => names.includes(name)),
  );
}

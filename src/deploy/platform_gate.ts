/**
 * The gate before Deno Deploy: a deployment is run as the platform would run it, asked once,
 * and told to stop. What fails here would fail there, where a visitor sees it.
 *
 * @module
 */

import type { IncomingMessage } from "node:http";
import { settlesWithin } from "../runtime/settles_within.ts";
import { DeploymentError } from "./deployment_error.ts";
import { hideTexts } from "./hidden_texts.ts";
import {
  type PlatformEnd,
  type PlatformProcess,
  startOnPlatform,
} from "./platform_process.ts";

/** How long the program may take until it listens, in milliseconds. */
const START = 30_000;

/** How long the platform waits between SIGINT and SIGKILL, in milliseconds. */
const STOP = 5000;

/** How long a body is read that does not end; then the client goes, as clients do. */
const READ = 3000;

/** How long a program that has broken off may take to end. */
const LAST_WORDS = 500;

/** How many of the program's last lines are shown. */
const SHOWN_LINES = 12;

/** What is let through the gate. */
export interface GateOptions {
  /** The deployment's folder, absolute, with a slash at its end. */
  readonly dist: string;
  /** The environment that this process runs in. */
  readonly surroundings: Readonly<Record<string, string>>;
  /** The variables that the deployment needs. What stands in them is never told. */
  readonly variables: Readonly<Record<string, string>>;
  /** Whether buckets can lead to Deno KV; then it is given a database of its own, and empty. */
  readonly usesDenoKv: boolean;
  /** The path and query to ask for. */
  readonly path: string;
  /** The host that the client names. */
  readonly host: string;
  /** How long the answer may take, in milliseconds. */
  readonly answerWithin: number;
  /** How long the program may take to stop. Default: as long as the platform waits. */
  readonly stopWithin?: number;
  /** Ends it all. */
  readonly signal?: AbortSignal;
}

/** How the deployment did. */
export interface GateReport {
  readonly status: number;
  /** From the start of the process to the end of the answer. */
  readonly milliseconds: number;
  /** From SIGINT to its end. */
  readonly stopMilliseconds: number;
}

/**
 * Runs a deployment as the platform would. Healthy is what listens, answers with anything but a
 * server's fault (501 is what a component without an HTTP handler gets), and ends in time and
 * with 0 when it is told to.
 *
 * @throws {DeploymentError} It is not healthy.
 */
export async function passGate(options: GateOptions): Promise<GateReport> {
  await installPackages(options);
  const folder = await Deno.makeTempDir({ prefix: "wharf-gate-" });
  try {
    const started = performance.now();
    await using program = start(options, folder);
    const abort = () => program.kill("SIGKILL");
    options.signal?.addEventListener("abort", abort);
    if (options.signal?.aborted) abort();
    try {
      const url = await listening(options, program);
      const status = await answer(options, program, url);
      const milliseconds = performance.now() - started;
      const stopMilliseconds = await stopped(options, program);
      return { status, milliseconds, stopMilliseconds };
    } finally {
      options.signal?.removeEventListener("abort", abort);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** What the platform's builder does: all that the lock file names, and nothing else. */
async function installPackages(
  { dist, surroundings, variables, signal }: GateOptions,
): Promise<void> {
  try {
    await Deno.stat(`${dist}deno.lock`);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return;
    throw error;
  }
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["install", "--quiet", "--frozen", "--entrypoint", "main.js"],
    cwd: dist,
    clearEnv: true,
    env: { ...surroundings, NO_COLOR: "1" },
    stdin: "null",
    stdout: "null",
    stderr: "piped",
    ...(signal === undefined ? {} : { signal }),
  }).output();
  if (success) return;
  if (signal?.aborted) throw interrupted();
  const says = hideTexts(new TextDecoder().decode(stderr), variables);
  throw failed("cannot have its packages", says.trim().split("\n"));
}

function start(
  { dist, surroundings, variables, usesDenoKv }: GateOptions,
  folder: string,
): PlatformProcess {
  return startOnPlatform(dist, {
    surroundings,
    cwd: folder,
    // There Deno KV is built in; this Deno has a local one only where it is asked for.
    denoArgs: usesDenoKv ? ["--unstable-kv"] : [],
    env: {
      // A line for the request too, beside what the component prints.
      WHARF_LOG_LEVEL: "info",
      ...variables,
      ...(usesDenoKv && {
        DENO_KV_DEFAULT_PATH: `${folder}/kv.sqlite`,
        DENO_KV_REQUIRES_DISTRIBUTED_DATABASE: "",
      }),
    },
  });
}

async function listening(
  options: GateOptions,
  program: PlatformProcess,
): Promise<string> {
  const isThere = await settlesWithin(program.url, START);
  if (!isThere) {
    throw refusal(options, program, `does not listen after ${START} ms`);
  }
  try {
    return await program.url;
  } catch {
    // It has ended, and says so itself.
    throw ended(options, program, await program.ended);
  }
}

/** Asks once; resolves to the status. */
async function answer(
  options: GateOptions,
  program: PlatformProcess,
  url: string,
): Promise<number> {
  const { path, host, answerWithin } = options;
  const asked = `GET ${path}`;
  const deadline = AbortSignal.timeout(answerWithin);
  const isOver = Promise.withResolvers<PlatformEnd>();
  program.ended.then(isOver.resolve);
  try {
    const answered = await Promise.race([
      ask(new URL(`${url}${path}`), { host, signal: deadline }),
      isOver.promise,
    ]);
    if (typeof answered !== "number") throw ended(options, program, answered);
    if (isHealthy(answered)) return answered;
    throw refusal(options, program, `answered ${asked} with ${answered}`);
  } catch (cause) {
    if (cause instanceof DeploymentError) throw cause;
    // Connections break before the end of the process is known.
    if (!deadline.aborted && await settlesWithin(program.ended, LAST_WORDS)) {
      throw ended(options, program, await program.ended);
    }
    const state = deadline.aborted ? `within ${answerWithin} ms` : "to its end";
    throw refusal(options, program, `did not answer ${asked} ${state}`, cause);
  }
}

/** By `node:http`, since `fetch` goes through a proxy that the environment names. */
async function ask(
  { hostname, port, pathname, search }: URL,
  { host, signal }: { readonly host: string; readonly signal: AbortSignal },
): Promise<number> {
  const { request } = await import("node:http");
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    request({
      hostname,
      port,
      path: `${pathname}${search}`,
      headers: { host },
      agent: false,
      signal,
    }, resolve).on("error", reject).end();
  });
  const reading = readWhole(response);
  if (await settlesWithin(reading, READ)) await reading;
  else response.destroy();
  return response.statusCode!;
}

/** Whether the answer is no fault of a server; 501 is the host's word for "no HTTP handler". */
function isHealthy(status: number): boolean {
  return status < 500 || status === 501;
}

async function readWhole(response: IncomingMessage): Promise<void> {
  for await (const _ of response);
  if (!response.complete) throw new Error("the answer broke off");
}

/** Tells it to stop; resolves to the milliseconds that it took. */
async function stopped(
  options: GateOptions,
  program: PlatformProcess,
): Promise<number> {
  const { stopWithin = STOP } = options;
  const told = performance.now();
  program.kill("SIGINT");
  if (!await settlesWithin(program.ended, stopWithin)) {
    throw refusal(
      options,
      program,
      `still ran ${stopWithin} ms after SIGINT, when the platform kills it`,
    );
  }
  const end = await program.ended;
  if (end.code !== 0) throw ended(options, program, end);
  return performance.now() - told;
}

function ended(
  options: GateOptions,
  program: PlatformProcess,
  { code, stderr }: PlatformEnd,
): DeploymentError {
  return refusal(options, program, `ended with ${code}`, undefined, stderr);
}

/** What went wrong, with what the program said of it. */
function refusal(
  { variables, signal }: GateOptions,
  { lines }: PlatformProcess,
  state: string,
  cause?: unknown,
  stderr = "",
): DeploymentError {
  if (signal?.aborted) return interrupted();
  const said = [...lines, ...stderr.split("\n")].filter((line) => line !== "");
  return failed(
    state,
    said.slice(-SHOWN_LINES).map((line) => hideTexts(line, variables)),
    cause,
  );
}

function interrupted(): DeploymentError {
  return new DeploymentError("unhealthy", "Cannot deploy: told to stop");
}

function failed(
  state: string,
  said: readonly string[],
  cause?: unknown,
): DeploymentError {
  const shown = said.map((line) => `\n  ${line}`).join("");
  return new DeploymentError(
    "unhealthy",
    `Cannot deploy: run as on Deno Deploy, it ${state}` +
      (shown === "" ? "" : `; it said${shown}`),
    { cause },
  );
}

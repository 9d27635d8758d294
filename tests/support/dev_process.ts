/**
 * `main.ts dev` as a process of its own, on a free port, its events read as they come.
 *
 * @module
 */

import { fileURLToPath } from "node:url";
import type { LogEvent } from "../../src/log.ts";
import { TextLineStream } from "./text_line_stream.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** What `dev` is permitted by the task that starts it. */
const PERMISSIONS = ["read", "write", "net", "env", "run", "sys"]
  .map((name) => `--allow-${name}`);

/** How `dev` is started. */
export interface DevProcessOptions {
  /** Flags of `dev`, beside `--port 0 --format json`. */
  readonly args?: readonly string[];
  /** Flags of `deno run`. */
  readonly denoArgs?: readonly string[];
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** How it ended. */
export interface DevEnd {
  readonly code: number;
  readonly signal: Deno.Signal | null;
  readonly stderr: string;
}

/** An event of one name. */
export type EventOf<Name extends LogEvent["event"]> = Extract<
  LogEvent,
  { event: Name }
>;

/** A running `dev`. Disposing it ends it at once, if it has not ended. */
export interface DevProcess extends AsyncDisposable {
  /** Its number in the system. */
  readonly pid: number;
  /** Every event so far. */
  readonly events: readonly LogEvent[];
  /** Every line of stdout so far. */
  readonly lines: readonly string[];
  /**
   * The first event of a name, or the one of that number, waited for if it has not come yet.
   *
   * Rejects when `dev` ends before; the message holds all that it wrote.
   *
   * @param number Counts from 1.
   */
  event<Name extends LogEvent["event"]>(
    name: Name,
    number?: number,
  ): Promise<EventOf<Name>>;
  /** The first line of stdout that matches, waited for as an event is. */
  line(pattern: RegExp): Promise<string>;
  /** Resolves when it has ended. */
  readonly ended: Promise<DevEnd>;
  /** Sends a signal. */
  kill(signal: Deno.Signal): void;
  /** Stops it as Ctrl-C does, and waits until it has ended. */
  stop(): Promise<DevEnd>;
}

/** A running `dev` that answers requests. */
export interface ReadyDevProcess extends DevProcess {
  /** Where it listens: `http://127.0.0.1:41234`. */
  readonly url: string;
}

/** Starts `dev`. */
export function spawnDev(options: DevProcessOptions = {}): DevProcess {
  const { args = [], denoArgs = [], cwd, env } = options;
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      ...denoArgs,
      ...PERMISSIONS,
      `${ROOT}main.ts`,
      "dev",
      ...["--port", "0", "--format", "json"],
      ...args,
    ],
    // Where no configuration is found, not even the repository's own.
    cwd: cwd ?? "/",
    env: { WHARF_CACHE_DIR: `${ROOT}.wharf`, NO_COLOR: "1", ...env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  return new ChildProcess(child);
}

/** Starts `dev` and waits until it answers requests. */
export async function startDev(
  options: DevProcessOptions = {},
): Promise<ReadyDevProcess> {
  const dev = spawnDev(options);
  const { report } = await dev.event("ready");
  return Object.assign(dev, { url: report.url });
}

class ChildProcess implements DevProcess {
  readonly events: LogEvent[] = [];
  readonly lines: string[] = [];
  readonly pid: number;
  readonly ended: Promise<DevEnd>;
  readonly #child: Deno.ChildProcess;
  readonly #arrivals = new EventTarget();
  #isEnded = false;

  constructor(child: Deno.ChildProcess) {
    this.#child = child;
    this.pid = child.pid;
    this.ended = this.#follow();
  }

  event<Name extends LogEvent["event"]>(
    name: Name,
    number = 1,
  ): Promise<EventOf<Name>> {
    const isIt = (event: LogEvent): event is EventOf<Name> =>
      event.event === name;
    return this.#first(() => this.events.filter(isIt)[number - 1], name);
  }

  line(pattern: RegExp): Promise<string> {
    const find = () => this.lines.find((line) => pattern.test(line));
    return this.#first(find, String(pattern));
  }

  async #first<Found>(
    find: () => Found | undefined,
    name: string,
  ): Promise<Found> {
    for (;;) {
      const found = find();
      if (found !== undefined) return found;
      if (this.#isEnded) throw await this.#early(name);
      await new Promise((resolve) =>
        this.#arrivals.addEventListener("arrival", resolve, { once: true })
      );
    }
  }

  kill(signal: Deno.Signal): void {
    this.#child.kill(signal);
  }

  stop(): Promise<DevEnd> {
    this.kill("SIGINT");
    return this.ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.kill("SIGKILL");
    } catch {
      // It has ended.
    }
    await this.ended;
  }

  async #follow(): Promise<DevEnd> {
    const errors = new Response(this.#child.stderr).text();
    const lines = this.#child.stdout.pipeThrough(new TextLineStream());
    for await (const line of lines) {
      this.lines.push(line);
      if (line.startsWith("{")) this.events.push(JSON.parse(line));
      this.#arrivals.dispatchEvent(new Event("arrival"));
    }
    const [{ code, signal }, stderr] = await Promise.all([
      this.#child.status,
      errors,
    ]);
    this.#isEnded = true;
    this.#arrivals.dispatchEvent(new Event("arrival"));
    return { code, signal, stderr };
  }

  async #early(name: string): Promise<Error> {
    const { code, stderr } = await this.ended;
    const written = [...this.lines, stderr].join("\n");
    return new Error(`dev ended with ${code} before ${name}:\n${written}`);
  }
}

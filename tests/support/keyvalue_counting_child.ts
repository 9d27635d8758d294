/**
 * A process of its own that counts on any store; started by {@linkcode startCounting}.
 *
 * @module
 */

import { join } from "node:path";
import {
  type BackendChoice,
  openBackend,
} from "../../src/keyvalue/backends.ts";
import { TextLineStream } from "./text_line_stream.ts";

/** What to count with. */
export interface Counting {
  readonly choice: BackendChoice;
  /** How many calls are under way at once. */
  readonly writers: number;
}

/** A process that counts. Disposing kills it. */
export interface CountingChild extends AsyncDisposable {
  /** Settles when the store is open. */
  ready(): Promise<void>;
  /**
   * Lets it begin; settles after so many calls, once those of another process
   * have come between them. It goes on.
   *
   * @throws If none has after a hundred times as many.
   */
  count(calls: number): Promise<void>;
  /** Lets it stop; gives the sums that its calls returned. */
  stop(): Promise<number[]>;
}

/** A line of output: how far it is. */
interface Counted {
  /** How many calls have returned. */
  readonly own: number;
  /** How many sums lie from its least to its greatest, both counted. */
  readonly span: number;
}

/** How many calls there are to a line of output. */
const CALLS_PER_LINE = 32;

/** Starts a process that adds 1 to `counter` in the bucket `default`. */
export function startCounting(counting: Counting): CountingChild {
  const config = join(import.meta.dirname!, "..", "..", "deno.json");
  const process = new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--quiet", "--config", config, "--no-lock", "--allow-all"],
      ...[import.meta.filename!, JSON.stringify(counting)],
    ],
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const lines = process.stdout.pipeThrough(new TextLineStream()).getReader();
  const input = process.stdin.getWriter();
  const nextLine = async () => {
    const { value } = await lines.read();
    if (value === undefined) throw new Error("the child ended by itself");
    return value;
  };
  return {
    async ready() {
      await nextLine();
    },
    async count(calls) {
      await input.write(new TextEncoder().encode("begin"));
      for (let own = 0, span = 0; own < calls || span === own;) {
        if (own >= calls * 100) throw new Error("no other call came between");
        ({ own, span } = JSON.parse(await nextLine()) as Counted);
      }
    },
    async stop() {
      await input.close();
      while (true) {
        const line = await nextLine();
        if (line.startsWith("[")) return JSON.parse(line);
      }
    },
    async [Symbol.asyncDispose]() {
      try {
        process.kill("SIGKILL");
      } catch {
        // It has ended by itself.
      }
      await lines.cancel();
      await input.close().catch(() => {});
      await process.status;
    },
  };
}

async function say(line: string): Promise<void> {
  const bytes = new TextEncoder().encode(`${line}\n`);
  for (let written = 0; written < bytes.length;) {
    written += await Deno.stdout.write(bytes.subarray(written));
  }
}

async function work({ choice, writers }: Counting): Promise<void> {
  await using backend = await openBackend(choice);
  const bucket = await backend.open("default");
  await say("ready");
  const buffer = new Uint8Array(16);
  await Deno.stdin.read(buffer);
  let told = false;
  const toldToStop = Deno.stdin.read(buffer).then(() => told = true);
  const sums: number[] = [];
  await Promise.all(Array.from({ length: writers }, async () => {
    while (!told) {
      sums.push(Number(await bucket.increment("counter", 1n)));
      if (sums.length % CALLS_PER_LINE > 0) continue;
      const counted: Counted = {
        own: sums.length,
        span: Math.max(...sums) - Math.min(...sums) + 1,
      };
      await say(JSON.stringify(counted));
    }
  }));
  await toldToStop;
  await say(JSON.stringify(sums));
}

if (import.meta.main) await work(JSON.parse(Deno.args[0]!));

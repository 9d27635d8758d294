/**
 * A process of its own that works on any store; started by {@linkcode startStoreChild}.
 *
 * @module
 */

import {
  type BackendChoice,
  openBackend,
} from "../../src/keyvalue/backends.ts";
import type { Bucket } from "../../src/keyvalue/store.ts";
import { patterned, WRITER_KEYS } from "./keyvalue_child.ts";

type Work = (bucket: Bucket, count: number) => Promise<void>;

const WORKS = {
  /** Adds 1 so many times, 4 calls at once. */
  async increment(bucket, count) {
    let begun = 0;
    await Promise.all(Array.from({ length: 4 }, async () => {
      while (begun++ < count) await bucket.increment("counter", 1n);
    }));
  },
  /** Writes for ever, from `first` on, and prints `key write` for each write that is done. */
  async write(bucket, first) {
    await Promise.all(Array.from({ length: WRITER_KEYS }, async (_, key) => {
      for (let write = first;; write++) {
        await bucket.set(`key ${key}`, patterned(write));
        await say(`${key} ${write}`);
      }
    }));
  },
} satisfies Record<string, Work>;

async function say(line: string): Promise<void> {
  await Deno.stdout.write(new TextEncoder().encode(`${line}\n`));
}

/** A started child. Disposing kills it. */
export interface StoreChild extends AsyncDisposable {
  /** Reads what it prints until `count` writes are done; gives the last one of each key, -1 for none. */
  follow(count: number): Promise<number[]>;
  /** Whether it ended well. */
  ended(): Promise<boolean>;
}

/** Starts a process that does one of the works on the bucket `default` of a store. */
export function startStoreChild(
  work: keyof typeof WORKS,
  choice: BackendChoice,
  count: number,
): StoreChild {
  const process = new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--quiet", "--no-config", "--no-lock", "--unstable-kv"],
      ...["--allow-read", "--allow-write", import.meta.filename!],
      ...[work, JSON.stringify(choice), String(count)],
    ],
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const reader = process.stdout.pipeThrough(new TextDecoderStream())
    .getReader();
  return {
    async follow(count) {
      const done = new Array<number>(WRITER_KEYS).fill(-1);
      let rest = "";
      for (let lines = 0; lines < count;) {
        const { value } = await reader.read();
        if (value === undefined) throw new Error("the child ended by itself");
        const whole = (rest + value).split("\n");
        rest = whole.pop()!;
        for (const line of whole) {
          const [key, write] = line.split(" ").map(Number);
          done[key!] = write!;
        }
        lines += whole.length;
      }
      return done;
    },
    ended: async () => (await process.status).success,
    async [Symbol.asyncDispose]() {
      try {
        process.kill("SIGKILL");
      } catch {
        // It has ended by itself.
      }
      await reader.cancel();
      await process.status;
    },
  };
}

if (import.meta.main) {
  const [work, choice, count] = Deno.args;
  await using backend = await openBackend(JSON.parse(choice!));
  const bucket = await backend.open("default");
  await WORKS[work as keyof typeof WORKS](bucket, Number(count));
}

/**
 * A process of its own that works on a filesystem store; started by {@linkcode startChild}.
 *
 * @module
 */

import assert from "node:assert/strict";
import { openFilesystem } from "../../src/keyvalue/filesystem.ts";
import type { Bucket } from "../../src/keyvalue/store.ts";
import { hang } from "./stopped_process.ts";

/** How many keys a writer writes to at once. */
export const WRITER_KEYS = 8;
/** The sizes of a writer's values, in turn. */
const SIZES = [1, 100_000, 4096, 17, 300_000];

/** A value that says which write it is, in every one of its bytes. */
export function patterned(write: number): Uint8Array<ArrayBuffer> {
  const value = new Uint8Array(SIZES[write % SIZES.length]! + 4).fill(
    write % 251,
  );
  new DataView(value.buffer).setUint32(0, write);
  return value;
}

/** The number of the write that a value is of; fails unless the value is whole. */
export function writeOf(value: Uint8Array<ArrayBuffer>): number {
  assert.ok(value.length >= 4, `${value.length} bytes`);
  const write = new DataView(value.buffer).getUint32(0);
  assert.equal(
    Buffer.compare(value, patterned(write)),
    0,
    `a torn value of write ${write}`,
  );
  return write;
}

type Work = (bucket: Bucket, count: number) => Promise<void>;

const WORKS: Readonly<Record<string, Work>> = {
  /** Adds 1 so many times, 4 calls at once. */
  async increment(bucket, count) {
    let begun = 0;
    await Promise.all(Array.from({ length: 4 }, async () => {
      while (begun++ < count) await bucket.increment("counter", 1n);
    }));
  },
  /** Appends a character so many times, by swap. */
  async append(bucket, count) {
    for (let done = 0; done < count;) {
      const entry = await bucket.get("list");
      const value = new Uint8Array([...entry?.value ?? [], 0x78]);
      if ((await bucket.swap("list", entry?.version, value)).swapped) done++;
    }
  },
  /** Watches until it is killed, and prints each key that is told, a deleted one with `-` in front. */
  async watch(bucket) {
    const changes = bucket.watch!({ signal: new AbortController().signal });
    for await (const { kind, key } of changes) {
      await say(kind === "set" ? key : `-${key}`);
    }
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
};

async function say(line: string): Promise<void> {
  await Deno.stdout.write(new TextEncoder().encode(`${line}\n`));
}

/** A started child. Disposing kills it. */
export interface Child extends AsyncDisposable {
  /** What it prints. */
  lines(): AsyncIterator<string, undefined>;
  /** Makes it hang until it is told to go on. */
  hang(): Promise<void>;
  /** Lets it go on. */
  goOn(): void;
  /** Sends SIGKILL, and waits until it is gone. */
  kill(): Promise<void>;
  /** Whether it ended well. */
  ended(): Promise<boolean>;
}

/** Starts a process that does one of the works on the store in `path`. */
export function startChild(work: string, path: string, count: number): Child {
  const process = new Deno.Command(Deno.execPath(), {
    args: [
      ...[
        "run",
        "--quiet",
        "--no-config",
        "--no-lock",
        `--allow-read`,
        `--allow-write=${path}`,
      ],
      ...[import.meta.filename!, work, path, String(count)],
    ],
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const reader = process.stdout.pipeThrough(new TextDecoderStream())
    .getReader();
  const lines = splitLines(reader);
  const stop = async () => {
    try {
      process.kill("SIGKILL");
    } catch {
      // It has ended by itself.
    }
    await reader.cancel();
    await process.status;
  };
  return {
    lines: () => lines,
    hang: () => hang(process),
    goOn: () => process.kill("SIGCONT"),
    kill: stop,
    ended: async () => (await process.status).success,
    [Symbol.asyncDispose]: stop,
  };
}

async function* splitLines(
  reader: ReadableStreamDefaultReader<string>,
): AsyncGenerator<string, undefined> {
  let rest = "";
  while (true) {
    const { value } = await reader.read();
    if (value === undefined) return;
    const lines = (rest + value).split("\n");
    rest = lines.pop()!;
    yield* lines;
  }
}

if (import.meta.main) {
  const [work, path, count] = Deno.args;
  const backend = await openFilesystem({ path: path! });
  await say("ready");
  await WORKS[work!]!(await backend.open("default"), Number(count));
  await backend[Symbol.asyncDispose]();
}

/**
 * A process of its own that replaces many values, to be killed meanwhile; started by
 * {@linkcode startOverwriting}.
 *
 * @module
 */

import assert from "node:assert/strict";
import {
  type BackendChoice,
  openBackend,
} from "../../src/keyvalue/backends.ts";
import { eachOf } from "../../src/keyvalue/batch.ts";
import { TextLineStream } from "./text_line_stream.ts";

/** How many keys there are: `key-0` and so on. */
export const OVERWRITTEN_KEYS = 10_000;
/** The sizes of values, in turn by key and generation; the largest is kept in parts by Deno KV. */
const SIZES = [8, 100, 3000, 8, 500, 12_000, 9];
const LARGE = { every: 500, size: 100_000 };
/** Longer than it has to be: a pipe holds 64 KiB, so the child cannot get far ahead of who reads. */
const LINE = 200;

/** The name of a key. */
export function overwrittenKey(key: number): string {
  return `key-${key}`;
}

/** The value of a key in a generation; every byte tells both. */
export function valueOf(
  key: number,
  generation: number,
): Uint8Array<ArrayBuffer> {
  const size = key % LARGE.every === 0
    ? LARGE.size
    : SIZES[(key + generation) % SIZES.length]!;
  const value = new Uint8Array(size).fill((key * 7 + generation * 31) % 251);
  const header = new DataView(value.buffer);
  header.setUint32(0, key);
  header.setUint32(4, generation);
  return value;
}

/** The generation of a key's value; fails unless the value is whole. */
export function generationOf(
  key: number,
  value: Uint8Array<ArrayBuffer>,
): number {
  assert.ok(value.length >= 8, `key ${key} has ${value.length} bytes`);
  const generation = new DataView(value.buffer, value.byteOffset).getUint32(4);
  assert.equal(
    Buffer.compare(value, valueOf(key, generation)),
    0,
    `a torn value of key ${key} in generation ${generation}`,
  );
  return generation;
}

/** A process that replaces values. Disposing kills it. */
export interface OverwritingChild extends AsyncDisposable {
  /** Kills it after so many writes were acknowledged; gives the keys of all that were. */
  killAfter(writes: number): Promise<number[]>;
}

/** Starts a process that sets every key to its value of a generation, in order, 32 at once. */
export function startOverwriting(
  choice: BackendChoice,
  generation: number,
): OverwritingChild {
  const process = new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--quiet", "--no-config", "--no-lock", "--unstable-kv"],
      ...["--allow-read", "--allow-write", import.meta.filename!],
      ...[JSON.stringify(choice), String(generation)],
    ],
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const lines = process.stdout.pipeThrough(new TextLineStream()).getReader();
  return {
    async killAfter(writes) {
      const keys: number[] = [];
      while (keys.length < writes) {
        const { value } = await lines.read();
        assert.ok(value !== undefined, "the child ended by itself");
        keys.push(Number(value));
      }
      process.kill("SIGKILL");
      const { signal } = await process.status;
      assert.equal(signal, "SIGKILL");
      // What it said last is still in the pipe; the end of it may be cut off.
      while (true) {
        const { value } = await lines.read();
        if (value === undefined) return keys;
        if (value.length === LINE) keys.push(Number(value));
      }
    },
    async [Symbol.asyncDispose]() {
      try {
        process.kill("SIGKILL");
      } catch {
        // It has ended by itself.
      }
      await lines.cancel();
      await process.status;
    },
  };
}

function say(key: number): void {
  const bytes = new TextEncoder().encode(`${String(key).padEnd(LINE)}\n`);
  for (let written = 0; written < bytes.length;) {
    written += Deno.stdout.writeSync(bytes.subarray(written));
  }
}

async function work(choice: BackendChoice, generation: number): Promise<void> {
  await using backend = await openBackend(choice);
  const bucket = await backend.open("default");
  const keys = Array.from({ length: OVERWRITTEN_KEYS }, (_, key) => key);
  await eachOf(keys, async (key) => {
    await bucket.set(overwrittenKey(key), valueOf(key, generation));
    say(key);
  });
}

if (import.meta.main) {
  await work(JSON.parse(Deno.args[0]!), Number(Deno.args[1]));
}

/**
 * How the contract tests open each backend.
 *
 * @module
 */

import { openFilesystem } from "../../src/keyvalue/filesystem.ts";
import type { NameRules } from "../../src/keyvalue/filesystem/names.ts";
import { openInMemory } from "../../src/keyvalue/in_memory.ts";
import type { BucketFixture } from "../contract/bucket_contract.ts";

/** A clock that moves when it is told to. */
export interface ManualClock {
  now(): number;
  advance(milliseconds: number): void;
}

/** A clock that stands at the present. */
export function makeClock(start = Date.now()): ManualClock {
  let time = start;
  return {
    now: () => time,
    advance(milliseconds) {
      time += milliseconds;
    },
  };
}

/** An empty store in memory. */
export async function openInMemoryFixture(): Promise<BucketFixture> {
  const clock = makeClock();
  const backend = await openInMemory({ now: clock.now });
  return {
    backend,
    again: () => Promise.reject(new Error("memory has no second opening")),
    elapse: (milliseconds) => Promise.resolve(clock.advance(milliseconds)),
    [Symbol.asyncDispose]: () => backend[Symbol.asyncDispose](),
  };
}

/** An empty folder with a store in it. */
export async function openFilesystemFixture(
  rules?: NameRules,
): Promise<BucketFixture> {
  const path = await Deno.makeTempDir({ prefix: "wharf-keyvalue-" });
  const clock = makeClock();
  const open = () =>
    openFilesystem({ path, now: clock.now, ...(rules && { rules }) });
  const backend = await open();
  return {
    backend,
    again: open,
    elapse: (milliseconds) => Promise.resolve(clock.advance(milliseconds)),
    async [Symbol.asyncDispose]() {
      await backend[Symbol.asyncDispose]();
      await Deno.remove(path, { recursive: true });
    },
  };
}

/** A folder that is removed with all that is in it. */
export interface TemporaryFolder extends AsyncDisposable {
  readonly path: string;
}

/** Makes an empty folder. */
export async function makeTemporaryFolder(): Promise<TemporaryFolder> {
  const path = await Deno.makeTempDir({ prefix: "wharf-keyvalue-" });
  return {
    path,
    [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }),
  };
}

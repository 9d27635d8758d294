/**
 * How the contract tests open Deno KV.
 *
 * @module
 */

import { join } from "node:path";
import { openDenoKv } from "../../src/keyvalue/deno_kv.ts";
import type { BucketFixture } from "../contract/bucket_contract.ts";
import { makeClock } from "./keyvalue_backends.ts";

/** An empty database in a file of its own. */
export async function openDenoKvFixture(): Promise<BucketFixture> {
  const folder = await Deno.makeTempDir({ prefix: "wharf-deno-kv-" });
  const clock = makeClock();
  const open = () =>
    openDenoKv({ path: join(folder, "kv.sqlite"), now: clock.now });
  const backend = await open();
  return {
    backend,
    again: open,
    elapse: (milliseconds) => Promise.resolve(clock.advance(milliseconds)),
    async [Symbol.asyncDispose]() {
      await backend[Symbol.asyncDispose]();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

/** An empty database in memory. */
export async function openDenoKvInMemoryFixture(): Promise<BucketFixture> {
  const clock = makeClock();
  const backend = await openDenoKv({ path: ":memory:", now: clock.now });
  return {
    backend,
    again: () => Promise.reject(new Error("memory has no second opening")),
    elapse: (milliseconds) => Promise.resolve(clock.advance(milliseconds)),
    [Symbol.asyncDispose]: () => backend[Symbol.asyncDispose](),
  };
}

/** The variable that Deno takes the token of a server from. */
export const KV_TOKEN_VARIABLE = "DENO_KV_ACCESS_TOKEN";

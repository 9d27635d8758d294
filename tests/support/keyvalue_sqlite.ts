/**
 * How the contract tests open the sqlite engine.
 *
 * @module
 */

import { openSqlite } from "../../src/keyvalue/sqlite.ts";
import type { BucketFixture } from "../contract/bucket_contract.ts";
import { makeClock } from "./keyvalue_backends.ts";

/** An empty folder with a database in it. */
export async function openSqliteFixture(): Promise<BucketFixture> {
  const path = await Deno.makeTempDir({ prefix: "wharf-sqlite-" });
  const clock = makeClock();
  const open = () => openSqlite({ path, now: clock.now });
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

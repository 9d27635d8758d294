/**
 * How the contract tests open a store in Redis.
 *
 * @module
 */

import { openRedis } from "../../src/keyvalue/redis.ts";
import type { BucketFixture } from "../contract/bucket_contract.ts";
import { startRedis } from "./redis_server.ts";

/** Brings the end of every key nearer, as if time had passed: the clock of a server cannot be set. */
const ELAPSE = `
for _, key in ipairs(redis.call('KEYS', '*')) do
  local left = redis.call('PTTL', key)
  if left >= 0 then redis.call('PEXPIRE', key, left - tonumber(ARGV[1])) end
end`;

/** An empty server with a store on it. */
export async function openRedisFixture(): Promise<BucketFixture> {
  // Without keyspace events there is no watch.
  const server = await startRedis(["--notify-keyspace-events", "KA"]);
  const open = () => openRedis({ url: server.url });
  const backend = await open();
  return {
    backend,
    again: open,
    async elapse(milliseconds) {
      await server.send("EVAL", ELAPSE, "0", String(milliseconds));
    },
    async [Symbol.asyncDispose]() {
      await backend[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

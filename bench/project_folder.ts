/**
 * Projects whose buckets have the key that is asked for, in any store.
 *
 * @module
 */

import { startNatsServer } from "../tests/support/nats_server.ts";
import { startRedis } from "../tests/support/redis_server.ts";

/** The stores that are measured behind a guest, beside in_memory. */
export const STORES = ["sqlite", "redis", "nats", "deno_kv"] as const;

/** One of them. */
export type StoreName = typeof STORES[number];

/** Makes the folder of a project; its bucket `in_memory` has `mykey`. */
export async function makeProject(
  folder: string,
  place = "store: in_memory",
): Promise<string> {
  await Deno.mkdir(`${folder}/.wash`, { recursive: true });
  await Deno.writeTextFile(
    `${folder}/.wash/config.yaml`,
    `dev:
  keyvalue:
    buckets:
      in_memory: { ${place}, seed: { values: { mykey: myvalue } } }
`,
  );
  return folder;
}

/** Starts what a store needs; resolves to a bucket's entry. */
export async function openStore(
  stack: AsyncDisposableStack,
  name: StoreName,
  folder: string,
): Promise<string> {
  switch (name) {
    case "sqlite":
      return `store: filesystem, engine: sqlite, path: "${folder}/sqlite"`;
    case "deno_kv":
      return `store: deno_kv, path: "${folder}/deno_kv.db"`;
    case "redis":
      return `store: redis, url: "${stack.use(await startRedis()).url}"`;
    case "nats":
      return `store: nats, url: "${stack.use(await startNatsServer()).url}"`;
  }
}

/** The buckets of a dev server against the contract of all stores. */

import { DevServer } from "../src/cli/kv/dev_server.ts";
import { devServerBackend } from "../src/cli/kv/dev_server_backend.ts";
import {
  type BucketFixture,
  testBucketContract,
} from "./contract/bucket_contract.ts";
import { serveExplorer } from "./support/explorer_server.ts";
import { openInMemoryFixture } from "./support/keyvalue_backends.ts";

async function openFixture(): Promise<BucketFixture> {
  const memory = await openInMemoryFixture();
  const { backend: store } = memory;
  // It is closed with the server.
  const server = await serveExplorer({
    // The name of any store leads to this one.
    buckets: {
      open: () => Promise.resolve(store),
      configured: {
        filesystem: { backend: "filesystem", path: "/" },
        nats: { backend: "nats", url: "nats://unused" },
        redis: { backend: "redis", url: "redis://unused" },
        deno_kv: { backend: "deno_kv", path: ":memory:" },
      },
      default: "in_memory",
    },
  });
  const reached = await DevServer.reach({
    origin: new URL(server.url).origin,
  });
  return {
    ...memory,
    // Both stand in an address.
    longestName: 4097,
    backend: {
      ...devServerBackend(reached, store.summary),
      // Seen from behind: the server tells what the configuration names, too.
      list: () => store.list!(),
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

testBucketContract("a dev server's buckets", openFixture, {
  durable: "memory ends with the process",
});

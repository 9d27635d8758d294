/**
 * Every store that keeps buckets, for suites that go beyond the contract.
 *
 * @module
 */

import { join } from "node:path";
import type { BackendChoice } from "../../src/keyvalue/backends.ts";
import type { BucketFixture } from "../contract/bucket_contract.ts";
import {
  makeTemporaryFolder,
  openFilesystemFixture,
  openInMemoryFixture,
} from "./keyvalue_backends.ts";
import {
  openDenoKvFixture,
  openDenoKvInMemoryFixture,
} from "./keyvalue_deno_kv.ts";
import { openNatsFixture } from "./keyvalue_nats.ts";
import { openRedisFixture } from "./keyvalue_redis.ts";
import { openSqliteFixture } from "./keyvalue_sqlite.ts";
import { natsMissing, startNatsServer } from "./nats_server.ts";
import { redisMissing, startRedis } from "./redis_server.ts";

/** A store to test on. */
export interface StoreRow {
  readonly name: string;
  readonly open: () => Promise<BucketFixture>;
  /** Makes an empty place for it that several processes can open; absent for memory. */
  readonly place?: () => Promise<SharedPlace>;
  /** Whether keys may share a version, so that it changes by writes to another key too. */
  readonly sharesVersions?: boolean;
  /** Why it cannot run here. */
  readonly missing?: string | undefined;
}

/** Where several processes find one store. Disposing removes it. */
export interface SharedPlace extends AsyncDisposable {
  readonly choice: BackendChoice;
}

/** The stores, each with a server or a folder of its own. */
export function storeRows(): readonly StoreRow[] {
  return [
    { name: "in_memory", open: openInMemoryFixture },
    {
      name: "filesystem",
      open: () => openFilesystemFixture(),
      place: () => inFolder((path) => ({ backend: "filesystem", path })),
    },
    {
      name: "sqlite",
      open: openSqliteFixture,
      place: () =>
        inFolder((path) => ({ backend: "filesystem", engine: "sqlite", path })),
    },
    {
      name: "nats",
      open: openNatsFixture,
      place: async () => {
        const server = await startNatsServer();
        return placeOn(server, { backend: "nats", url: server.url });
      },
      missing: natsMissing(),
    },
    {
      name: "redis",
      open: openRedisFixture,
      place: async () => {
        const server = await startRedis();
        return placeOn(server, { backend: "redis", url: server.url });
      },
      sharesVersions: true,
      missing: redisMissing(),
    },
    {
      name: "deno_kv",
      open: openDenoKvFixture,
      place: () =>
        inFolder((path) => ({
          backend: "deno_kv",
          path: join(path, "kv.sqlite"),
        })),
    },
    { name: "deno_kv (memory)", open: openDenoKvInMemoryFixture },
  ];
}

/** Registers a test for each row, named after it; one that cannot run shows as ignored with the reason. */
export function testEachStore<Row extends StoreRow>(
  criterion: string,
  rows: readonly Row[],
  run: (row: Row) => Promise<void>,
): void {
  for (const row of rows) {
    const reason = row.missing === undefined
      ? ""
      : ` (ignored: ${row.missing})`;
    Deno.test({
      name: `${row.name}: ${criterion}${reason}`,
      ignore: row.missing !== undefined,
      fn: () => run(row),
    });
  }
}

async function inFolder(
  choose: (path: string) => BackendChoice,
): Promise<SharedPlace> {
  const folder = await makeTemporaryFolder();
  return placeOn(folder, choose(folder.path));
}

function placeOn(held: AsyncDisposable, choice: BackendChoice): SharedPlace {
  return {
    choice,
    [Symbol.asyncDispose]: () => held[Symbol.asyncDispose](),
  };
}

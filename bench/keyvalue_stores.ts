/**
 * The stores that are measured, each with what a program without Wharf would call.
 *
 * @module
 */

import { DatabaseSync } from "node:sqlite";
import { jetstream } from "@nats-io/jetstream";
import { Kvm } from "@nats-io/kv";
import { connect } from "@nats-io/transport-node";
import { Redis } from "ioredis";
import { openDenoKv } from "../src/keyvalue/deno_kv.ts";
import { openFilesystem } from "../src/keyvalue/filesystem.ts";
import { openInMemory } from "../src/keyvalue/in_memory.ts";
import { openNats } from "../src/keyvalue/nats.ts";
import { openRedis } from "../src/keyvalue/redis.ts";
import { openSqlite } from "../src/keyvalue/sqlite.ts";
import type { Backend } from "../src/keyvalue/store.ts";
import { startNatsServer } from "../tests/support/nats_server.ts";
import { startRedis } from "../tests/support/redis_server.ts";

/** A call, by the number of the key; a promise where it takes time. */
export type Act = (key: string) => unknown;

/** What is measured of a client. */
export interface Acts {
  readonly get: Act;
  readonly set: Act;
  readonly increment: Act;
}

/** An opened store. */
export interface Opened extends AsyncDisposable {
  readonly backend: Backend;
  /** The same by the bare client; absent where there is none. */
  readonly bare?: Acts;
}

/** A store to measure. */
export interface Store {
  readonly name: string;
  /** What the bare client is. */
  readonly bareName?: string;
  readonly open: (value: Uint8Array) => Promise<Opened>;
  /** Whether its pages are measured in a bucket of a million keys. */
  readonly hasMillions: boolean;
}

/** All of them. */
export const STORES: readonly Store[] = [
  { name: "in_memory", open: inMemory, hasMillions: true },
  {
    name: "redis",
    bareName: "ioredis: GET, SET, INCRBY",
    open: redis,
    hasMillions: true,
  },
  {
    name: "nats",
    bareName: "@nats-io/kv: get, put, get and update",
    open: nats,
    hasMillions: true,
  },
  {
    name: "sqlite",
    bareName: "node:sqlite: prepared statements, WAL, synchronous=FULL",
    open: sqlite,
    hasMillions: true,
  },
  {
    name: "deno_kv",
    bareName: "Deno.openKv: get, set, sum",
    open: denoKv,
    hasMillions: true,
  },
  {
    name: "filesystem",
    bareName: "Deno.readFile; write, fdatasync and rename",
    open: filesystem,
    hasMillions: false,
  },
];

async function inMemory(): Promise<Opened> {
  const backend = await openInMemory();
  return {
    backend,
    [Symbol.asyncDispose]: () => backend[Symbol.asyncDispose](),
  };
}

async function redis(value: Uint8Array): Promise<Opened> {
  const stack = new AsyncDisposableStack();
  const server = stack.use(await startRedis());
  const backend = stack.use(await openRedis({ url: server.url }));
  const client = stack.adopt(
    new Redis(server.url),
    (client) => client.disconnect(),
  );
  const bytes = Buffer.from(value);
  return opened(stack, backend, {
    get: (key) => client.getBuffer(`bare:${key}`),
    set: (key) => client.set(`bare:${key}`, bytes),
    increment: (key) => client.incrby(`bare:${key}`, 1),
  });
}

async function nats(value: Uint8Array): Promise<Opened> {
  const stack = new AsyncDisposableStack();
  const server = stack.use(await startNatsServer());
  const backend = stack.use(await openNats({ url: server.url }));
  const connection = stack.adopt(
    await connect({ servers: server.url }),
    (connection) => connection.close(),
  );
  const kv = await new Kvm(jetstream(connection)).create("bare");
  const encoder = new TextEncoder();
  return opened(stack, backend, {
    get: (key) => kv.get(key),
    set: (key) => kv.put(key, value),
    async increment(key) {
      while (true) {
        const entry = await kv.get(key);
        const sum = encoder.encode(String(BigInt(entry?.string() ?? 0) + 1n));
        try {
          return entry === null
            ? await kv.create(key, sum)
            : await kv.update(key, sum, entry.revision);
        } catch {
          // Another was faster.
        }
      }
    },
  });
}

async function sqlite(value: Uint8Array): Promise<Opened> {
  const stack = new AsyncDisposableStack();
  const folder = await temporaryFolder(stack);
  const backend = stack.use(await openSqlite({ path: folder }));
  const database = stack.adopt(
    new DatabaseSync(`${folder}/bare.sqlite`),
    (database) => database.close(),
  );
  database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
  database.exec("CREATE TABLE kv(key TEXT PRIMARY KEY, value)");
  const get = database.prepare("SELECT value FROM kv WHERE key = ?");
  const set = database.prepare("INSERT OR REPLACE INTO kv VALUES(?, ?)");
  const add = database.prepare(
    "INSERT INTO kv VALUES(?, 1) ON CONFLICT DO UPDATE SET value = value + 1 RETURNING value",
  );
  return opened(stack, backend, {
    get: (key) => get.get(key),
    set: (key) => set.run(key, value),
    increment: (key) => add.get(key),
  });
}

async function denoKv(value: Uint8Array): Promise<Opened> {
  const stack = new AsyncDisposableStack();
  const folder = await temporaryFolder(stack);
  const backend = stack.use(await openDenoKv({ path: `${folder}/kv.sqlite` }));
  const kv = stack.adopt(
    await Deno.openKv(`${folder}/bare.sqlite`),
    (kv) => kv.close(),
  );
  return opened(stack, backend, {
    get: (key) => kv.get(["bare", key]),
    set: (key) => kv.set(["bare", key], value),
    increment: (key) => kv.atomic().sum(["bare", key], 1n).commit(),
  });
}

async function filesystem(value: Uint8Array): Promise<Opened> {
  const stack = new AsyncDisposableStack();
  const folder = await temporaryFolder(stack);
  await Deno.mkdir(`${folder}/bare`);
  const path = (key: string) => `${folder}/bare/${key}`;
  const backend = stack.use(await openFilesystem({ path: folder }));
  let drafts = 0;
  const write = async (key: string, bytes: Uint8Array) => {
    const draft = path(`draft-${drafts++}`);
    {
      using file = await Deno.open(draft, { write: true, create: true });
      await file.write(bytes);
      await file.syncData();
    }
    await Deno.rename(draft, path(key));
  };
  return opened(stack, backend, {
    get: (key) => Deno.readFile(path(key)),
    set: (key) => write(key, value),
    async increment(key) {
      const text = await Deno.readTextFile(path(key)).catch(() => "0");
      await write(key, new TextEncoder().encode(String(BigInt(text) + 1n)));
    },
  });
}

function opened(
  stack: AsyncDisposableStack,
  backend: Backend,
  bare: Acts,
): Opened {
  return {
    backend,
    bare,
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

async function temporaryFolder(stack: AsyncDisposableStack): Promise<string> {
  return stack.adopt(
    await Deno.makeTempDir({ prefix: "wharf-bench-" }),
    (folder) => Deno.remove(folder, { recursive: true }),
  );
}

/**
 * The backends there are. No other file names them all, and none is imported before it is
 * chosen: a cold start pays for what it uses.
 *
 * @module
 */

import { describeDenoKv } from "./deno_kv/describe.ts";
import type { NatsSettings } from "./nats/settings.ts";
import type { Backend, BackendSummary } from "./store.ts";

/** One backend and the options it is opened with. */
export type BackendChoice =
  | {
    readonly backend: "in_memory";
  }
  | {
    readonly backend: "filesystem";
    /** The absolute path of the folder that holds the buckets. */
    readonly path: string;
    /** One file a key, as wash lays them out, or one database for hot data. Default `files`. */
    readonly engine?: "files" | "sqlite";
    /** Of `sqlite`: whether an acknowledged write outlives a power cut or only the process. Default `power-cut`. */
    readonly durability?: "power-cut" | "crash";
  }
  | ({ readonly backend: "nats" } & NatsSettings)
  | {
    readonly backend: "redis";
    /** `redis://user:password@host:port/database`, or `rediss://` for TLS. */
    readonly url: string;
    /** What stands in front of a key; `{bucket}` in it is the bucket's name. Default `{bucket}:`. */
    readonly prefix?: string;
    /** The absolute path of a PEM file with the certificates that may vouch for the server. */
    readonly caFile?: string;
    /** Milliseconds a call may take. */
    readonly timeout?: number;
    /** Milliseconds a call waits for a connection. */
    readonly connectTimeout?: number;
  }
  | {
    readonly backend: "deno_kv";
    /** A file, `:memory:` or the URL of a server; empty for the one Deno keeps by default. */
    readonly path: string;
  };

/** The name of a backend, as the configuration and guests write it. */
export type BackendName = BackendChoice["backend"];

/** The choice that one backend takes. */
export type ChoiceOf<Name extends BackendName> = Extract<
  BackendChoice,
  { backend: Name }
>;

/** Opens the backend that was chosen. */
export async function openBackend(choice: BackendChoice): Promise<Backend> {
  switch (choice.backend) {
    case "in_memory": {
      const { openInMemory } = await import("./in_memory.ts");
      return openInMemory();
    }
    case "filesystem": {
      if (choice.engine === "sqlite") {
        const { openSqlite } = await import("./sqlite.ts");
        return openSqlite(choice);
      }
      const { openFilesystem } = await import("./filesystem.ts");
      return openFilesystem(choice);
    }
    case "redis": {
      const { openRedis } = await import("./redis.ts");
      return openRedis(choice);
    }
    case "deno_kv": {
      const { openDenoKv } = await import("./deno_kv.ts");
      return openDenoKv(choice);
    }
    case "nats": {
      const { openNats } = await import("./nats.ts");
      return openNats(choice);
    }
    default:
      return choice satisfies never;
  }
}

/** Where a choice keeps data, told without opening it; what the opened backend says of itself is the same. */
export function summaryOf(choice: BackendChoice): BackendSummary {
  switch (choice.backend) {
    case "in_memory":
      return { location: "memory of this process", durable: false };
    case "filesystem":
      return {
        location: choice.engine === "sqlite"
          ? `SQLite in ${choice.path}`
          : `files in ${choice.path}`,
        durable: true,
      };
    case "nats":
      return {
        location: `NATS at ${hostOf(choice.url)}`,
        durable: choice.storage !== "memory",
      };
    case "redis":
      return { location: `Redis at ${hostOf(choice.url)}`, durable: true };
    case "deno_kv":
      return describeDenoKv(choice.path);
    default:
      return choice satisfies never;
  }
}

/** The host alone: user names and passwords stand before it, tokens behind. */
function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : "an address that is no URL";
}

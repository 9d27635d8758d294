/**
 * The backends there are. No other file names them all, and none is imported before it is
 * chosen: a cold start pays for what it uses.
 *
 * @module
 */

import { type Backend, type BackendSummary, KeyValueError } from "./store.ts";

/** One backend and the options it is opened with. */
export type BackendChoice =
  | {
    readonly backend: "in_memory";
  }
  | {
    readonly backend: "filesystem";
    /** The absolute path of the folder that holds the buckets. */
    readonly path: string;
  }
  | {
    readonly backend: "nats";
    readonly url: string;
  }
  | {
    readonly backend: "redis";
    readonly url: string;
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
      const { openFilesystem } = await import("./filesystem.ts");
      return openFilesystem(choice);
    }
    case "nats":
    case "redis":
    case "deno_kv":
      throw new KeyValueError(
        "no-such-store",
        `Cannot open backend "${choice.backend}": it is not part of this version of Wharf; use in_memory or filesystem`,
      );
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
      return { location: `files in ${choice.path}`, durable: true };
    case "nats":
      return { location: `NATS at ${hostOf(choice.url)}`, durable: true };
    case "redis":
      return { location: `Redis at ${hostOf(choice.url)}`, durable: true };
    case "deno_kv":
      return denoKvSummary(choice.path);
    default:
      return choice satisfies never;
  }
}

function denoKvSummary(path: string): BackendSummary {
  if (path === ":memory:") {
    return { location: "Deno KV in memory", durable: false };
  }
  if (/^https?:/.test(path)) {
    return { location: `Deno KV at ${hostOf(path)}`, durable: true };
  }
  return {
    location: path === "" ? "Deno KV" : `Deno KV in ${path}`,
    durable: true,
  };
}

/** The host alone: user names and passwords stand before it, tokens behind. */
function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : "an address that is no URL";
}

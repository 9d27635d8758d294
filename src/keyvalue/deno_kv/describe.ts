/**
 * Where a Deno KV database is, in words that hold no secret.
 *
 * @module
 */

import type { BackendSummary } from "../store.ts";

/** Whether a path is the URL of a KV Connect server. */
export function isRemote(path: string): boolean {
  return /^https?:/i.test(path);
}

/** Where the data of a path lives: of a URL the host alone, as user names, passwords and ids stand around it. */
export function describeDenoKv(path: string): BackendSummary {
  if (path === ":memory:") {
    return { location: "Deno KV in memory", durable: false };
  }
  if (path === "") return { location: "Deno KV", durable: true };
  if (!isRemote(path)) {
    return { location: `Deno KV in ${path}`, durable: true };
  }
  const host = URL.canParse(path)
    ? new URL(path).host
    : "an address that is no URL";
  return { location: `Deno KV at ${host}`, durable: true };
}

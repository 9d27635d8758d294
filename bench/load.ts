/**
 * One server under load, and what it used of the machine.
 *
 * @module
 */

import type { Contender } from "./contenders.ts";
import { type ServerProcess, startServer } from "./server_process.ts";
import { wrk } from "./wrk.ts";

/** What `wrk` saw of one server in one round. */
export interface LoadRun {
  readonly requestsPerSecond: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
  readonly failures: number;
  /** Microseconds of processor that all processes of the server used for a request. */
  readonly processor: number;
}

/** Resident memory in MiB. */
export interface MemoryRun {
  /** After the first response. */
  readonly start: number;
  /** After {@linkcode MemoryRun.requests}. */
  readonly later: number;
  readonly requests: number;
  /** How many of them were not answered with success. */
  readonly failures: number;
}

/** Starts a server, and makes sure of its answer. */
export async function startContender(
  { name, server, path, body }: Contender,
): Promise<ServerProcess & { readonly target: string }> {
  const running = await startServer(server());
  const target = `${running.url}${path}`;
  const response = await fetch(target);
  const text = await response.text();
  if (!response.ok || text !== body) {
    await running[Symbol.asyncDispose]();
    throw new Error(
      `Cannot measure "${name}": it answers ${response.status} ${
        JSON.stringify(text)
      }`,
    );
  }
  return { ...running, target };
}

/** Loads a server with so many connections. */
export async function load(
  running: ServerProcess & { readonly target: string },
  connections: number,
  seconds: number,
): Promise<LoadRun> {
  const before = await running.processor();
  const { requests, ...run } = await wrk(running.target, connections, seconds);
  const used = await running.processor() - before;
  return { ...run, processor: used * 1e6 / requests };
}

/** How requests are sent. */
export interface RequestsOptions {
  /** How many at a time; default sixteen. */
  readonly atOnce?: number;
  /** Milliseconds after which no more are sent; default never. */
  readonly most?: number;
}

/** How many requests were sent, and how many of them failed. */
export type Sent = Pick<MemoryRun, "requests" | "failures">;

/** Sends so many requests. */
export async function requestAll(
  url: string,
  count: number,
  { atOnce = 16, most = Infinity }: RequestsOptions = {},
): Promise<Sent> {
  const until = performance.now() + most;
  let requests = 0;
  let failures = 0;
  await Promise.all(Array.from({ length: atOnce }, async () => {
    while (requests < count && performance.now() < until) {
      requests++;
      try {
        const response = await fetch(url);
        await response.arrayBuffer();
        if (!response.ok) failures++;
      } catch {
        failures++;
      }
    }
  }));
  return { requests, failures };
}

/** Memory of a server that has just been started, and after requests. */
export async function measureMemory(
  running: ServerProcess & { readonly target: string },
  count: number,
): Promise<MemoryRun> {
  const start = await running.residentMemory();
  const sent = await requestAll(running.target, count, { most: LONGEST });
  return { ...sent, start, later: await running.residentMemory() };
}

/** Milliseconds after which the slowest servers are looked at with fewer requests. */
const LONGEST = 6000;

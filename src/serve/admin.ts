/**
 * What those who run a server ask it: how it is, and what it has counted. It has an address of
 * its own, for clients have no business here.
 *
 * @module
 */

import type { Address } from "../config/mod.ts";
import { type FrontDoor, openFrontDoor } from "../front/mod.ts";
import type { HttpResponse } from "../runtime/http_message.ts";
import type { StoreReport } from "./store_health.ts";

/** What a server is at. Only one that serves is ready. */
export type ServePhase = "starting" | "serving" | "draining";

/** What is told. */
export interface AdminOptions {
  readonly address: Address;
  readonly phase: () => ServePhase;
  /** How it is with each store; nothing while they are not known. */
  readonly stores: () => Promise<readonly StoreReport[]>;
  readonly metrics: {
    readonly contentType: string;
    text(): Promise<string>;
  };
}

/** What a scraper or a load balancer sends is small, and there are few of them. */
const LIMITS = {
  maxHeadSize: 16 * 1024,
  maxHeaders: 100,
  maxRequestBody: 0,
  maxRequests: 64,
  clientTimeout: 10_000,
};

/**
 * Listens for those who run the server.
 *
 * @throws {ListenError} The address is taken, or not this machine's.
 */
export function openAdmin(options: AdminOptions): Promise<FrontDoor> {
  return openFrontDoor("deno", {
    address: options.address,
    limits: LIMITS,
    handle: async ({ method, url }) => {
      if (method !== "GET" && method !== "HEAD") {
        return json(405, { problem: "GET and HEAD alone" }, [["allow", "GET"]]);
      }
      return await answer(new URL(url).pathname, options);
    },
    events: { broken() {}, refused() {}, trailersLost() {} },
  });
}

async function answer(
  path: string,
  { phase, stores, metrics }: AdminOptions,
): Promise<HttpResponse> {
  switch (path) {
    // Answering is all it takes.
    case "/_wharf/health/live":
      return json(200, { live: true, phase: phase() });
    case "/_wharf/health":
    case "/_wharf/health/ready": {
      const found = await stores();
      // Looked at behind the stores: it may have been told to stop meanwhile.
      const now = phase();
      const ready = now === "serving" && found.every(({ usable }) => usable);
      return json(ready ? 200 : 503, { ready, phase: now, stores: found });
    }
    case "/_wharf/metrics":
      return {
        status: 200,
        headers: [["content-type", metrics.contentType]],
        body: new TextEncoder().encode(await metrics.text()),
      };
    default:
      return json(404, {
        problem: "There are /_wharf/health, /_wharf/health/live, " +
          "/_wharf/health/ready and /_wharf/metrics",
      });
  }
}

function json(
  status: number,
  body: unknown,
  headers: readonly (readonly [string, string])[] = [],
): HttpResponse {
  return {
    status,
    headers: [
      ["content-type", "application/json"],
      ["cache-control", "no-store"],
      ...headers,
    ],
    body: new TextEncoder().encode(`${JSON.stringify(body)}\n`),
  };
}

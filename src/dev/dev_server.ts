/**
 * The dev server: listens first, then builds, so that a busy port is known at once and the
 * requests of an impatient client wait for the component instead of being refused.
 *
 * @module
 */

import { type Host, makeHost } from "../assemble.ts";
import { type Address, type Config, formatAddress } from "../config/mod.ts";
import type { Log, ReadyReport } from "../log.ts";
import type { DevState } from "./dev_state.ts";
import { loadApp, type LoadTimings } from "./load_app.ts";
import { failurePage } from "./status_page.ts";

/** How the dev server runs. */
export interface DevServerOptions {
  readonly config: Config;
  readonly log: Log;
  /** Whether the build command runs. */
  readonly build: boolean;
  /** Absolute path of the artifact cache. */
  readonly cacheDirectory: string;
}

/** The address cannot be listened at. The message is for the person at the terminal. */
export class ListenError extends Error {
  override readonly name = "ListenError";
}

/** A project being served. Disposing it finishes the requests in flight. */
export interface DevServer extends AsyncDisposable {
  /** Resolves when the component answers requests. */
  readonly ready: Promise<void>;
}

/**
 * Starts to serve a project.
 *
 * @throws {ListenError} The address is taken, or not this machine's.
 */
export function startDevServer(options: DevServerOptions): DevServer {
  const { config, log } = options;
  const host = makeHost(config, log);
  const loading = load(options, host);
  const settled: Promise<DevState> = loading.then(
    ({ app }): DevState => ({ phase: "ready", serving: app }),
    (error): DevState => ({ phase: "failed", error }),
  );
  let state: DevState = { phase: "building", settled };
  const changed = settled.then((next) => {
    state = next;
  });
  const server = listen(
    config.dev.address,
    (request) => answer(state, request),
  );
  return {
    ready: loading.then(({ timings }) => {
      log.emit({
        event: "ready",
        report: report(config, host, server.addr, timings),
      });
    }),
    async [Symbol.asyncDispose]() {
      await changed;
      await server.shutdown();
      if (state.phase === "ready") await state.serving[Symbol.asyncDispose]();
      await host.buckets[Symbol.asyncDispose]();
    },
  };
}

function load(
  options: DevServerOptions,
  host: Host,
): ReturnType<typeof loadApp> {
  const loading = loadApp({ ...options, host });
  // Awaited in three places, none of which must be the first for it to count as handled.
  loading.catch(() => {});
  return loading;
}

function answer(
  state: DevState,
  request: Request,
): Response | Promise<Response> {
  switch (state.phase) {
    case "ready":
      return state.serving.fetch(request);
    case "failed":
      return failurePage(state.error);
    case "building":
      return state.settled.then((settled) => answer(settled, request));
  }
}

function listen(
  { hostname, port }: Address,
  handler: (request: Request) => Response | Promise<Response>,
): Deno.HttpServer<Deno.NetAddr> {
  const shown = formatAddress({ hostname, port });
  try {
    return Deno.serve({ hostname, port, onListen() {} }, handler);
  } catch (error) {
    if (error instanceof Deno.errors.AddrInUse) {
      throw new ListenError(
        `Cannot listen on ${shown}: the address is in use; ask for another with --port, ` +
          `or for any free one with --port 0`,
        { cause: error },
      );
    }
    if (error instanceof Deno.errors.AddrNotAvailable) {
      throw new ListenError(
        `Cannot listen on ${shown}: it is no address of this machine`,
        {
          cause: error,
        },
      );
    }
    if (error instanceof Deno.errors.PermissionDenied) {
      throw new ListenError(
        `Cannot listen on ${shown}: not permitted; ports under 1024 are the system's, ` +
          `ask for another with --port`,
        { cause: error },
      );
    }
    throw error;
  }
}

function report(
  config: Config,
  host: Host,
  address: Deno.NetAddr,
  timings: LoadTimings,
): ReadyReport {
  return {
    url: `http://${
      formatAddress({
        hostname: reachable(address.hostname),
        port: address.port,
      })
    }`,
    component: config.dev.componentPath,
    buckets: host.buckets.list().map(({ name, location, durable }) => ({
      name,
      location,
      durable,
    })),
    timings,
  };
}

/** A host that a client on this machine can use for the one that was listened at. */
function reachable(hostname: string): string {
  if (hostname === "0.0.0.0") return "127.0.0.1";
  return hostname === "::" ? "::1" : hostname;
}

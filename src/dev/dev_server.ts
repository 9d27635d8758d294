/**
 * The dev server: listens first, then builds, so that a busy port is known at once and the
 * requests of an impatient client wait for the component instead of being refused.
 *
 * @module
 */

import { type Host, makeHost, startThreads } from "../assemble.ts";
import { type Config, formatAddress } from "../config/mod.ts";
import type { FrontDoor } from "../front/mod.ts";
import type { Log, LogEvent, ReadyReport } from "../log.ts";
import type { HttpRequest, HttpResponse } from "../runtime/http_message.ts";
import type { DevState } from "./dev_state.ts";
import { openDoor } from "./front_door.ts";
import { loadApp, type LoadTimings } from "./load_app.ts";
import { pathOf } from "./request_path.ts";
import { settlesWithin } from "./settles_within.ts";
import { failurePage } from "./status_page.ts";
import { checkStores, type StoreCheck } from "./store_check.ts";

/** How the dev server runs. */
export interface DevServerOptions {
  readonly config: Config;
  readonly log: Log;
  /** Whether the log is told of each call that leaves a guest. */
  readonly tracesCalls?: boolean;
  /** Whether the build command runs. */
  readonly build: boolean;
  /** Path of the artifact cache. */
  readonly cacheDirectory: string;
  /** `PATH` for the build command. */
  readonly searchPath: string;
}

/**
 * A project being served. Disposing it ends a build under way, or finishes the requests in
 * flight. It gives up on those that take much longer than a request may; they end with the
 * process.
 */
export interface DevServer extends AsyncDisposable {
  /** Where a client on this machine finds it, from the start: `http://127.0.0.1:8000`. */
  readonly url: string;
  /**
   * Resolves when the component answers requests.
   *
   * Rejects with {@linkcode BuildError} or {@linkcode LinkError} when there is none.
   */
  readonly ready: Promise<void>;
}

/** Milliseconds that the banner waits for stores to answer. */
const BANNER_PATIENCE = 300;

/** Milliseconds for connections to be cut. */
const PARTING = 500;

/**
 * Starts to serve a project.
 *
 * @throws {ListenError} The address is taken or not this machine's, or the certificate is none.
 */
export async function startDevServer(
  options: DevServerOptions,
): Promise<DevServer> {
  const { config, log } = options;
  const building = new AbortController();
  const settled = Promise.withResolvers<DevState>();
  let state: DevState = { phase: "building", settled: settled.promise };
  const door = await openDoor(config, log, (request) => {
    if (state.phase === "building") log.emit(waitingEvent(request));
    return answer(state, request);
  });
  // The address is this server's now: a Worker may load its modules while others build.
  const threads = startThreads(config);
  const host: Host = {
    ...makeHost(config, log),
    ...(threads === undefined ? {} : { threads }),
  };
  const entries = Object.keys(config.dev.keyvalue.buckets);
  const stores = checkStores(host, log, entries);
  const settle = (next: DevState) => {
    state = next;
    settled.resolve(next);
  };
  const loading = loadApp({ ...options, host, signal: building.signal });
  const ready = loading.then(async ({ app, timings }) => {
    settle({ phase: "ready", serving: app });
    // Requests are served; the banner tells more when it knows more.
    await settlesWithin(stores.done, BANNER_PATIENCE);
    log.emit({
      event: "ready",
      report: report({ config, host, stores, door, timings }),
    });
  }, (error) => {
    settle({ phase: "failed", error });
    throw error;
  });
  // The owner may stop the server without asking how far it came.
  ready.catch(() => {});
  const finish = async () => {
    await settled.promise;
    await door.shutdown();
    if (state.phase === "ready") await state.serving[Symbol.asyncDispose]();
  };
  return {
    url: urlOf(door),
    ready,
    async [Symbol.asyncDispose]() {
      building.abort();
      const finished = finish();
      if (await settlesWithin(finished, longest(config))) {
        await finished;
      } else {
        log.emit({
          event: "warning",
          text: "Requests are broken off: they take longer than " +
            "dev.request_timeout allows",
        });
        await settlesWithin(
          Promise.resolve(door[Symbol.asyncDispose]()),
          PARTING,
        );
      }
      threads?.[Symbol.dispose]();
      await host.clients[Symbol.asyncDispose]();
      await host.blobFolder[Symbol.asyncDispose]();
      await host.buckets[Symbol.asyncDispose]();
    },
  };
}

/**
 * How long stopping may take, in milliseconds. A guest is held to its deadline; a client that
 * never ends its request, or a response without end, is not.
 */
function longest({ dev: { requestTimeout } }: Config): number {
  return 500 + requestTimeout * 1.1;
}

function answer(
  state: DevState,
  request: HttpRequest,
): Promise<HttpResponse> {
  switch (state.phase) {
    case "ready":
      return state.serving.handle(request);
    case "failed":
      return failurePage(state.error, request);
    case "building":
      return state.settled.then((settled) => answer(settled, request));
  }
}

function waitingEvent({ method, url }: HttpRequest): LogEvent {
  return { event: "waiting", method, path: pathOf(url) };
}

interface ReportParts {
  readonly config: Config;
  readonly host: Host;
  readonly stores: StoreCheck;
  readonly door: FrontDoor;
  readonly timings: LoadTimings;
}

function report(parts: ReportParts): ReadyReport {
  const { config, host, stores, door, timings } = parts;
  const { hostname } = door.address;
  return {
    url: urlOf(door),
    everyAddress: reachable(hostname) !== hostname,
    component: config.dev.componentPath,
    buckets: host.buckets.list()
      .filter(({ access }) => access !== "denied")
      .map(({ name, location, bucket, durable, access }) => ({
        name,
        location,
        ...(bucket === undefined ? {} : { bucket }),
        durable,
        ...(access === "read-only" ? { readOnly: true } : {}),
        unavailable: stores.stateOf(name) === "unusable",
        ...(stores.stateOf(name) === "untried" ? { untried: true } : {}),
      })),
    timings,
  };
}

function urlOf({ address: { hostname, port }, scheme }: FrontDoor): string {
  return `${scheme}://${
    formatAddress({ hostname: reachable(hostname), port })
  }`;
}

/** A host that a client on this machine can use for the one that was listened at. */
function reachable(hostname: string): string {
  if (hostname === "0.0.0.0") return "127.0.0.1";
  return hostname === "::" ? "::1" : hostname;
}

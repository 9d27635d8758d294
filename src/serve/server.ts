/**
 * A component as a server runs it: an address for clients, one for those who run the server,
 * and an end that loses nothing.
 *
 * @module
 */

import { bucketReports, type Host } from "../assemble.ts";
import { type Config, isEveryAddress } from "../config/mod.ts";
import { type FrontDoor, localUrl } from "../front/mod.ts";
import { type Log, logFault } from "../log.ts";
import type { App } from "../runtime/app.ts";
import { settlesWithin } from "../runtime/settles_within.ts";
import { teeLog } from "../tee_log.ts";
import { openAdmin, type ServePhase } from "./admin.ts";
import { openPublicDoor } from "./public_door.ts";
import { Metrics } from "./metrics.ts";
import { RequestTap } from "./request_tap.ts";
import { StoreHealth } from "./store_health.ts";

/** Milliseconds for connections to be cut and instances to end, once nothing is waited for. */
const PARTING = 1000;

/** What is served. Disposing it finishes its requests, and closes all. */
export interface Served extends AsyncDisposable {
  readonly app: App;
  readonly host: Host;
}

/** How a server is started. */
export interface ServerOptions {
  /** What people read. */
  readonly log: Log;
  /** What is served, for the log. */
  readonly component: string;
  /** Whether spans are recorded, by Deno's exporter. */
  readonly recordsSpans: boolean;
  /**
   * Opens what is served, with all it says told to a log.
   *
   * @param configured MUST be called, and waited for before anything that takes long: it
   * listens. Where it rejects, what is served cannot be.
   */
  readonly open: (
    log: Log,
    configured: (config: Config) => Promise<void>,
  ) => Promise<Served>;
}

/** A server that answers requests. */
export interface Server {
  /** Where clients come in: `http://127.0.0.1:8000`. */
  readonly url: string;
  /** Where health and metrics are, the same way. */
  readonly adminUrl: string;
  /**
   * Stops: it is ready no more at once, goes on to answer for a while, finishes what is in
   * flight, and ends what does not come to an end by itself.
   */
  stop(): Promise<void>;
}

/**
 * Starts a server. It is live at once, and ready when this resolves; requests that come before
 * wait.
 *
 * @throws {ListenError} An address is taken, or the certificate is none.
 */
export async function startServer(options: ServerOptions): Promise<Server> {
  await using parts = new AsyncDisposableStack();
  const start = performance.now();
  const state: { phase: ServePhase; health?: StoreHealth } = {
    phase: "starting",
  };
  const spans = options.recordsSpans
    ? (await import("./request_spans.ts")).makeRequestSpans()
    : undefined;
  let doors: Doors | undefined;
  const metrics = new Metrics(() => doors?.tap.inFlight ?? 0);
  const log = withoutRequests(options.log);
  const ready = Promise.withResolvers<App | undefined>();
  const served = parts.use(
    await options.open(teeLog(metrics.log, log), async (config) => {
      const tap = new RequestTap({
        logsQuery: config.serve.logsQuery,
        spans,
        answered(report) {
          metrics.answered(report);
          if (report.refused !== undefined) metrics.refused(report.refused);
          options.log.emit({ event: "access", ...report });
        },
      });
      const admin = parts.use(
        await openAdmin({
          address: config.serve.adminAddress,
          phase: () => state.phase,
          stores: async () => await state.health?.report() ?? [],
          metrics,
        }),
      );
      const door = parts.use(
        await openPublicDoor({ config, log, tap, app: ready.promise }),
      );
      // In front of the door's own end: who came early is let go of where nothing will serve.
      parts.defer(() => ready.resolve(undefined));
      doors = { config, tap, admin, door };
    }),
  );
  if (doors === undefined) {
    throw new TypeError("Cannot start the server: it was not configured");
  }
  const { config, tap, admin, door } = doors;
  const { app, host } = served;
  metrics.follow(host, app);
  state.health = new StoreHealth(host);
  ready.resolve(app);
  state.phase = "serving";
  const server = new RunningServer({
    ...{ config, log, door, admin, served, tap },
    draining: () => void (state.phase = "draining"),
  });
  parts.move();
  log.emit({
    event: "ready",
    report: {
      url: localUrl(door),
      everyAddress: isEveryAddress(door.address),
      // Health tells whether they can be used, whenever it is asked.
      buckets: bucketReports(host.buckets),
      component: options.component,
      admin: `${server.adminUrl}/_wharf/health`,
      timings: { start: performance.now() - start },
    },
  });
  return server;
}

/** What is there before what is served. */
interface Doors {
  readonly config: Config;
  readonly tap: RequestTap;
  readonly admin: FrontDoor;
  readonly door: FrontDoor;
}

interface Parts extends Doors {
  readonly log: Log;
  readonly served: Served;
  readonly draining: () => void;
}

class RunningServer implements Server {
  readonly url: string;
  readonly adminUrl: string;
  readonly #parts: Parts;
  #stopping: Promise<void> | undefined;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.url = localUrl(parts.door);
    this.adminUrl = localUrl(parts.admin);
  }

  stop(): Promise<void> {
    return this.#stopping ??= this.#stop();
  }

  async #stop(): Promise<void> {
    const { config: { serve }, log, door, admin, served, tap } = this.#parts;
    this.#parts.draining();
    if (serve.drainDelay !== undefined) await pause(serve.drainDelay);
    const finished = finish(door, served)
      .catch((error) => logFault(log, error));
    if (!await settlesWithin(finished, serve.drainTimeout)) {
      log.emit({
        event: "warning",
        text: `Requests are broken off: ${tap.inFlight} took longer than ` +
          `the ${serve.drainTimeout} ms that serve.drain_timeout allows`,
      });
      served.app.breakOff();
      await settlesWithin(finish(dispose(door), served), PARTING);
    }
    // Who asks is answered until there is nothing left to tell of.
    await settlesWithin(admin.shutdown(), PARTING);
  }
}

/** A component's code may go on behind its answer: it is finished too. */
async function finish(
  door: Pick<FrontDoor, "finish">,
  served: Served,
): Promise<void> {
  await door.finish();
  await served[Symbol.asyncDispose]();
}

/** A door whose end is not waited for. */
function dispose(door: FrontDoor): Pick<FrontDoor, "finish"> {
  return {
    async finish() {
      await settlesWithin(
        Promise.resolve(door[Symbol.asyncDispose]()),
        PARTING / 2,
      );
    },
  };
}

/** The app tells of requests when their heads are there; the access log has them whole. */
function withoutRequests(log: Log): Log {
  return {
    emit(event) {
      if (event.event !== "request") log.emit(event);
    },
  };
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

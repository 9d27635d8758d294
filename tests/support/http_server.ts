/**
 * Guests behind a front door, as the dev server has them, for tests over the wire.
 *
 * @module
 */

import {
  type Certificate,
  type DoorName,
  type FrontLimits,
  openFrontDoor,
  type RequestHandler,
} from "../../src/front/mod.ts";
import { Exchange } from "../../src/wasi/http/exchange.ts";
import { IncomingRequest } from "../../src/wasi/http/incoming.ts";
import { RequestHead } from "../../src/wasi/http/request_head.ts";
import { ResponseOutparam } from "../../src/wasi/http/response_outparam.ts";
import { Turns } from "../../src/wasi/http/turns.ts";
import { type GuestAppOptions, openGuestApp } from "./guest_app.ts";
import type { GuestAppRecord } from "./guest_record.ts";
import { RawConnection, type RawResponse } from "./http_client.ts";

/** A server on a free port of this machine. */
export interface TestServer extends AsyncDisposable {
  readonly port: number;
  connect(): Promise<RawConnection>;
  /** A request on a connection of its own. */
  exchange(request: string): Promise<RawResponse>;
  /** Why responses broke off, as the server saw it. */
  readonly broken: readonly unknown[];
  /** The statuses of requests that the server answered itself. */
  readonly refused: readonly number[];
  /** How often trailers were left out. */
  readonly trailersLost: number;
  /** Takes no more requests; resolves when those in flight are answered. */
  shutdown(): Promise<void>;
}

/** A server with a guest behind it. */
export interface GuestServer extends TestServer {
  readonly record: GuestAppRecord;
  /** Resolves when no guest serves a request any more. */
  idle(): Promise<void>;
}

/** Every front door. */
export const DOORS: readonly DoorName[] = ["deno", "node"];

/** The door of a test server; default is `deno` without TLS and with the limits of a project. */
export interface DoorOptions {
  readonly door?: DoorName;
  readonly limits?: Partial<FrontLimits>;
  readonly certificate?: Certificate;
}

/** What holds for a project that says nothing. */
const LIMITS: FrontLimits = {
  maxHeadSize: 65_536,
  maxHeaders: 100,
  maxRequests: 1024,
  clientTimeout: 60_000,
};

/** Serves one of `tests/guests`. */
export async function serveGuest(
  name: string,
  options: GuestAppOptions & DoorOptions = {},
): Promise<GuestServer> {
  const app = await openGuestApp(name, options);
  const server = await serve((request) => app.handle(request), options);
  return {
    ...server,
    get trailersLost() {
      return server.trailersLost;
    },
    record: app.record,
    idle: () => app.idle(),
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await app[Symbol.asyncDispose]();
    },
  };
}

/**
 * Serves a guest that is written in TypeScript: it is given what a component's `handle` is,
 * and the test can watch it from within.
 */
export function serveHandle(
  handle: (
    request: IncomingRequest,
    outparam: ResponseOutparam,
  ) => void | Promise<void>,
  options: DoorOptions = {},
): Promise<TestServer> {
  const turns = new Turns();
  return serve(async (request) => {
    const head = new RequestHead(request);
    const exchange = new Exchange(head, {
      turns,
      body: request.body,
      trailers: request.trailers,
    });
    const incoming = new IncomingRequest(head, exchange.source);
    const outparam = new ResponseOutparam(exchange);
    exchange.follow((async () => await handle(incoming, outparam))());
    exchange.finished.catch(() => {});
    return await exchange.response;
  }, options);
}

/** Serves what is no guest at all. */
export async function serve(
  handle: RequestHandler,
  { door: name = "deno", limits, certificate }: DoorOptions = {},
): Promise<TestServer> {
  const broken: unknown[] = [];
  const refused: number[] = [];
  let trailersLost = 0;
  const door = await openFrontDoor(name, {
    address: { hostname: "127.0.0.1", port: 0 },
    limits: { ...LIMITS, ...limits },
    ...(certificate === undefined ? {} : { certificate }),
    handle,
    events: {
      broken: (error) => broken.push(error),
      refused: (_request, status) => refused.push(status),
      trailersLost: () => trailersLost++,
    },
  });
  const { port } = door.address;
  const connect = () => RawConnection.open(port);
  return {
    port,
    broken,
    refused,
    get trailersLost() {
      return trailersLost;
    },
    connect,
    async exchange(request) {
      using client = await connect();
      return await client.exchange(request);
    },
    shutdown: () => door.shutdown(),
    [Symbol.asyncDispose]: () => door.shutdown(),
  };
}

/** How often the event loop has to turn with nothing happening before it counts as still. */
const STILL_TURNS = 200;

/**
 * Resolves when `progress` has not changed while the server answered many requests on
 * another connection: by then whatever is under way has stopped.
 */
export async function standstill(
  server: TestServer,
  progress: () => number,
): Promise<number> {
  using client = await server.connect();
  let last = progress();
  for (let still = 0; still < STILL_TURNS; still++) {
    await client.exchange("GET /still HTTP/1.1\r\nHost: a.test\r\n\r\n");
    if (progress() === last) continue;
    last = progress();
    still = 0;
  }
  return last;
}

/** More than the sockets of a connection hold, and far less than a large body has. */
export const MOST_IN_SOCKETS: number = 48 * 1024 * 1024;

/**
 * Whether a door takes in a request body that nobody reads while its response is
 * streamed, as `Deno.serve` of 2.8.3 to 2.9.6 does (denoland/deno#36869): memory then grows by as much as a
 * client sends faster than its guest reads, and the time by the square of that.
 */
export async function readsAheadWhileResponding(
  door: DoorName = "deno",
): Promise<boolean> {
  const end = Promise.withResolvers<void>();
  await using server = await serve((request) => {
    const body = request.method === "POST"
      ? new ReadableStream({
        async start(controller) {
          controller.enqueue(ONE);
          await end.promise;
          controller.close();
        },
      })
      : null;
    return Promise.resolve({ status: 200, headers: [], body });
  }, { door });
  using client = await server.connect();
  await client.send(
    `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${MOST_IN_SOCKETS}\r\n\r\n`,
  );
  await client.readHead();
  let sent = 0;
  const sending = client.sendZeros(MOST_IN_SOCKETS, (count) => sent += count);
  await standstill(server, () => sent);
  client.close();
  end.resolve();
  await sending.catch(() => {});
  return sent === MOST_IN_SOCKETS;
}

const ONE = Uint8Array.of(0);

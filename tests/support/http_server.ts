/**
 * Guests behind `Deno.serve`, as the dev server has them, for tests over the wire.
 *
 * @module
 */

import {
  fetchResponse,
  requestReader,
} from "../../src/runtime/fetch_message.ts";
import { Exchange } from "../../src/wasi/http/exchange.ts";
import { IncomingRequest } from "../../src/wasi/http/incoming.ts";
import { RequestHead } from "../../src/wasi/http/request_head.ts";
import { ResponseOutparam } from "../../src/wasi/http/response_outparam.ts";
import {
  type GuestAppOptions,
  type GuestAppRecord,
  openGuestApp,
} from "./guest_app.ts";
import { RawConnection, type RawResponse } from "./http_client.ts";

/** A server on a free port of this machine. */
export interface TestServer extends AsyncDisposable {
  readonly port: number;
  connect(): Promise<RawConnection>;
  /** A request on a connection of its own. */
  exchange(request: string): Promise<RawResponse>;
  /** Why responses broke off, as the server saw it. */
  readonly broken: readonly unknown[];
}

/** A server with a guest behind it. */
export interface GuestServer extends TestServer {
  readonly record: GuestAppRecord;
  /** Resolves when no guest serves a request any more. */
  idle(): Promise<void>;
}

/** Serves one of `tests/guests`. */
export async function serveGuest(
  name: string,
  options: GuestAppOptions = {},
): Promise<GuestServer> {
  const app = await openGuestApp(name, options);
  const server = serve((request) => app.fetch(request));
  return {
    ...server,
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
): TestServer {
  const read = requestReader();
  return serve(async (request) => {
    const head = new RequestHead(read(request));
    const exchange = new Exchange(head, request.body);
    const incoming = new IncomingRequest(head, exchange.source);
    const outparam = new ResponseOutparam(exchange);
    exchange.follow((async () => await handle(incoming, outparam))());
    return fetchResponse(await exchange.response);
  });
}

function serve(
  handler: (request: Request) => Promise<Response>,
): TestServer {
  const broken: unknown[] = [];
  const server = Deno.serve({
    hostname: "127.0.0.1",
    port: 0,
    onListen() {},
    onError(error) {
      broken.push(error);
      return new Response(`${error}`, { status: 500 });
    },
  }, handler);
  const { port } = server.addr;
  const connect = () => RawConnection.open(port);
  return {
    port,
    broken,
    connect,
    async exchange(request) {
      using client = await connect();
      return await client.exchange(request);
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
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
 * Whether `Deno.serve` takes in a request body that nobody reads while its response is
 * streamed, as 2.8.3 to 2.9.6 do (denoland/deno#36869): memory then grows by as much as a
 * client sends faster than its guest reads, and the time by the square of that.
 */
export async function readsAheadWhileResponding(): Promise<boolean> {
  await using server = serve((request) => {
    const body = request.method === "POST"
      ? new ReadableStream({ start: (controller) => controller.enqueue(ONE) })
      : null;
    return Promise.resolve(new Response(body));
  });
  using client = await server.connect();
  await client.send(
    `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${MOST_IN_SOCKETS}\r\n\r\n`,
  );
  await client.readHead();
  let sent = 0;
  const sending = client.sendZeros(MOST_IN_SOCKETS, (count) => sent += count);
  await standstill(server, () => sent);
  client.close();
  await sending.catch(() => {});
  return sent === MOST_IN_SOCKETS;
}

const ONE = Uint8Array.of(0);

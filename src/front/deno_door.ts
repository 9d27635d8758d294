import { fetchResponse, requestReader } from "../runtime/fetch_message.ts";
import { type HttpResponse, whenAnswered } from "../runtime/http_message.ts";
import { shutDown } from "./deno_shutdown.ts";
import type { FrontDoor, FrontDoorOptions } from "./front_door.ts";
import { Gate } from "./gate.ts";
import { hasLine } from "./lines.ts";
import { listenError } from "./listen_error.ts";

/**
 * The fast door: `Deno.serve`. It has no trailers and no connections to count, and while a
 * response streams over HTTP/1.1 it reads a request's body ahead without bound.
 *
 * @throws {ListenError} The address is taken, or not this machine's.
 */
export function openDenoDoor(options: FrontDoorOptions): FrontDoor {
  const { address, certificate, limits, handle, observe, events } = options;
  const read = requestReader();
  const gate = new Gate({
    limits,
    handle,
    observe,
    events,
    sendsTrailers: false,
  });
  const ending = new AbortController();
  const server = (() => {
    try {
      return Deno.serve(
        {
          hostname: address.hostname,
          port: address.port,
          ...certificate,
          signal: ending.signal,
          onListen() {},
          // The handler never throws; what comes here is a body that broke off.
          onError(error) {
            events.broken(error);
            return new Response(null, { status: 500 });
          },
        },
        (request, info) => {
          const answer = gate.handle(
            read(request),
            () => ({ client: info.remoteAddr.hostname }),
          );
          // Deno's server sends what is there at once for a fifth less.
          return whenAnswered(answer, (response) => {
            if (response.trailers !== undefined) {
              reportTrailers(response.trailers, events.trailersLost);
            }
            return fetchResponse(
              request.method === "HEAD" ? headOf(response) : response,
            );
          });
        },
      );
    } catch (error) {
      throw listenError(address, error);
    }
  })();
  server.finished.finally(() => gate[Symbol.dispose]());
  const { hostname, port } = server.addr;
  let isDraining = false;
  return {
    address: { hostname, port },
    scheme: certificate === undefined ? "http" : "https",
    async shutdown() {
      isDraining = true;
      await shutDown(server, gate.answered());
    },
    async finish() {
      // Deno 2.9.6's own shutdown closes the bodies that are still read: an upload would end early.
      // Without one the port is free at once, and a proxy that is refused knows that it may
      // ask another server; a 503 to a POST it hands on.
      await gate.stop();
      isDraining = true;
      await shutDown(server, gate.answered());
    },
    async [Symbol.asyncDispose]() {
      // Deno has let go of the server by then: what is in flight ends with the process.
      if (isDraining) return;
      ending.abort();
      await server.finished;
    },
  };
}

/** Over HTTP/2 `Deno.serve` sends the body of a HEAD too, which clients refuse. */
function headOf({ status, headers, body }: HttpResponse): HttpResponse {
  if (body instanceof ReadableStream) {
    body.cancel().catch(() => {});
    return { status, headers, body: null };
  }
  const lines = [...headers];
  if (body !== null && !hasLine(lines, "content-length")) {
    lines.push(["content-length", `${body.length}`]);
  }
  return { status, headers: lines, body: null };
}

function reportTrailers(
  trailers: NonNullable<HttpResponse["trailers"]>,
  lost: () => void,
): void {
  trailers.then((lines) => {
    if (lines.length > 0) lost();
  }, () => {});
}

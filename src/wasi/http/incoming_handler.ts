/**
 * `wasi:http/incoming-handler@0.2`: how a request becomes a call of a guest's `handle`.
 *
 * @module
 */

import type { GuestCall, HttpEntry } from "../../runtime/guest.ts";
import type { HttpResponse } from "../../runtime/http_message.ts";
import { Exchange } from "./exchange.ts";
import { IncomingRequest } from "./incoming.ts";
import { PlainExchange } from "./plain_exchange.ts";
import { RequestHead } from "./request_head.ts";
import { ResponseOutparam } from "./response_outparam.ts";
import { Turns } from "./turns.ts";

/** The entry for components that export `wasi:http/incoming-handler@0.2`. */
export function incomingHandler(): HttpEntry {
  const turns = new Turns();
  return {
    name: "wasi:http/incoming-handler",
    version: "0.2.x",
    types: { "incoming-request": "resource", "response-outparam": "resource" },
    functions: {
      "handle":
        "func(request: incoming-request, response-out: response-outparam)",
    },
    resources: {
      "incoming-request": IncomingRequest,
      "response-outparam": ResponseOutparam,
    },
    /** `handle: func(request: incoming-request, response-out: response-outparam)` */
    call(exported, request): GuestCall {
      const head = new RequestHead(request);
      const exchange = new Exchange(head, {
        turns,
        body: request.body,
        trailers: request.trailers,
      });
      const incoming = new IncomingRequest(head, exchange.source);
      exchange.follow(
        exported.call("handle", [incoming, new ResponseOutparam(exchange)]),
      );
      return exchange;
    },
    callPlainly(exported, request): HttpResponse {
      const head = new RequestHead(request);
      const { body, trailers } = request;
      const exchange = new PlainExchange(head, { body, trailers });
      const incoming = new IncomingRequest(head, exchange.source);
      exported.callPlainly("handle", [
        incoming,
        new ResponseOutparam(exchange),
      ]);
      return exchange.take();
    },
  };
}

/**
 * `wasi:http/types@0.2`: the interface's table; its resources stand in the files beside.
 *
 * @module
 */

import type { HostInterface } from "../../runtime/host_interface.ts";
import { IoError } from "../io/error.ts";
import { Pollable } from "../io/poll.ts";
import { InputStream, OutputStream } from "../io/streams.ts";
import { ERROR_CODE_TYPES, type ErrorCode, HttpFailure } from "./error_code.ts";
import { Fields } from "./fields.ts";
import { FutureTrailers, IncomingBody, IncomingRequest } from "./incoming.ts";
import {
  OutgoingBody,
  OutgoingRequest,
  OutgoingResponse,
  RequestOptions,
} from "./outgoing.ts";
import {
  FutureIncomingResponse,
  IncomingResponse,
} from "./outgoing_handler.ts";
import { ResponseOutparam } from "./response_outparam.ts";

/** `http-error-code: func(err: borrow<io-error>) -> option<error-code>` */
function httpErrorCode(error: IoError): ErrorCode | undefined {
  return error.cause instanceof HttpFailure ? error.cause.code : undefined;
}

const RESOURCES = {
  "fields": Fields,
  "incoming-request": IncomingRequest,
  "outgoing-request": OutgoingRequest,
  "request-options": RequestOptions,
  "response-outparam": ResponseOutparam,
  "incoming-response": IncomingResponse,
  "incoming-body": IncomingBody,
  "future-trailers": FutureTrailers,
  "outgoing-response": OutgoingResponse,
  "outgoing-body": OutgoingBody,
  "future-incoming-response": FutureIncomingResponse,
  "input-stream": InputStream,
  "output-stream": OutputStream,
  "io-error": IoError,
  "pollable": Pollable,
};

const FUNCTIONS = {
  "http-error-code": "func(err: borrow<io-error>) -> option<error-code>",

  "[constructor]fields": "func() -> fields",
  "[static]fields.from-list":
    "func(entries: list<tuple<string, list<u8>>>) -> result<fields, header-error>",
  "[method]fields.get":
    "func(self: borrow<fields>, name: string) -> list<list<u8>>",
  "[method]fields.has": "func(self: borrow<fields>, name: string) -> bool",
  "[method]fields.set":
    "func(self: borrow<fields>, name: string, value: list<list<u8>>) -> result<_, header-error>",
  "[method]fields.delete":
    "func(self: borrow<fields>, name: string) -> result<_, header-error>",
  "[method]fields.append":
    "func(self: borrow<fields>, name: string, value: list<u8>) -> result<_, header-error>",
  "[method]fields.entries":
    "func(self: borrow<fields>) -> list<tuple<string, list<u8>>>",
  "[method]fields.clone": "func(self: borrow<fields>) -> fields",

  "[method]incoming-request.method":
    "func(self: borrow<incoming-request>) -> method",
  "[method]incoming-request.path-with-query":
    "func(self: borrow<incoming-request>) -> option<string>",
  "[method]incoming-request.scheme":
    "func(self: borrow<incoming-request>) -> option<scheme>",
  "[method]incoming-request.authority":
    "func(self: borrow<incoming-request>) -> option<string>",
  "[method]incoming-request.headers":
    "func(self: borrow<incoming-request>) -> fields",
  "[method]incoming-request.consume":
    "func(self: borrow<incoming-request>) -> result<incoming-body>",

  "[constructor]outgoing-request": "func(headers: fields) -> outgoing-request",
  "[method]outgoing-request.body":
    "func(self: borrow<outgoing-request>) -> result<outgoing-body>",
  "[method]outgoing-request.method":
    "func(self: borrow<outgoing-request>) -> method",
  "[method]outgoing-request.set-method":
    "func(self: borrow<outgoing-request>, method: method) -> result",
  "[method]outgoing-request.path-with-query":
    "func(self: borrow<outgoing-request>) -> option<string>",
  "[method]outgoing-request.set-path-with-query":
    "func(self: borrow<outgoing-request>, path-with-query: option<string>) -> result",
  "[method]outgoing-request.scheme":
    "func(self: borrow<outgoing-request>) -> option<scheme>",
  "[method]outgoing-request.set-scheme":
    "func(self: borrow<outgoing-request>, scheme: option<scheme>) -> result",
  "[method]outgoing-request.authority":
    "func(self: borrow<outgoing-request>) -> option<string>",
  "[method]outgoing-request.set-authority":
    "func(self: borrow<outgoing-request>, authority: option<string>) -> result",
  "[method]outgoing-request.headers":
    "func(self: borrow<outgoing-request>) -> fields",

  "[constructor]request-options": "func() -> request-options",
  "[method]request-options.connect-timeout":
    "func(self: borrow<request-options>) -> option<u64>",
  "[method]request-options.set-connect-timeout":
    "func(self: borrow<request-options>, duration: option<u64>) -> result",
  "[method]request-options.first-byte-timeout":
    "func(self: borrow<request-options>) -> option<u64>",
  "[method]request-options.set-first-byte-timeout":
    "func(self: borrow<request-options>, duration: option<u64>) -> result",
  "[method]request-options.between-bytes-timeout":
    "func(self: borrow<request-options>) -> option<u64>",
  "[method]request-options.set-between-bytes-timeout":
    "func(self: borrow<request-options>, duration: option<u64>) -> result",

  "[static]response-outparam.set":
    "func(param: response-outparam, response: result<outgoing-response, error-code>)",
  "[method]response-outparam.send-informational":
    "func(self: borrow<response-outparam>, status: u16, headers: fields) -> result<_, error-code>",

  "[method]incoming-response.status":
    "func(self: borrow<incoming-response>) -> u16",
  "[method]incoming-response.headers":
    "func(self: borrow<incoming-response>) -> fields",
  "[method]incoming-response.consume":
    "func(self: borrow<incoming-response>) -> result<incoming-body>",

  "[method]incoming-body.stream":
    "func(self: borrow<incoming-body>) -> result<input-stream>",
  "[static]incoming-body.finish":
    "func(this: incoming-body) -> future-trailers",

  "[method]future-trailers.subscribe":
    "func(self: borrow<future-trailers>) -> pollable",
  "[method]future-trailers.get":
    "func(self: borrow<future-trailers>) -> option<result<result<option<fields>, error-code>>>",

  "[constructor]outgoing-response":
    "func(headers: fields) -> outgoing-response",
  "[method]outgoing-response.status-code":
    "func(self: borrow<outgoing-response>) -> u16",
  "[method]outgoing-response.set-status-code":
    "func(self: borrow<outgoing-response>, status-code: u16) -> result",
  "[method]outgoing-response.headers":
    "func(self: borrow<outgoing-response>) -> fields",
  "[method]outgoing-response.body":
    "func(self: borrow<outgoing-response>) -> result<outgoing-body>",

  "[method]outgoing-body.write":
    "func(self: borrow<outgoing-body>) -> result<output-stream>",
  "[static]outgoing-body.finish":
    "func(this: outgoing-body, trailers: option<fields>) -> result<_, error-code>",

  "[method]future-incoming-response.subscribe":
    "func(self: borrow<future-incoming-response>) -> pollable",
  "[method]future-incoming-response.get":
    "func(self: borrow<future-incoming-response>) -> option<result<result<incoming-response, error-code>>>",
};

/** It reaches the client before the guest has returned. */
const SEND_INFORMATIONAL: keyof typeof FUNCTIONS =
  "[method]response-outparam.send-informational";

export const typesInterface: HostInterface = {
  name: "wasi:http/types",
  version: "0.2.x",
  types: {
    ...Object.fromEntries(
      Object.keys(RESOURCES).map((name) => [name, "resource"]),
    ),
    "method":
      "variant { get, head, post, put, delete, connect, options, trace, patch, other(string) }",
    "scheme": "variant { HTTP, HTTPS, other(string) }",
    ...ERROR_CODE_TYPES,
    "header-error": "variant { invalid-syntax, forbidden, immutable }",
  },
  functions: FUNCTIONS,
  waits: [],
  plain: Object.keys(FUNCTIONS).filter((name) => name !== SEND_INFORMATIONAL),
  limits: {
    [SEND_INFORMATIONAL]:
      "an error unless dev.http_server is node: Deno's server sends none",
    "[method]future-trailers.get":
      "of responses; Deno hands none of a request on",
    "[static]outgoing-body.finish":
      "trailers are accepted and left out: Deno's server cannot send them",
  },
  resources: RESOURCES,
  imports: () => ({ httpErrorCode }),
};

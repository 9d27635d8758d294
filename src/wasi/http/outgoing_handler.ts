/**
 * `wasi:http/outgoing-handler@0.2`, and the resources that only it gives out.
 *
 * Calls out of the host are denied, as `wash` denies them where a project allows none: the
 * interface is here so that components which link against it without using it can run.
 *
 * @module
 */

import { type HostInterface, WitError } from "../../runtime/host_interface.ts";
import { Pollable } from "../io/poll.ts";
import { ERROR_CODE_TYPES, type ErrorCode } from "./error_code.ts";
import { Fields } from "./fields.ts";
import type { IncomingBody } from "./incoming.ts";
import { OutgoingRequest, RequestOptions } from "./outgoing.ts";

/** `resource incoming-response` */
export class IncomingResponse {
  readonly #status: number;
  readonly #headers: Fields;
  readonly #body: IncomingBody;
  #consumed = false;

  constructor(status: number, headers: Fields, body: IncomingBody) {
    this.#status = status;
    this.#headers = headers;
    this.#body = body;
  }

  /** `status: func() -> status-code` */
  status(): number {
    return this.#status;
  }

  /** `headers: func() -> headers` */
  headers(): Fields {
    return Fields.received(this.#headers.entries());
  }

  /** `consume: func() -> result<incoming-body>`; an error from the second call on. */
  consume(): IncomingBody {
    if (this.#consumed) throw new WitError(undefined);
    this.#consumed = true;
    return this.#body;
  }
}

/** How a call ended. */
export type ResponseOutcome =
  | { readonly tag: "ok"; readonly val: IncomingResponse }
  | { readonly tag: "err"; readonly val: ErrorCode };

/** `resource future-incoming-response` */
export class FutureIncomingResponse {
  readonly #settled: Promise<void>;
  #outcome: ResponseOutcome | undefined;
  #taken = false;

  /** @param outcome MUST NOT reject. */
  constructor(outcome: Promise<ResponseOutcome>) {
    this.#settled = outcome.then((value) => {
      this.#outcome = value;
    });
  }

  /** `subscribe: func() -> pollable` */
  subscribe(): Pollable {
    return new Pollable({
      isReady: () => this.#outcome !== undefined,
      whenReady: () => this.#settled,
    });
  }

  /** `get: func() -> option<result<result<incoming-response, error-code>>>` */
  get():
    | { tag: "ok"; val: ResponseOutcome }
    | { tag: "err"; val: undefined }
    | undefined {
    if (this.#outcome === undefined) return undefined;
    if (this.#taken) return { tag: "err", val: undefined };
    this.#taken = true;
    return { tag: "ok", val: this.#outcome };
  }
}

/**
 * `handle: func(request: outgoing-request, options: option<request-options>)
 * -> result<future-incoming-response, error-code>`
 */
function handle(
  _request: OutgoingRequest,
  _options: RequestOptions | undefined,
): never {
  throw new WitError<ErrorCode>({ tag: "HTTP-request-denied" });
}

export const outgoingHandlerInterface: HostInterface = {
  name: "wasi:http/outgoing-handler",
  version: "0.2.x",
  types: {
    ...ERROR_CODE_TYPES,
    "outgoing-request": "resource",
    "request-options": "resource",
    "future-incoming-response": "resource",
  },
  functions: {
    "handle":
      "func(request: outgoing-request, options: option<request-options>) -> result<future-incoming-response, error-code>",
  },
  waits: [],
  resources: {
    "outgoing-request": OutgoingRequest,
    "request-options": RequestOptions,
    "future-incoming-response": FutureIncomingResponse,
  },
  imports: () => ({ handle }),
};

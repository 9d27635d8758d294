/**
 * `wasi:http/outgoing-handler@0.2`, and the resources that only it gives out.
 *
 * @module
 */

import { BROKEN_OFF } from "../../runtime/call_tracer.ts";
import {
  type CallEnd,
  type HostInterface,
  type InstanceContext,
  WitError,
} from "../../runtime/host_interface.ts";
import { Pollable } from "../io/poll.ts";
import { BodySource } from "./body_source.ts";
import {
  ERROR_CODE_TYPES,
  type ErrorCode,
  errorCodeText,
  HttpFailure,
} from "./error_code.ts";
import { Fields } from "./fields.ts";
import { IncomingBody } from "./incoming.ts";
import { OutgoingBody, OutgoingRequest, RequestOptions } from "./outgoing.ts";
import type { CallTimeouts } from "./outgoing_call.ts";
import type { HttpClient } from "./outgoing_client.ts";
import { failure } from "./outgoing_failure.ts";
import { CallCounter, type Release } from "./outgoing_slots.ts";
import {
  describedRequest,
  type Framing,
  headersOf,
  type OutgoingTarget,
  promisedLength,
  targetOf,
} from "./outgoing_target.ts";
import { linesOf } from "./response_reader.ts";

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

  [Symbol.dispose](): void {
    if (!this.#consumed) this.#body[Symbol.dispose]();
  }
}

/** What happened to a call on its way, for whoever traces it. */
interface CallHistory {
  resends: number;
}

/** How a call ended. */
export type ResponseOutcome =
  | { readonly tag: "ok"; readonly val: IncomingResponse }
  | { readonly tag: "err"; readonly val: ErrorCode };

/** `resource future-incoming-response` */
export class FutureIncomingResponse {
  readonly #settled: Promise<void>;
  readonly #dropped: () => void;
  readonly #history: CallHistory;
  #outcome: ResponseOutcome | undefined;
  #taken = false;
  #letGo = false;

  /**
   * @param outcome MUST NOT reject.
   * @param dropped Called when the guest does not want the outcome any more.
   */
  constructor(
    outcome: Promise<ResponseOutcome>,
    dropped: () => void = () => {},
    history: CallHistory = { resends: 0 },
  ) {
    this.#history = history;
    this.#dropped = dropped;
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

  /** How the call ends, for whoever traces it. */
  static async end(future: FutureIncomingResponse): Promise<CallEnd> {
    await future.#settled;
    const outcome = future.#outcome!;
    const { resends } = future.#history;
    const again = resends === 0 ? {} : { resends };
    if (outcome.tag === "ok") {
      return { result: `${outcome.val.status()}`, ...again };
    }
    // Nobody was told what became of a call that was let go of.
    return {
      ...again,
      error: future.#letGo ? BROKEN_OFF : errorCodeText(outcome.val),
    };
  }

  [Symbol.dispose](): void {
    if (this.#taken) return;
    this.#letGo = this.#outcome === undefined;
    this.#dropped();
    if (this.#outcome?.tag === "ok") this.#outcome.val[Symbol.dispose]();
  }
}

/** Milliseconds where the guest sets none; its own deadline ends sooner as a rule. */
const DEFAULT_TIMEOUTS: CallTimeouts = {
  connect: 30_000,
  firstByte: 600_000,
  betweenBytes: 600_000,
};

/** The calls of one instance. */
class Caller {
  readonly #instance: InstanceContext;
  readonly #client: HttpClient;
  readonly #calls: CallCounter;
  readonly #dropped = new AbortController();

  constructor(instance: InstanceContext, client: HttpClient) {
    this.#instance = instance;
    this.#client = client;
    this.#calls = new CallCounter(instance, client.options.limits);
    instance.onDrop(() =>
      this.#dropped.abort(
        failure({ tag: "connection-terminated" }, "The guest has ended"),
      )
    );
  }

  /**
   * `handle: func(request: outgoing-request, options: option<request-options>)
   * -> result<future-incoming-response, error-code>`
   */
  handle(
    request: OutgoingRequest,
    options: RequestOptions | undefined,
  ): FutureIncomingResponse {
    const body = OutgoingRequest.body(request);
    try {
      const target = targetOf(request);
      const length = promisedLength(request);
      const { traceparent } = this.#instance;
      this.#check(target);
      const release = this.#count(target);
      const given = new AbortController();
      const signal = AbortSignal.any([given.signal, this.#dropped.signal]);
      const history: CallHistory = { resends: 0 };
      const outcome = this.#send({ request, target, length, traceparent }, {
        history,
        timeouts: timeoutsOf(options),
        signal,
        release,
      });
      return new FutureIncomingResponse(
        outcome,
        () =>
          given.abort(
            failure({ tag: "connection-terminated" }, "The guest let go of it"),
          ),
        history,
      );
    } catch (error) {
      body?.pipe.cancel(); // what the guest still writes has no one to go to
      throw error;
    }
  }

  #check(target: OutgoingTarget): void {
    const verdict = this.#client.options.policy.http(target);
    if (verdict.allowed) return;
    this.#client.options.refused(
      target.origin,
      "no line allows it",
      verdict.remedy,
    );
    throw new WitError<ErrorCode>({ tag: "HTTP-request-denied" });
  }

  #count(target: OutgoingTarget): Release {
    const taken = this.#calls.take();
    if (typeof taken === "function") return taken;
    const { limits, refused } = this.#client.options;
    refused(
      target.origin,
      taken === "total"
        ? `the request has made ${limits.total} calls already`
        : `the request has ${limits.concurrent} calls under way`,
      `dev.outgoing_http.max_${taken}_per_request higher`,
    );
    throw new WitError<ErrorCode>({ tag: "connection-limit-reached" });
  }

  async #send(
    { request, target, length, traceparent }: {
      request: OutgoingRequest;
      target: OutgoingTarget;
      length: number | undefined;
      traceparent: string | undefined;
    },
    { history, timeouts, signal, release }: {
      history: CallHistory;
      timeouts: CallTimeouts;
      signal: AbortSignal;
      release: Release;
    },
  ): Promise<ResponseOutcome> {
    const body = OutgoingRequest.body(request);
    try {
      const framing = await framingOf(body, length);
      const { status, rawHeaders, body: reader } = await this.#client.send({
        target,
        headers: traced(headersOf(request, target, framing), traceparent),
        body: framing.kind === "none" ? undefined : body,
        timeouts,
        released: release,
        resent: () => history.resends++,
      }, signal);
      const source = new BodySource(reader);
      return {
        tag: "ok",
        val: new IncomingResponse(
          status,
          Fields.received(linesOf(rawHeaders)),
          new IncomingBody(source, { ownsSource: true }),
        ),
      };
    } catch (error) {
      body?.pipe.cancel();
      release();
      return { tag: "err", val: codeFrom(error) };
    }
  }
}

/**
 * The lines with the trace of the request that the guest is serving, unless it tells of one
 * itself: https://www.w3.org/TR/trace-context/, a trace goes on over whoever takes no part.
 */
function traced(
  headers: string[],
  traceparent: string | undefined,
): string[] {
  const tells = headers.some((text, index) =>
    index % 2 === 0 && text.toLowerCase() === "traceparent"
  );
  return traceparent === undefined || tells
    ? headers
    : [...headers, "traceparent", traceparent];
}

/**
 * How the body is sent. A guest that goes on in the same turn of the event loop may finish it
 * before its head leaves: its length is known then.
 */
async function framingOf(
  body: OutgoingBody | undefined,
  length: number | undefined,
): Promise<Framing> {
  if (body === undefined) return { kind: "none" };
  if (length !== undefined) return { kind: "known", length };
  await new Promise<void>((resolve) => setTimeout(resolve, 0));
  const { pipe } = body;
  if (pipe.failure !== undefined) throw pipe.failure;
  if (!pipe.finished || OutgoingBody.trailers(body) !== undefined) {
    return { kind: "chunked" };
  }
  return pipe.written === 0
    ? { kind: "none" }
    : { kind: "known", length: pipe.written };
}

/** Durations of the guest, in nanoseconds; a timer takes no more than 31 bits. */
function timeoutsOf(options: RequestOptions | undefined): CallTimeouts {
  const read = (given: bigint | undefined, otherwise: number) =>
    given === undefined
      ? otherwise
      : Math.min(Number(given / 1_000_000n), 2 ** 31 - 1);
  return {
    connect: read(options?.connectTimeout(), DEFAULT_TIMEOUTS.connect),
    firstByte: read(options?.firstByteTimeout(), DEFAULT_TIMEOUTS.firstByte),
    betweenBytes: read(
      options?.betweenBytesTimeout(),
      DEFAULT_TIMEOUTS.betweenBytes,
    ),
  };
}

function codeFrom(error: unknown): ErrorCode {
  return error instanceof HttpFailure ? error.code : {
    tag: "internal-error",
    val: error instanceof Error ? error.message : undefined,
  };
}

/** Makes the interface. */
export function makeOutgoingHandlerInterface(
  client: HttpClient,
): HostInterface {
  return {
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
    limits: { "handle": "by HTTP/1.1; CONNECT is refused" },
    resources: {
      "outgoing-request": OutgoingRequest,
      "request-options": RequestOptions,
      "future-incoming-response": FutureIncomingResponse,
    },
    calls: {
      "handle": { of: describedRequest, end: FutureIncomingResponse.end },
    },
    imports: (instance) => {
      // Most requests of a guest call nobody.
      let caller: Caller | undefined;
      return {
        handle: (
          request: OutgoingRequest,
          given: RequestOptions | undefined,
        ) => (caller ??= new Caller(instance, client)).handle(request, given),
      };
    },
  };
}

/**
 * What stands between any door and the handler: requests that cannot be served are answered
 * here, and those that are served are held to the limits.
 *
 * @module
 */

import type { HttpBodyError } from "../runtime/http_body_error.ts";
import {
  type HeaderLine,
  type HttpAnswer,
  type HttpRequest,
  type HttpResponse,
  whenAnswered,
} from "../runtime/http_message.ts";
import { type RequestBody, requestBody, responseBody } from "./bodies.ts";
import type {
  FrontEvents,
  FrontLimits,
  RefusalReason,
  RequestHandler,
  RequestObserver,
  RequestOrigin,
} from "./front_door.ts";
import {
  type HeadFacts,
  headFacts,
  rememberingHostCheck,
} from "./head_facts.ts";
import { IdleWatch } from "./idle_watch.ts";

/** How a gate is set up. */
export interface GateOptions {
  readonly limits: FrontLimits;
  readonly handle: RequestHandler;
  readonly observe?: RequestObserver | undefined;
  readonly events: FrontEvents;
  /** Whether the door can send trailers to clients that take them. */
  readonly sendsTrailers: boolean;
}

/** An answer in place of the handler's. */
interface Refusal {
  readonly reason: RefusalReason;
  readonly status: number;
  readonly text: string;
  readonly headers?: readonly HeaderLine[];
  /** Whether the text is left out. */
  readonly isHeadAlone?: true;
}

/** A body that has not been read to its end. */
interface Upload {
  /** What its head says; infinite where it does not. */
  readonly length: number;
  readonly body: RequestBody;
}

/** Bytes up to which a body is taken into memory when the server stops. */
const SHORT = 64 * 1024;

/** What keeps the server from harm, whichever door a request comes by. */
export class Gate implements Disposable {
  readonly #options: GateOptions;
  readonly #watch: IdleWatch;
  readonly #isValidHost = rememberingHostCheck();
  #inFlight = 0;
  /** Bodies that may still be read. */
  readonly #uploads = new Map<HttpRequest, Upload>();
  #isStopping = false;
  readonly #onEmpty: (() => void)[] = [];
  readonly #uploaded = Promise.withResolvers<void>();

  constructor(options: GateOptions) {
    this.#options = options;
    this.#watch = new IdleWatch(options.limits.clientTimeout);
  }

  /**
   * Answers one request, at once where the handler does. Never rejects.
   *
   * @param origin Asked for only where somebody wants to know.
   */
  handle(
    request: HttpRequest,
    origin: () => RequestOrigin,
  ): HttpAnswer {
    const { observe } = this.#options;
    return observe === undefined
      ? this.#guard(request)
      : observe(request, origin(), (request) => this.#guard(request));
  }

  [Symbol.dispose](): void {
    this.#watch[Symbol.dispose]();
  }

  /**
   * Lets nobody in any more; resolves when of all who are in no body is read any more. Short
   * ones are read at once: the guests they wait for may be long in coming.
   */
  stop(): Promise<void> {
    this.#isStopping = true;
    for (const { length, body } of this.#uploads.values()) {
      if (length <= SHORT) body.readAhead();
    }
    if (this.#uploads.size === 0) this.#uploaded.resolve();
    return this.#uploaded.promise;
  }

  /** Resolves when all who are in have their answers. */
  answered(): Promise<void> {
    if (this.#inFlight === 0) return Promise.resolve();
    return new Promise((resolve) => this.#onEmpty.push(resolve));
  }

  #leave(request: HttpRequest): void {
    this.#inFlight--;
    this.#endUpload(request);
    if (this.#inFlight > 0) return;
    for (const resolve of this.#onEmpty.splice(0)) resolve();
  }

  #endUpload(request: HttpRequest): void {
    if (this.#uploads.size > 0) this.#uploads.delete(request);
    if (this.#isStopping && this.#uploads.size === 0) this.#uploaded.resolve();
  }

  #guard(request: HttpRequest): HttpAnswer {
    const facts = headFacts(request, this.#isValidHost);
    const refusal = this.#refusal(facts);
    return refusal === undefined
      ? this.#admit(request, facts)
      : this.#refuse(request, refusal);
  }

  #refusal(facts: HeadFacts): Refusal | undefined {
    const { maxHeadSize, maxHeaders, maxRequestBody, maxRequests } =
      this.#options.limits;
    if (this.#isStopping) {
      return {
        reason: "stopping",
        status: 503,
        text: "The server is stopping",
        headers: [["retry-after", "1"], ...CLOSE],
      };
    }
    if (!facts.hostIsValid) {
      return {
        reason: "bad-host",
        status: 400,
        text: "The request names no valid host",
      };
    }
    if (facts.lines.length > maxHeaders) {
      return {
        reason: "head-too-large",
        status: 431,
        text:
          `The request has more than the ${maxHeaders} header lines that dev.http.max_headers allows`,
      };
    }
    if (facts.size > maxHeadSize) {
      return {
        reason: "head-too-large",
        status: 431,
        text:
          `The header lines are longer than the ${maxHeadSize} bytes that dev.http.max_head_size allows`,
      };
    }
    if (facts.isWebSocket) {
      return {
        reason: "websocket",
        status: 501,
        text: "WebSockets are not supported: components answer requests",
      };
    }
    if (facts.isGrpc && !this.#options.sendsTrailers) return GRPC;
    if ((facts.contentLength ?? 0) > (maxRequestBody ?? Infinity)) {
      return {
        reason: "request-body-too-large",
        status: 413,
        text:
          `The body is longer than the ${maxRequestBody} bytes that dev.http.max_request_body allows`,
        headers: CLOSE,
      };
    }
    if (this.#inFlight >= maxRequests) {
      return {
        reason: "too-many-requests",
        status: 503,
        text:
          `More than ${maxRequests} requests at once, which is what dev.http.max_requests allows; try again`,
        headers: [["retry-after", "1"]],
      };
    }
    return undefined;
  }

  #admit(request: HttpRequest, facts: HeadFacts): HttpAnswer {
    this.#inFlight++;
    const { handle } = this.#options;
    if (request.body !== null) {
      return this.#admitBody(request, request.body, facts);
    }
    return whenAnswered(
      handle(new AdmittedRequest(request, facts, null)),
      (response) => this.#sent(request, response),
    );
  }

  async #admitBody(
    request: HttpRequest,
    body: ReadableStream<Uint8Array>,
    facts: HeadFacts,
  ): Promise<HttpResponse> {
    const { handle, limits } = this.#options;
    const fault = Promise.withResolvers<HttpBodyError>();
    const read = requestBody(
      body,
      { limit: limits.maxRequestBody, watch: this.#watch },
      { failed: fault.resolve, over: () => this.#endUpload(request) },
    );
    // Deno gives every POST a body; one without a byte needs nothing more of the connection.
    if (facts.contentLength !== 0) {
      const length = facts.contentLength ?? Infinity;
      this.#uploads.set(request, { length, body: read });
    }
    const answer = Promise.resolve(
      handle(new AdmittedRequest(request, facts, read.body)),
    );
    const first = await Promise.race([
      answer,
      fault.promise.then((error) => ({ error })),
    ]);
    if (!("error" in first)) return this.#sent(request, first);
    // The guest may still answer; its instance counts until then, its answer goes nowhere.
    answer.then(({ body }) => {
      this.#leave(request);
      if (body instanceof ReadableStream) body.cancel().catch(() => {});
    });
    const isTooLarge = first.error.code === "too-large";
    return this.#refuse(request, {
      reason: isTooLarge ? "request-body-too-large" : "client-timeout",
      status: isTooLarge ? 413 : 408,
      text: first.error.message,
      headers: CLOSE,
    });
  }

  /** The response, which is over when its body is. */
  #sent(request: HttpRequest, response: HttpResponse): HttpResponse {
    const { body } = response;
    const limit = this.#options.limits.maxResponseBody;
    if (!(body instanceof ReadableStream)) {
      this.#leave(request);
      if (body === null || body.length <= (limit ?? Infinity)) return response;
      return this.#refuse(request, {
        reason: "response-body-too-large",
        status: 500,
        text:
          `The response is longer than the ${limit} bytes that dev.http.max_response_body allows`,
      });
    }
    return {
      ...response,
      body: responseBody(
        body,
        { limit, watch: this.#watch },
        () => this.#leave(request),
      ),
    };
  }

  #refuse(request: HttpRequest, refusal: Refusal): HttpResponse {
    const { status, text, reason } = refusal;
    this.#options.events.refused(request, status, text, reason);
    return textResponse(refusal);
  }
}

/** A request that was let in: what was read of its head need not be read again. */
class AdmittedRequest implements HttpRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: readonly HeaderLine[];
  readonly body: ReadableStream<Uint8Array> | null;
  readonly trailers?: NonNullable<HttpRequest["trailers"]>;
  readonly inform?: NonNullable<HttpRequest["inform"]>;
  readonly takesTrailers?: true;
  readonly trace?: string;
  readonly id?: string;

  constructor(
    request: HttpRequest,
    { lines, trace }: HeadFacts,
    body: ReadableStream<Uint8Array> | null,
  ) {
    this.method = request.method;
    this.url = request.url;
    this.headers = lines;
    this.body = body;
    const { trailers, inform, takesTrailers, id } = request;
    if (trailers !== undefined) this.trailers = trailers;
    if (inform !== undefined) this.inform = inform;
    if (takesTrailers !== undefined) this.takesTrailers = takesTrailers;
    if (trace !== undefined) this.trace = trace;
    if (id !== undefined) this.id = id;
  }
}

const CLOSE: readonly HeaderLine[] = [["connection", "close"]];

const GRPC_TEXT =
  "gRPC needs trailers, which this server cannot send; set dev.http_server: node";

/** Without a body, which clients of gRPC would read as a message: the text is in its line. */
const GRPC: Refusal = {
  reason: "grpc-without-trailers",
  status: 415,
  text: GRPC_TEXT,
  isHeadAlone: true,
  headers: [["grpc-status", "12"], ["grpc-message", GRPC_TEXT]],
};

function textResponse(
  { status, text, headers = [], isHeadAlone }: Refusal,
): HttpResponse {
  if (isHeadAlone) return { status, headers, body: null };
  return {
    status,
    headers: [["content-type", "text/plain; charset=utf-8"], ...headers],
    body: new TextEncoder().encode(`${text}\n`),
  };
}

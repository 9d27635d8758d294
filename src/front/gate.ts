/**
 * What stands between any door and the handler: requests that cannot be served are answered
 * here, and those that are served are held to the limits.
 *
 * @module
 */

import type { HttpBodyError } from "../runtime/http_body_error.ts";
import type {
  HeaderLine,
  HttpRequest,
  HttpResponse,
} from "../runtime/http_message.ts";
import { requestBody, responseBody } from "./bodies.ts";
import type { FrontEvents, FrontLimits, RequestHandler } from "./front_door.ts";
import { type HeadFacts, headFacts } from "./head_facts.ts";
import { IdleWatch } from "./idle_watch.ts";

/** How a gate is set up. */
export interface GateOptions {
  readonly limits: FrontLimits;
  readonly handle: RequestHandler;
  readonly events: FrontEvents;
  /** Whether the door can send trailers to clients that take them. */
  readonly sendsTrailers: boolean;
}

/** An answer in place of the handler's. */
interface Refusal {
  readonly status: number;
  readonly text: string;
  readonly headers?: readonly HeaderLine[];
  /** Whether the text is left out. */
  readonly isHeadAlone?: true;
}

/** What keeps the server from harm, whichever door a request comes by. */
export class Gate implements Disposable {
  readonly #options: GateOptions;
  readonly #watch: IdleWatch;
  #inFlight = 0;

  constructor(options: GateOptions) {
    this.#options = options;
    this.#watch = new IdleWatch(options.limits.clientTimeout);
  }

  /** Answers one request. Never rejects. */
  handle(request: HttpRequest): Promise<HttpResponse> {
    const facts = headFacts(request);
    const refusal = this.#refusal(facts);
    return refusal === undefined
      ? this.#admit(request, facts)
      : Promise.resolve(this.#refuse(request, refusal));
  }

  [Symbol.dispose](): void {
    this.#watch[Symbol.dispose]();
  }

  #refusal(facts: HeadFacts): Refusal | undefined {
    const { maxHeadSize, maxHeaders, maxRequestBody, maxRequests } =
      this.#options.limits;
    if (!facts.hostIsValid) {
      return { status: 400, text: "The request names no valid host" };
    }
    if (facts.lines.length > maxHeaders) {
      return {
        status: 431,
        text:
          `The request has more than the ${maxHeaders} header lines that dev.http.max_headers allows`,
      };
    }
    if (facts.size > maxHeadSize) {
      return {
        status: 431,
        text:
          `The header lines are longer than the ${maxHeadSize} bytes that dev.http.max_head_size allows`,
      };
    }
    if (facts.isWebSocket) {
      return {
        status: 501,
        text: "WebSockets are not supported: components answer requests",
      };
    }
    if (facts.isGrpc && !this.#options.sendsTrailers) return GRPC;
    if ((facts.contentLength ?? 0) > (maxRequestBody ?? Infinity)) {
      return {
        status: 413,
        text:
          `The body is longer than the ${maxRequestBody} bytes that dev.http.max_request_body allows`,
        headers: CLOSE,
      };
    }
    if (this.#inFlight >= maxRequests) {
      return {
        status: 503,
        text:
          `More than ${maxRequests} requests at once, which is what dev.http.max_requests allows; try again`,
        headers: [["retry-after", "1"]],
      };
    }
    return undefined;
  }

  async #admit(
    request: HttpRequest,
    { lines, trace }: HeadFacts,
  ): Promise<HttpResponse> {
    this.#inFlight++;
    const { handle, limits } = this.#options;
    const { body, trailers, inform, takesTrailers } = request;
    const fault = body === null
      ? undefined
      : Promise.withResolvers<HttpBodyError>();
    const answer = handle({
      method: request.method,
      url: request.url,
      headers: lines,
      body: body === null || fault === undefined ? null : requestBody(
        body,
        { limit: limits.maxRequestBody, watch: this.#watch },
        fault.resolve,
      ),
      ...(trailers === undefined ? {} : { trailers }),
      ...(inform === undefined ? {} : { inform }),
      ...(takesTrailers === undefined ? {} : { takesTrailers }),
      ...(trace === undefined ? {} : { trace }),
    });
    if (fault === undefined) return this.#sent(await answer);
    const first = await Promise.race([
      answer,
      fault.promise.then((error) => ({ error })),
    ]);
    if (!("error" in first)) return this.#sent(first);
    // The guest may still answer; its instance counts until then, its answer goes nowhere.
    answer.then(({ body }) => {
      this.#inFlight--;
      if (body instanceof ReadableStream) body.cancel().catch(() => {});
    });
    return this.#refuse(request, {
      status: first.error.code === "too-large" ? 413 : 408,
      text: first.error.message,
      headers: CLOSE,
    });
  }

  /** The response, which is over when its body is. */
  #sent(response: HttpResponse): HttpResponse {
    const { body } = response;
    const limit = this.#options.limits.maxResponseBody;
    if (!(body instanceof ReadableStream)) {
      this.#inFlight--;
      if (body === null || body.length <= (limit ?? Infinity)) return response;
      return textResponse({
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
        () => this.#inFlight--,
      ),
    };
  }

  #refuse(request: HttpRequest, refusal: Refusal): HttpResponse {
    const { status, text } = refusal;
    this.#options.events.refused(request, status, text);
    return textResponse(refusal);
  }
}

const CLOSE: readonly HeaderLine[] = [["connection", "close"]];

const GRPC_TEXT =
  "gRPC needs trailers, which this server cannot send; set dev.http_server: node";

/** Without a body, which clients of gRPC would read as a message: the text is in its line. */
const GRPC: Refusal = {
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

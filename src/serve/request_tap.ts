/**
 * Sees every request of the public address: gives it its id, and tells of it when its answer
 * is over.
 *
 * @module
 */

import type { RefusalReason, RequestObserver } from "../front/mod.ts";
import type { AccessReport } from "../log.ts";
import { faultResponse } from "../runtime/faults/fault_response.ts";
import {
  type HttpBody,
  type HttpRequest,
  type HttpResponse,
  whenAnswered,
} from "../runtime/http_message.ts";
import { pathOf } from "../runtime/request_path.ts";
import type { RequestSpan, RequestSpans } from "./request_spans.ts";

/** What a tap tells, and of whom. */
export interface RequestTapOptions {
  /** Told of each request that is over. */
  readonly answered: (report: AccessReport) => void;
  /** Whether queries are told. */
  readonly logsQuery: boolean;
  /** Absent where nobody records spans. */
  readonly spans?: RequestSpans | undefined;
}

/** A request without an end yet. */
interface Tapped {
  readonly id: string;
  readonly request: HttpRequest;
  readonly client: string | undefined;
  readonly start: number;
  readonly span: RequestSpan | undefined;
  trace: string | undefined;
  /** Why the gate refused it. */
  refused: RefusalReason | undefined;
}

/** How an answer ended. */
interface Ending {
  readonly status: number;
  readonly bytes: number;
  readonly broken?: boolean;
}

/** Follows requests from their heads to the ends of their answers. */
export class RequestTap {
  readonly #options: RequestTapOptions;
  /** Several servers may write to one log: none has the ids of another. */
  readonly #mark = crypto.randomUUID().slice(0, 8);
  readonly #underWay = new Map<string, Tapped>();
  #count = 0;

  constructor(options: RequestTapOptions) {
    this.#options = options;
  }

  /** How many have no end yet. */
  get inFlight(): number {
    return this.#underWay.size;
  }

  /** For the front door. */
  readonly observe: RequestObserver = (request, origin, next) => {
    const id = `${this.#mark}-${(++this.#count).toString(36)}`;
    const start = performance.now();
    const { client } = origin;
    const span = this.#options.spans?.begin(request, { id, origin });
    const tapped: Tapped = {
      id,
      request,
      client,
      start,
      span,
      trace: undefined,
      refused: undefined,
    };
    this.#underWay.set(id, tapped);
    const { method, url, body, trailers, inform, takesTrailers } = request;
    const answer = next({
      id,
      method,
      url,
      headers: span?.headers ?? request.headers,
      body,
      ...(trailers === undefined ? {} : { trailers }),
      ...(inform === undefined ? {} : { inform }),
      ...(takesTrailers === undefined ? {} : { takesTrailers }),
    });
    return whenAnswered(answer, (given) => this.#answered(tapped, given));
  };

  #answered(tapped: Tapped, given: HttpResponse): HttpResponse {
    const response = tapped.refused === undefined
      ? given
      : terse(given, tapped);
    return { ...response, body: this.#follow(tapped, response) };
  }

  /** The gate lets a request in. */
  admitted({ id = "", trace }: HttpRequest): void {
    const tapped = this.#underWay.get(id);
    if (tapped !== undefined) tapped.trace = trace;
  }

  /** The gate has answered a request itself. */
  refused({ id = "" }: HttpRequest, reason: RefusalReason): void {
    const tapped = this.#underWay.get(id);
    if (tapped !== undefined) tapped.refused = reason;
  }

  #follow(
    tapped: Tapped,
    { status, body }: HttpResponse,
  ): HttpBody | null {
    const isHead = tapped.request.method === "HEAD";
    if (!(body instanceof ReadableStream)) {
      const bytes = isHead ? 0 : body?.length ?? 0;
      this.#end(tapped, { status, bytes });
      return body;
    }
    return counted(
      body,
      (bytes, broken) => this.#end(tapped, { status, bytes, broken }),
    );
  }

  #end(tapped: Tapped, { status, bytes, broken = false }: Ending): void {
    const { id, request: { method, url }, client, start, trace } = tapped;
    if (!this.#underWay.delete(id)) return;
    tapped.span?.end(status);
    this.#options.answered({
      id,
      method,
      path: shownPath(url, this.#options.logsQuery),
      status,
      milliseconds: Math.round((performance.now() - start) * 1000) / 1000,
      bytes,
      ...(client !== undefined && { client }),
      ...(trace !== undefined && { trace }),
      ...(tapped.refused !== undefined && { refused: tapped.refused }),
      ...(broken && { broken }),
    });
  }
}

/**
 * What a client learns of a refusal: the status, and the id under which the log has the rest.
 * Lines on the connection stay, and gRPC's own but for their text.
 */
function terse(
  { status, headers, body }: HttpResponse,
  { id, request }: Tapped,
): HttpResponse {
  if (body === null) {
    const text = `gRPC is not served here (request ${id})`;
    return {
      status,
      headers: [...headers].map(([name, value]) => [
        name,
        name === "grpc-message" ? text : value,
      ]),
      body,
    };
  }
  const fault = faultResponse(
    { kind: "refused", status, message: "", request: id },
    request,
    "hidden",
  );
  const kept = [...headers].filter(([name]) => name !== "content-type");
  return { ...fault, headers: [...fault.headers, ...kept] };
}

/** The body, and how much of it was taken when it is over. */
function counted(
  body: ReadableStream<Uint8Array>,
  over: (bytes: number, isBroken: boolean) => void,
): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  let bytes = 0;
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { value, done } = await reader.read();
        if (done) {
          over(bytes, false);
          controller.close();
          return;
        }
        bytes += value.length;
        controller.enqueue(value);
      } catch (error) {
        over(bytes, true);
        throw error;
      }
    },
    cancel(reason) {
      over(bytes, true);
      return reader.cancel(reason);
    },
  }, { highWaterMark: 0 });
}

/** The path; the query only where it is wanted, for it may hold secrets. */
function shownPath(url: string, withQuery: boolean): string {
  const target = pathOf(url);
  return withQuery ? target : target.split("?", 1)[0]!;
}

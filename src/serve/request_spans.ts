/**
 * The spans of requests. Deno makes one for each request that its own server, or `node:http`,
 * takes; here it is told what Wharf knows, and becomes the parent of what the component calls.
 * Loaded only where Deno's exporter is on.
 *
 * @module
 */

import {
  type Context,
  context,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
} from "@opentelemetry/api";
import { formatTraceparent, parseTraceparent } from "../runtime/traceparent.ts";
import type { RequestOrigin } from "../front/mod.ts";
import type { HeaderLine, HttpRequest } from "../runtime/http_message.ts";

/** A request whose span is under way. */
export interface RequestSpan {
  /** The header lines with the span in the place of its parent. */
  readonly headers: readonly HeaderLine[];
  /** The answer is over. */
  end(status: number): void;
}

/** Begins spans. */
export interface RequestSpans {
  begin(
    request: HttpRequest,
    told: { readonly id: string; readonly origin: RequestOrigin },
  ): RequestSpan;
}

/** Takes Deno's spans, and makes those that it does not make. */
export function makeRequestSpans(): RequestSpans {
  const tracer = trace.getTracer("wharf");
  return {
    begin(request, { id, origin: { client, span: below } }) {
      const lines = [...request.headers];
      const active = trace.getSpan(context.active()) ?? spanFrom(below?.());
      const span = active ?? tracer.startSpan(
        request.method,
        { kind: SpanKind.SERVER },
        parentOf(lines),
      );
      span.setAttributes(attributesOf(request));
      span.setAttribute("wharf.request.id", id);
      if (active !== undefined) hideQuery(active, request.url);
      if (client !== undefined) span.setAttribute("client.address", client);
      return {
        headers: [
          ...lines.filter(([name]) => !isTraceparent(name)),
          ["traceparent", formatTraceparent(span.spanContext())],
        ],
        end: (status) => {
          if (active === undefined) end(span, status);
        },
      };
    },
  };
}

function end(span: Span, status: number): void {
  span.setAttribute("http.response.status_code", status);
  if (status >= 500) {
    span.setAttribute("error.type", `${status}`);
    span.setStatus({ code: SpanStatusCode.ERROR });
  }
  span.end();
}

/** What a server below has, if it is a span. */
function spanFrom(value: unknown): Span | undefined {
  return typeof value === "object" && value !== null &&
      "spanContext" in value && "setAttribute" in value
    ? value as Span
    : undefined;
}

/** Deno tells of the query, which may hold secrets. */
function hideQuery(span: Span, url: string): void {
  const query = url.indexOf("?");
  if (query < 0) return;
  span.setAttribute("url.full", url.slice(0, query));
  span.setAttribute("url.query", "");
}

function attributesOf({ method, url }: HttpRequest) {
  const { protocol, hostname, port, pathname } = new URL(url);
  return {
    "http.request.method": method,
    "url.scheme": protocol.slice(0, -1),
    "url.path": pathname,
    "server.address": hostname,
    ...(port !== "" && { "server.port": Number(port) }),
  };
}

/** Two lines of that name are as good as none: https://www.w3.org/TR/trace-context/ */
function parentOf(lines: readonly HeaderLine[]): Context {
  const told = lines.filter(([name]) => isTraceparent(name));
  const [only] = told;
  const parent = told.length === 1 && only !== undefined
    ? parseTraceparent(only[1])
    : undefined;
  return parent === undefined
    ? ROOT_CONTEXT
    : trace.setSpanContext(ROOT_CONTEXT, parent);
}

function isTraceparent(name: string): boolean {
  return name.toLowerCase() === "traceparent";
}

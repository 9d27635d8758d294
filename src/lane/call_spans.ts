/**
 * Spans of the calls that leave a guest, by the names of OpenTelemetry's semantic conventions.
 * Loaded only where Deno's exporter is on.
 *
 * @module
 */

import {
  type Attributes,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
} from "@opentelemetry/api";
import type {
  CallBeginning,
  CallEnd,
  CallSpans,
  HostCall,
} from "../runtime/host_interface.ts";
import type { StoreNames } from "../runtime/lane_protocol.ts";
import { formatTraceparent, parseTraceparent } from "../runtime/traceparent.ts";

type BegunCall = Pick<HostCall, "interface" | "name"> & CallBeginning;

/** The methods that the conventions know; a guest can send any word. */
const METHODS: ReadonlySet<string> = new Set([
  ...["GET", "HEAD", "POST", "PUT", "PATCH"],
  ...["DELETE", "OPTIONS", "TRACE", "CONNECT", "QUERY"],
]);

/** By scheme, with the colon. */
const DEFAULT_PORTS: ReadonlyMap<string, number> = new Map([
  ["http:", 80],
  ["https:", 443],
]);

/** Records by the tracer of this thread. */
export function makeCallSpans(names: StoreNames): CallSpans {
  const tracer = trace.getTracer("wharf");
  return {
    begin(call, parent) {
      const isHttp = call.interface === "wasi:http/outgoing-handler";
      const { name, attributes } = isHttp
        ? describeHttp(call)
        : describeBucketCall(call, names);
      const place = parent === undefined ? undefined : parseTraceparent(parent);
      const span = tracer.startSpan(
        name,
        { kind: SpanKind.CLIENT, attributes },
        place === undefined
          ? ROOT_CONTEXT
          : trace.setSpanContext(ROOT_CONTEXT, { ...place, isRemote: true }),
      );
      return {
        traceparent: formatTraceparent(span.spanContext()),
        end(how) {
          if (isHttp) endHttp(span, how);
          else if (how.error !== undefined) fail(span, how.error);
          span.end();
        },
      };
    },
  };
}

interface Description {
  readonly name: string;
  readonly attributes: Attributes;
}

/** The key is left out: it may be a person's name, and a backend keeps it for long. */
function describeBucketCall(
  { name, target }: BegunCall,
  { stores, otherwise }: StoreNames,
): Description {
  return {
    name: `${name} ${target}`,
    attributes: {
      "db.system.name": stores.get(target) ?? otherwise,
      "db.operation.name": name,
      "db.collection.name": target,
    },
  };
}

/** The query is left out: it may hold secrets. What the guest calls need be no URL. */
function describeHttp(
  { target, subject = "", url: written = "" }: BegunCall,
): Description {
  const method = subject.slice(0, subject.indexOf(" "));
  const isKnown = METHODS.has(method);
  const url = URL.parse(written);
  // With no host in front, a part of the path may stand for one.
  if (url !== null) url.username = url.password = "";
  const port = url === null
    ? undefined
    : url.port === ""
    ? DEFAULT_PORTS.get(url.protocol)
    : Number(url.port);
  return {
    name: isKnown ? method : "HTTP",
    attributes: {
      "http.request.method": isKnown ? method : "_OTHER",
      ...(!isKnown && { "http.request.method_original": method }),
      "url.full": url?.href ?? written,
      "server.address": url?.hostname.replace(/^\[|\]$/g, "") ?? target,
      ...(port !== undefined && { "server.port": port }),
    },
  };
}

function endHttp(span: Span, { result, error, resends }: CallEnd): void {
  if (resends !== undefined) {
    span.setAttribute("http.request.resend_count", resends);
  }
  if (error !== undefined) return fail(span, error);
  const status = Number(result);
  span.setAttribute("http.response.status_code", status);
  if (status < 400) return;
  span.setAttribute("error.type", `${status}`);
  span.setStatus({ code: SpanStatusCode.ERROR });
}

/** An error's text begins with the name of its case, as the guest has it. */
function fail(span: Span, error: string): void {
  const [, type = "_OTHER"] = /^([\w-]+)(?::|$)/.exec(error) ?? [];
  span.setAttribute("error.type", type);
  span.setStatus({ code: SpanStatusCode.ERROR, message: error });
}

/**
 * Where a guest's request goes and how it is framed, made of what the guest set.
 *
 * @module
 */

import { WitError } from "../../runtime/host_interface.ts";
import type { HttpTarget } from "../net/egress.ts";
import { bracketed, isAddress, normalHost } from "../net/ip_address.ts";
import type { ErrorCode } from "./error_code.ts";
import { textFrom } from "../../runtime/latin1.ts";
import { OutgoingRequest } from "./outgoing.ts";

/** A request's first line and where it is sent. */
export interface OutgoingTarget extends HttpTarget {
  readonly method: string;
  /** The path and query of the request line. */
  readonly path: string;
  /** The line `host`. */
  readonly authority: string;
  /** How a log names it; without the query, which may hold secrets. */
  readonly origin: string;
}

/** Header lines as `node:http` takes them: name, value, name, value. */
export type FlatHeaders = string[];

const DEFAULT_PORTS = { http: 80, https: 443 } as const;

/**
 * Reads where a request goes. A scheme that the guest left out is HTTPS.
 *
 * @throws {WitError<ErrorCode>} It cannot be sent.
 */
export function targetOf(request: OutgoingRequest): OutgoingTarget {
  const scheme = schemeOf(request);
  const written = request.authority();
  // The guest's: it may hold a user's name and password, which no header carries for it.
  const match = /^(\[[^\]@]*\]|[^:@[\]]+)(?::(\d{0,5}))?$/.exec(written ?? "");
  const host = normalHost(match?.[1] ?? "");
  const port = match?.[2] ? Number(match[2]) : DEFAULT_PORTS[scheme];
  if (host === undefined || port === 0 || port > 65_535) {
    throw refused({ tag: "HTTP-request-URI-invalid" });
  }
  const shown = port === DEFAULT_PORTS[scheme]
    ? bracketed(host)
    : `${bracketed(host)}:${port}`;
  return {
    scheme,
    host,
    port,
    method: methodOf(request),
    path: pathOf(request),
    authority: shown,
    origin: `${scheme}://${shown}`,
  };
}

/**
 * What is told of a call, as the guest has it, before it is known whether it can be made. A
 * user's name and password are left out, whether they can be sent or not.
 */
export function describedRequest(
  request: OutgoingRequest,
): { target: string; subject: string; url: string } {
  const authority = request.authority() ?? "";
  const target = authority.slice(authority.lastIndexOf("@") + 1);
  const path = request.pathWithQuery() ?? "/";
  const scheme = request.scheme();
  const name = scheme === undefined
    ? "https"
    : scheme.tag === "other"
    ? scheme.val
    : scheme.tag.toLowerCase();
  const [shown = ""] = path.split(/[?#]/, 1);
  return {
    target,
    subject: `${methodName(request)} ${path}`,
    url: `${name}://${target}${shown === "" ? "/" : shown}`,
  };
}

/** The name that a server's certificate must have been made for; none where it is an address. */
export function serverName({ host }: HttpTarget): string {
  return isAddress(host) ? "" : host;
}

function schemeOf(request: OutgoingRequest): "http" | "https" {
  const scheme = request.scheme();
  switch (scheme?.tag) {
    case "HTTP":
      return "http";
    case undefined:
    case "HTTPS":
      return "https";
    case "other":
      throw refused({ tag: "HTTP-protocol-error" });
  }
}

function methodOf(request: OutgoingRequest): string {
  const name = methodName(request);
  // A tunnel is not a request to the host that the policy was asked about.
  if (name.toUpperCase() === "CONNECT") {
    throw refused({ tag: "HTTP-request-method-invalid" });
  }
  return name;
}

function methodName(request: OutgoingRequest): string {
  const method = request.method();
  return method.tag === "other" ? method.val : method.tag.toUpperCase();
}

/** Longer targets are refused before a server does it by closing the connection. */
const MAX_PATH = 64 * 1024;

function pathOf(request: OutgoingRequest): string {
  const path = request.pathWithQuery() ?? "/";
  if (path.length > MAX_PATH) {
    throw refused({ tag: "HTTP-request-URI-too-long" });
  }
  if (path === "" || path.startsWith("?")) return `/${path}`;
  // What is not ASCII has no place in a request line, and no one way to be encoded.
  if (!/^[\x21-\x7e]*$/.test(path)) {
    throw refused({ tag: "HTTP-request-URI-invalid" });
  }
  return path;
}

/** Methods whose requests have no body as a rule; `node:http` announces one for all others. */
const WITHOUT_BODY: ReadonlySet<string> = new Set([
  "GET",
  "HEAD",
  "DELETE",
  "OPTIONS",
  "TRACE",
]);

/** What is known of a body when its request's head is sent. */
export type Framing =
  | { readonly kind: "none" }
  | { readonly kind: "known"; readonly length: number }
  | { readonly kind: "chunked" };

/** The header lines of a request, `host` and the framing's among them. */
export function headersOf(
  request: OutgoingRequest,
  { authority, method }: OutgoingTarget,
  framing: Framing,
): FlatHeaders {
  const headers: FlatHeaders = ["host", authority];
  for (const [name, value] of request.headers().entries()) {
    if (name.toLowerCase() === "content-length") continue;
    headers.push(name, textFrom(value));
  }
  switch (framing.kind) {
    case "none":
      if (!WITHOUT_BODY.has(method)) headers.push("content-length", "0");
      break;
    case "known":
      headers.push("content-length", `${framing.length}`);
      break;
    case "chunked":
      headers.push("transfer-encoding", "chunked");
      break;
  }
  return headers;
}

/**
 * How long the guest says that the body is.
 *
 * @throws {WitError<ErrorCode>} It is no length, or there is no body to have it.
 */
export function promisedLength(request: OutgoingRequest): number | undefined {
  let length: number | undefined;
  try {
    length = OutgoingRequest.contentLength(request);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw refused({ tag: "HTTP-request-body-size", val: undefined });
  }
  if (OutgoingRequest.body(request) === undefined && (length ?? 0) > 0) {
    throw refused({ tag: "HTTP-request-body-size", val: 0n });
  }
  return length;
}

function refused(code: ErrorCode): WitError<ErrorCode> {
  return new WitError(code);
}

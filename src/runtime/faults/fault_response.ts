/**
 * Makes every answer that comes from the host and not from a guest.
 *
 * @module
 */

import { printable, printableJson, printableLines } from "../../log.ts";
import type { HttpRequest, HttpResponse } from "../http_message.ts";
import { acceptedFace, type Face } from "./accepted_face.ts";
import {
  type Fault,
  type FaultFrame,
  type FaultPolicy,
  REMEDIES,
} from "./fault.ts";
import { faultPage } from "./fault_page.ts";

/**
 * The response that tells a client of a fault.
 *
 * @param request What the client asked for; its `Accept` chooses the face.
 */
export function faultResponse(
  fault: Fault,
  request: HttpRequest,
  policy: FaultPolicy,
): HttpResponse {
  const face = acceptedFace(valueOf(request, "accept"));
  const told = policy === "shown" ? fault : hidden(fault);
  const body = request.method === "HEAD"
    ? null
    : new TextEncoder().encode(render(told, request, { face, policy }));
  return {
    status: fault.status,
    headers: Object.entries({
      "content-type": CONTENT_TYPES[face],
      "cache-control": "no-store",
      "vary": "accept",
      "x-content-type-options": "nosniff",
      ...(face === "page" ? { "content-security-policy": PAGE_POLICY } : {}),
      ...fault.headers,
    }),
    body,
  };
}

/** What the lines of that name say together; `null` where there are none. */
function valueOf({ headers }: HttpRequest, wanted: string): string | null {
  const values = [...headers]
    .filter(([name]) => name.toLowerCase() === wanted)
    .map(([, value]) => value);
  return values.length === 0 ? null : values.join(", ");
}

const CONTENT_TYPES: Readonly<Record<Face, string>> = {
  page: "text/html; charset=utf-8",
  text: "text/plain; charset=utf-8",
  problem: "application/problem+json",
};

/** What guests and builds write comes from anywhere; nothing in a page may run, load or send. */
const PAGE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; " +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** The names of the statuses that faults have. */
const PHRASES: Readonly<Record<number, string>> = {
  400: "Bad Request",
  408: "Request Timeout",
  413: "Content Too Large",
  415: "Unsupported Media Type",
  431: "Request Header Fields Too Large",
  500: "Internal Server Error",
  501: "Not Implemented",
  503: "Service Unavailable",
  502: "Bad Gateway",
  504: "Gateway Timeout",
};

/** What is left of a fault for a client that may know nothing. */
function hidden({ kind, status, request }: Fault): Fault {
  return {
    kind,
    status,
    message: phraseOf(status),
    ...(request === undefined ? {} : { request }),
  };
}

function phraseOf(status: number): string {
  return PHRASES[status] ?? `Status ${status}`;
}

function render(
  fault: Fault,
  request: HttpRequest,
  { face, policy }: { readonly face: Face; readonly policy: FaultPolicy },
): string {
  switch (face) {
    case "page":
      return faultPage(fault, policy === "shown" ? request : undefined);
    case "text":
      return faultText(fault, policy);
    case "problem":
      return problem(fault, policy);
  }
}

function faultText(fault: Fault, policy: FaultPolicy): string {
  const { kind, message, stack, output, details, request } = fault;
  const remedy = policy === "shown" ? REMEDIES[kind] : undefined;
  return [
    printableLines(message),
    ...(stack ?? []).map((frame) => `    at ${printable(frameLine(frame))}`),
    ...(output ?? []).map(({ stream, text }) =>
      printable(`${stream}: ${text}`)
    ),
    ...(details ? ["", printableLines(details)] : []),
    ...(remedy === undefined ? [] : [remedy]),
    ...(request === undefined ? [] : [`(request ${request})`]),
    "",
  ].join("\n");
}

/** A frame on one line: `deep (5 times) (src/deep.c:3)`. */
export function frameLine({ text, place }: FaultFrame): string {
  return place === undefined ? text : `${text} (${place})`;
}

/** RFC 9457; the members behind `status` are extensions of it, `detail` apart. */
function problem(fault: Fault, policy: FaultPolicy): string {
  const { kind, status, message, request } = fault;
  const about = { type: "about:blank", title: phraseOf(status), status };
  if (policy === "hidden") return `${printableJson({ ...about, request })}\n`;
  return `${
    printableJson({
      ...about,
      detail: message,
      kind,
      request,
      remedy: REMEDIES[kind],
      stack: fault.stack?.map(({ text, place }) => ({ function: text, place })),
      output: fault.output,
      details: fault.details || undefined,
    })
  }\n`;
}

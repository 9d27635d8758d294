/**
 * What a route of the API is. The table of routes is what the router goes by, and what
 * `openapi.json` is made from.
 *
 * @module
 */

import type { HttpRequest } from "../runtime/http_message.ts";
import type { JsonSchema } from "./json_schema.ts";
import type { ProblemCode } from "./problem.ts";
import type { ExploredProject } from "./project.ts";
import type { Parameter, Query } from "./query.ts";
import type { RequestHead } from "./request_head.ts";
import type { RequestSource } from "./request_source.ts";

/** What routes work on. */
export interface RouteContext {
  readonly project: ExploredProject;
  readonly requests: RequestSource;
  /** Aborts when the explorer ends. */
  readonly ending: AbortSignal;
  /** Milliseconds between two signs of life of a stream that has nothing to say. */
  readonly heartbeat: number;
}

/** One call of a route. */
export interface RouteCall extends RouteContext {
  readonly request: HttpRequest;
  readonly head: RequestHead;
  readonly query: Query;
}

/** What a route answers, or takes, for the document. */
export interface Content {
  readonly doc: string;
  /** The media type; absent where there is no body. */
  readonly type?: string;
  readonly schema?: JsonSchema;
  /** Of a stream of events: the data of each, by the event's name. */
  readonly events?: Readonly<Record<string, JsonSchema>>;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A route. */
export interface Route {
  readonly method: "GET" | "HEAD" | "PUT" | "POST" | "DELETE";
  /** Below `/_wharf/api`. */
  readonly path: `/${string}`;
  /** Its name among all. */
  readonly id: string;
  readonly does: string;
  readonly notes?: string;
  readonly query?: readonly Parameter[];
  readonly headers?: readonly Parameter[];
  readonly takes?: Content;
  /** By status. */
  readonly answers: Readonly<Record<number, Content>>;
  /** What it can be refused for, beside what any request can be. */
  readonly refusals?: readonly (ProblemCode | readonly [ProblemCode, number])[];
  handle(call: RouteCall): Promise<Response> | Response;
}

/** An answer in JSON. */
export function json(value: unknown, status = 200): Response {
  const body = new TextEncoder().encode(JSON.stringify(value));
  return new Response(body, {
    status,
    headers: {
      "content-type": "application/json",
      "content-length": `${body.length}`,
    },
  });
}

/** An answer that says that it is done. */
export function done(): Response {
  return new Response(null, { status: 204 });
}

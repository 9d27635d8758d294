/**
 * The server around the guest: front doors take connections and speak HTTP, and hand plain
 * messages on. They know no WASI, no bucket and no component.
 *
 * @module
 */

import type { Address } from "../config/mod.ts";
import type { HttpAnswer, HttpRequest } from "../runtime/http_message.ts";

/** Answers a request. MUST NOT fail: a door has nothing to say in its place. */
export type RequestHandler = (request: HttpRequest) => HttpAnswer;

/** What a door knows of a request that does not stand in it. */
export interface RequestOrigin {
  /** The address of whoever sent it; `undefined` where the door does not know. */
  readonly client: string | undefined;
  /** The span that the server below has begun for it, where that is not the active one. */
  readonly span?: () => unknown;
}

/**
 * Sees each request before it is held to the limits, and its answer after. MUST NOT reject.
 *
 * @param next Answers it.
 */
export type RequestObserver = (
  request: HttpRequest,
  origin: RequestOrigin,
  next: RequestHandler,
) => HttpAnswer;

/** What a door serves with. */
export interface FrontDoorOptions {
  /** Where it listens. */
  readonly address: Address;
  /** With it, the door speaks TLS alone; HTTP/2 and HTTP/1.1 by ALPN. */
  readonly certificate?: Certificate;
  readonly limits: FrontLimits;
  readonly handle: RequestHandler;
  readonly observe?: RequestObserver;
  readonly events: FrontEvents;
}

/** A server's certificate and its key, as PEM. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/** What clients may ask of a server. Sizes in bytes, times in milliseconds. */
export interface FrontLimits {
  /** All header lines of a request together. */
  readonly maxHeadSize: number;
  /** How many header lines a request may have. */
  readonly maxHeaders: number;
  readonly maxRequestBody?: number;
  readonly maxResponseBody?: number;
  /** How many requests are in flight at once; their bodies count as part of them. */
  readonly maxRequests: number;
  /** How many connections there are at once; only the Node door can hold to it. */
  readonly maxConnections?: number;
  /** How long a client may neither send what is waited for nor take what is sent. */
  readonly clientTimeout: number;
}

/** Why a request was answered without the handler, or in its place. */
export type RefusalReason =
  | "bad-host"
  | "head-too-large"
  | "websocket"
  | "grpc-without-trailers"
  | "request-body-too-large"
  | "response-body-too-large"
  | "client-timeout"
  | "too-many-requests"
  | "stopping";

/** What a door tells its owner. */
export interface FrontEvents {
  /** A response broke off, and the client has seen the connection end. */
  broken(error: unknown): void;
  /** A request was answered without asking the handler, or in its place. */
  refused(
    request: HttpRequest,
    status: number,
    text: string,
    reason: RefusalReason,
  ): void;
  /** Trailers were left out, because this door has no way to send them. */
  trailersLost(): void;
}

/** A server that listens. Disposing it breaks off what is in flight. */
export interface FrontDoor extends AsyncDisposable {
  /** Where it listens, the port found. */
  readonly address: Address;
  readonly scheme: "http" | "https";
  /** Takes no more requests; resolves when those in flight are answered. */
  shutdown(): Promise<void>;
  /**
   * The same, with uploads in flight finished too: {@linkcode FrontDoor.shutdown} frees the port
   * at once, and a door may break them off for it. Who comes meanwhile is refused.
   */
  finish(): Promise<void>;
}

/**
 * Calls out of the host: one client for all guests of an app, with its connections.
 *
 * @module
 */

import type { LookupAddress } from "node:dns";
import type {
  Agent,
  ClientRequest,
  RequestOptions as NodeOptions,
} from "node:http";
import type { Socket } from "node:net";
import { checkedLookup, type LookupAll } from "../net/checked_lookup.ts";
import { type EgressPolicy, makeEgressPolicy } from "../net/egress.ts";
import { isAddress } from "../net/ip_address.ts";
import type { RefusalLog } from "../net/refusals.ts";
import { HttpFailure } from "./error_code.ts";
import type { OutgoingBody } from "./outgoing.ts";
import {
  type CallTimeouts,
  OutgoingCall,
  type OutgoingResponseHead,
} from "./outgoing_call.ts";
import { failure } from "./outgoing_failure.ts";
import { type CallLimits, type Release, Slots } from "./outgoing_slots.ts";
import {
  type FlatHeaders,
  type OutgoingTarget,
  serverName,
} from "./outgoing_target.ts";

/** What a client may do. */
export interface HttpClientOptions {
  readonly policy: EgressPolicy;
  /** Told of what the policy and the limits refuse. */
  readonly refused: RefusalLog;
  /** What one request of a guest may do. */
  readonly limits: CallLimits;
  /** Connections in use at once. */
  readonly connections: number;
  /** Milliseconds that a call waits for one of them. */
  readonly connectionWait: number;
  /** Files of certificates to trust besides the usual ones. */
  readonly caPaths: readonly string[];
  /** Told of what is wrong with the host itself. */
  readonly warn: (text: string) => void;
}

/** A request to be sent. */
export interface ClientMessage {
  readonly target: OutgoingTarget;
  readonly headers: FlatHeaders;
  readonly body: OutgoingBody | undefined;
  readonly timeouts: CallTimeouts;
  /** Called once, when the call has ended, its body included. */
  readonly released: () => void;
  /** Called when it is sent again, on another connection. */
  readonly resent: () => void;
}

/** What `node:` offers, imported when a guest first calls. */
interface Transport {
  readonly request: (options: NodeOptions) => ClientRequest;
  readonly agent: Agent;
}

/** Idle connections to one server, and how long they are kept: less than servers keep theirs. */
const IDLE_CONNECTIONS = 64;
const IDLE_TIMEOUT = 3000;

/** As many bytes of header lines as a response may have. */
const MAX_HEADERS = 64 * 1024;

/** Methods that may be sent again: RFC 9110, 9.2.2. */
const IDEMPOTENT: ReadonlySet<string> = new Set([
  "GET",
  "HEAD",
  "OPTIONS",
  "TRACE",
  "PUT",
  "DELETE",
]);

/** Sends the requests of guests. Imports and connects nothing before the first one. */
export class HttpClient implements AsyncDisposable {
  readonly options: HttpClientOptions;
  readonly #slots: Slots;
  readonly #transports = new Map<"http" | "https", Promise<Transport>>();
  readonly #sockets = new Map<Socket, Promise<void>>();
  readonly #calls = new Set<AbortController>();
  #lookup: Promise<LookupAll> | undefined;

  constructor(options: HttpClientOptions) {
    this.options = options;
    this.#slots = new Slots(options.connections);
  }

  /**
   * Sends a request. Rejects with {@linkcode HttpFailure}, with the signal's reason where that
   * is one.
   */
  async send(
    message: ClientMessage,
    signal: AbortSignal,
  ): Promise<OutgoingResponseHead> {
    const abort = new AbortController();
    this.#calls.add(abort);
    const release = await this.#slot(message.target, signal).catch((error) => {
      this.#calls.delete(abort);
      throw error;
    });
    const ended = () => {
      this.#calls.delete(abort);
      release();
      message.released();
    };
    const either = AbortSignal.any([signal, abort.signal]);
    try {
      const transport = await this.#transport(message.target.scheme);
      const lookup = await this.#lookupAll();
      try {
        return await this.#attempt(message, { transport, lookup }, {
          signal: either,
          ended,
          mayRepeat: true,
        });
      } catch (error) {
        if (!(error instanceof StaleConnection)) throw error;
        message.resent();
        return await this.#attempt(message, { transport, lookup }, {
          signal: either,
          ended,
          mayRepeat: false,
        });
      }
    } catch (error) {
      ended();
      throw error;
    }
  }

  async #slot(
    { origin }: OutgoingTarget,
    signal: AbortSignal,
  ): Promise<Release> {
    const free = this.#slots.take();
    if (free !== undefined) return free;
    const { connections, connectionWait } = this.options;
    const over = Promise.withResolvers<void>();
    const timer = setTimeout(over.resolve, connectionWait);
    signal.addEventListener("abort", () => over.resolve(), { once: true });
    const release = await this.#slots.wait(over.promise);
    clearTimeout(timer);
    over.resolve();
    if (release !== undefined) return release;
    if (signal.aborted) throw signal.reason;
    this.options.refused(
      origin,
      `all ${connections} connections were in use for ${connectionWait} ms`,
      "dev.max_outbound_http_connections_per_workload higher",
    );
    throw failure(
      { tag: "connection-limit-reached" },
      `All ${connections} connections are in use`,
    );
  }

  #attempt(
    { target, headers, body, timeouts, resent }: ClientMessage,
    { transport, lookup }: { transport: Transport; lookup: LookupAll },
    { signal, ended, mayRepeat }: {
      signal: AbortSignal;
      ended: () => void;
      mayRepeat: boolean;
    },
  ): Promise<OutgoingResponseHead> {
    if (signal.aborted) return Promise.reject(signal.reason);
    const { host, port, path, method, scheme } = target;
    let isLookingUp = !isAddress(host);
    let isOver = false;
    const call = new OutgoingCall({
      begin: (options) => this.#watched(transport.request(options)),
      request: {
        protocol: `${scheme}:`,
        host,
        port,
        path,
        method,
        headers,
        setHost: false,
        maxHeaderSize: MAX_HEADERS,
        agent: mayRepeat ? transport.agent : false,
        lookup: checkedLookup(lookup, this.options.policy, port, {
          refused: (address, { remedy }) => {
            this.options.refused(
              target.origin,
              `its name stands for ${address}, which no line allows`,
              remedy,
            );
            return failure(
              { tag: "destination-IP-prohibited" },
              `${host} stands for an address that is not allowed`,
            );
          },
          done: () => isLookingUp = false,
        }),
        ...(scheme === "https" && {
          servername: serverName(target),
          // Whatever the environment says.
          rejectUnauthorized: true,
        }),
      },
      body,
      timeouts,
      isLookingUp: () => isLookingUp,
      resent() {
        if (body === undefined && IDEMPOTENT.has(method)) return resent();
        // The server may have done what it asks for already.
        call.fail(failure(
          { tag: "connection-terminated" },
          "The connection ended before the response began",
        ));
      },
      ended: () => {
        isOver = true;
        signal.removeEventListener("abort", aborted);
        // An attempt that failed is not the end of a call that is tried again.
        if (!isStale()) ended();
      },
    });
    const isStale = () =>
      mayRepeat && call.onOldConnection && !call.hasResponse &&
      !signal.aborted && body === undefined && IDEMPOTENT.has(method);
    const aborted = () => call.fail(abortReason(signal));
    if (!isOver) signal.addEventListener("abort", aborted);
    return call.head.catch((error) => {
      const isCut = error instanceof HttpFailure &&
        error.code.tag === "connection-terminated";
      throw isCut && isStale() ? new StaleConnection() : error;
    });
  }

  /** Imports the client of a scheme, once. */
  #transport(scheme: "http" | "https"): Promise<Transport> {
    let transport = this.#transports.get(scheme);
    if (transport === undefined) {
      transport = scheme === "http" ? openHttp() : this.#openHttps();
      this.#transports.set(scheme, transport);
    }
    return transport;
  }

  async #openHttps(): Promise<Transport> {
    const { Agent, request } = await import("node:https");
    const ca = await this.#authorities();
    const options = {
      ...AGENT_OPTIONS,
      ...(ca.length > 0 && { ca }),
    };
    return {
      request: (each) => request({ ...each, ...(ca.length > 0 && { ca }) }),
      agent: new Agent(options),
    };
  }

  /** Further authorities with the usual ones, which they would replace. */
  async #authorities(): Promise<string[]> {
    const { caPaths } = this.options;
    if (caPaths.length === 0) return [];
    const { rootCertificates } = await import("node:tls");
    const further: string[] = [];
    for (const path of caPaths) {
      try {
        further.push(await Deno.readTextFile(path));
      } catch (cause) {
        this.options.warn(
          `Cannot read the certificates "${path}": ${nameOf(cause)}; ` +
            "set dev.http_client_ca_paths",
        );
        throw new HttpFailure(
          { tag: "configuration-error" },
          "A file of certificates cannot be read",
          { cause },
        );
      }
    }
    return [...rootCertificates, ...further];
  }

  #lookupAll(): Promise<LookupAll> {
    return this.#lookup ??= import("node:dns").then(({ lookup }) => (name) =>
      new Promise<LookupAddress[]>((resolve, reject) =>
        lookup(
          name,
          { all: true },
          (error, found) => error === null ? resolve(found) : reject(error),
        )
      )
    );
  }

  #watched(request: ClientRequest): ClientRequest {
    request.once("socket", (socket: Socket) => {
      if (this.#sockets.has(socket) || socket.destroyed) return;
      const closed = Promise.withResolvers<void>();
      this.#sockets.set(socket, closed.promise);
      socket.once("close", () => {
        this.#sockets.delete(socket);
        closed.resolve();
      });
    });
    return request;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const gone = failure(
      { tag: "connection-terminated" },
      "The host has stopped",
    );
    for (const call of this.#calls) call.abort(gone);
    for (const transport of this.#transports.values()) {
      await transport.then(({ agent }) => agent.destroy(), () => {});
    }
    await Promise.all(this.#sockets.values());
  }
}

/** A client for guests that may call nobody. */
export function deniedClient(): HttpClient {
  return new HttpClient({
    policy: makeEgressPolicy({ hosts: [], lookups: [], loopback: [] }),
    refused: () => {},
    limits: { concurrent: 0, total: 0 },
    connections: 0,
    connectionWait: 0,
    caPaths: [],
    warn: () => {},
  });
}

/** A connection that the server had closed while it was idle. */
class StaleConnection extends Error {}

const AGENT_OPTIONS = {
  keepAlive: true,
  maxFreeSockets: IDLE_CONNECTIONS,
  timeout: IDLE_TIMEOUT,
} as const;

async function openHttp(): Promise<Transport> {
  const { Agent, request } = await import("node:http");
  return { request, agent: new Agent(AGENT_OPTIONS) };
}

function abortReason({ reason }: AbortSignal): HttpFailure {
  return reason instanceof HttpFailure
    ? reason
    : failure({ tag: "connection-terminated" }, "The call was given up");
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : String(error);
}

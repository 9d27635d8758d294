/**
 * The guest `outgoing` and the servers that it calls, which do exactly what a test says.
 *
 * @module
 */

import {
  HttpClient,
  makeEgressPolicy,
  makeRefusalLog,
} from "../../src/wasi/mod.ts";
import type { EgressOptions } from "../../src/wasi/net/egress.ts";
import {
  type GuestApp,
  type GuestLaneKind,
  openGuestApp,
} from "./guest_app.ts";
import { latin1, textOf } from "./http_client.ts";

/** What differs from an app in dev. */
export interface OutgoingAppOptions extends Partial<EgressOptions> {
  readonly connections?: number;
  readonly connectionWait?: number;
  readonly concurrent?: number;
  readonly total?: number;
  readonly caPaths?: readonly string[];
  readonly requestTimeout?: number;
  /** Where the guest runs; default in the thread of the test. */
  readonly lane?: GuestLaneKind;
  /** Whether its calls are told. */
  readonly tracesCalls?: boolean;
}

/** The guest and what was told of its calls. */
export interface OutgoingApp extends AsyncDisposable {
  readonly guest: GuestApp;
  readonly warnings: readonly string[];
  /** What the guest reports of a call, without the header lines `date` and the like. */
  report(query: string, init?: RequestInit): Promise<string>;
}

/** Opens the guest; loopback is open, as it is in dev. */
export async function openOutgoing(
  options: OutgoingAppOptions = {},
): Promise<OutgoingApp> {
  const warnings: string[] = [];
  const egress = {
    hosts: options.hosts ?? [],
    lookups: [],
    loopback: options.loopback ?? "any",
  };
  const outgoing = {
    limits: {
      concurrent: options.concurrent ?? 64,
      total: options.total ?? 1000,
    },
    connections: options.connections ?? 128,
    connectionWait: options.connectionWait ?? 5000,
    caPaths: options.caPaths ?? [],
  };
  const client = new HttpClient({
    ...outgoing,
    policy: makeEgressPolicy(egress),
    refused: makeRefusalLog((text) => warnings.push(text)),
    warn: (text) => warnings.push(text),
  });
  const guest = await openGuestApp("outgoing", {
    client,
    guests: { egress, outgoing },
    lane: options.lane ?? "inline",
    tracesCalls: options.tracesCalls ?? false,
    ...(options.requestTimeout !== undefined &&
      { requestTimeout: options.requestTimeout }),
  });
  return {
    guest,
    warnings,
    async report(query, init) {
      const path = query.startsWith("/") ? query : `/?${query}`;
      const response = await guest.fetch(path, init);
      return await response.text();
    },
    async [Symbol.asyncDispose]() {
      await guest[Symbol.asyncDispose]();
      await client[Symbol.asyncDispose]();
    },
  };
}

/** A server's side of one connection. */
export class ServedConnection {
  readonly #conn: Deno.Conn;
  #received = "";

  constructor(conn: Deno.Conn) {
    this.#conn = conn;
  }

  /** Sends bytes; of a text one for each character. */
  async send(data: string | Uint8Array): Promise<void> {
    let rest = typeof data === "string" ? latin1(data) : data;
    while (rest.length > 0) rest = rest.subarray(await this.#conn.write(rest));
  }

  /** Everything up to and with `end`; `undefined` where the client has closed before. */
  async readTo(end: string): Promise<string | undefined> {
    while (!this.#received.includes(end)) {
      const more = await this.#read();
      if (more === undefined) return undefined;
      this.#received += more;
    }
    const at = this.#received.indexOf(end) + end.length;
    const text = this.#received.slice(0, at);
    this.#received = this.#received.slice(at);
    return text;
  }

  /** A request's head; `undefined` where the client has closed. */
  readHead(): Promise<string | undefined> {
    return this.readTo("\r\n\r\n");
  }

  /** Resolves when the client has closed. */
  async closed(): Promise<void> {
    while (await this.#read() !== undefined);
  }

  async #read(): Promise<string | undefined> {
    const buffer = new Uint8Array(64 * 1024);
    try {
      const count = await this.#conn.read(buffer);
      return count === null ? undefined : textOf(buffer.subarray(0, count));
    } catch (error) {
      // A reset, or the end of a test.
      if (error instanceof Error) return undefined;
      throw error;
    }
  }
}

/** A server on a free port of this machine. */
export interface ScriptedServer extends AsyncDisposable {
  readonly port: number;
  /** `authority=127.0.0.1:PORT`, for the guest. */
  readonly query: string;
  /** How many connections there have been. */
  readonly accepted: () => number;
}

/** Serves each connection by a script; at its end the connection is closed. */
export function serveScript(
  script: (connection: ServedConnection, index: number) => Promise<void>,
  tls?: Deno.TlsCertifiedKeyPem,
): ScriptedServer {
  const address = { hostname: "127.0.0.1", port: 0 };
  const listener = tls === undefined
    ? Deno.listen(address)
    : Deno.listenTls({ ...address, ...tls });
  const open = new Set<Deno.Conn>();
  let accepted = 0;
  const serve = async (conn: Deno.Conn) => {
    open.add(conn);
    try {
      await script(new ServedConnection(conn), accepted++);
    } catch (error) {
      // What a client that goes away breaks off.
      if (!(error instanceof Error)) throw error;
    } finally {
      if (open.delete(conn)) conn.close();
    }
  };
  const serving: Promise<void>[] = [];
  const accepting = (async () => {
    try {
      for await (const conn of listener) serving.push(serve(conn));
    } catch (error) {
      if (!(error instanceof Deno.errors.BadResource)) throw error;
    }
  })();
  const { port } = listener.addr as Deno.NetAddr;
  return {
    port,
    query: `authority=127.0.0.1:${port}`,
    accepted: () => accepted,
    async [Symbol.asyncDispose]() {
      listener.close();
      for (const conn of [...open]) {
        open.delete(conn);
        conn.close();
      }
      await accepting;
      await Promise.all(serving);
    },
  };
}

/** Answers every request of a connection the same way. */
export function serveAnswer(answer: string): ScriptedServer {
  return serveScript(async (connection) => {
    while (await connection.readHead() !== undefined) {
      await connection.send(answer);
    }
  });
}

/** Answers one request, then closes. */
export function serveOnce(answer: string): ScriptedServer {
  return serveScript(async (connection) => {
    await connection.readHead();
    await connection.send(answer);
  });
}

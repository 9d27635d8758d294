/**
 * The one connection of a backend: made when it is first needed, kept for ever, made anew
 * where it cannot be kept.
 *
 * @module
 */

import type {
  Authenticator,
  ConnectionOptions,
  TlsOptions,
} from "@nats-io/nats-core";
import {
  ClosedConnectionError,
  credsAuthenticator,
  nkeyAuthenticator,
  tokenAuthenticator,
  usernamePasswordAuthenticator,
} from "@nats-io/nats-core";
import { quote } from "../key_encoding.ts";
import { KeyValueError } from "../store.ts";
import { before, timeLeft } from "./deadline.ts";
import { connect, type Connection } from "./guarded_connection.ts";
import type { Endpoint, NatsSettings } from "./settings.ts";

/** Milliseconds between two tries to get a lost connection back. */
const RECONNECT_WAIT = 250;
/** Milliseconds between two signs of life: a server that hangs is noticed after three. */
const PING_INTERVAL = 10_000;

/** A connection that comes back. */
export class Link implements AsyncDisposable {
  readonly #endpoint: Endpoint;
  readonly #settings: NatsSettings;
  readonly #timeout: number;
  #connection: Connection | undefined;
  #connecting: Promise<Connection> | undefined;
  /** Waiters for a lost connection to come back or to end. */
  #turn = Promise.withResolvers<void>();
  #closed = false;
  #lives = 0;

  constructor(endpoint: Endpoint, settings: NatsSettings, timeout: number) {
    this.#endpoint = endpoint;
    this.#settings = settings;
    this.#timeout = timeout;
  }

  /** The connection, if it can be used at once. */
  get up(): Connection | undefined {
    const connection = this.#connection;
    return connection?.protocol.connected && !connection.isClosed()
      ? connection
      : undefined;
  }

  /** Settles when the connection came back or ended. */
  get turn(): Promise<void> {
    return this.#turn.promise;
  }

  /** Counts the connections so far, and the doubts: what the server had before may be gone since. */
  get lives(): number {
    return this.#lives;
  }

  /** Tells all who use the link that something the server had is gone. */
  doubt(): void {
    this.#lives++;
  }

  /** Whether the link was disposed of. */
  get closed(): boolean {
    return this.#closed;
  }

  /** The connection, once it can be used. A server that refuses it fails the call; one that went away is waited for. */
  async wait(deadline: number): Promise<Connection> {
    while (true) {
      if (this.#closed) throw new ClosedConnectionError();
      if (this.up !== undefined) return this.up;
      timeLeft(deadline);
      if (this.#connection === undefined || this.#connection.isClosed()) {
        await before(deadline, this.#connectOnce());
      } else {
        await before(deadline, this.#turn.promise);
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    await this.#connecting?.catch(() => {});
    await this.#connection?.close();
  }

  #connectOnce(): Promise<Connection> {
    return this.#connecting ??= this.#connect().finally(() => {
      this.#connecting = undefined;
    });
  }

  async #connect(): Promise<Connection> {
    const connection = await connect(await this.#options());
    this.#connection = connection;
    this.#lives++;
    this.#follow(connection).catch(() => {});
    return connection;
  }

  async #follow(connection: Connection): Promise<void> {
    for await (const { type } of connection.status()) {
      if (type === "disconnect") this.#lives++;
      if (type === "reconnect" || type === "close") this.#wake();
    }
    this.#wake();
  }

  #wake(): void {
    this.#turn.resolve();
    this.#turn = Promise.withResolvers<void>();
  }

  /** Read anew for every connection: files of credentials are replaced while a host runs. */
  async #options(): Promise<ConnectionOptions> {
    const { tls } = this.#settings;
    const authenticator = await authenticators(this.#endpoint, this.#settings);
    return {
      servers: [this.#endpoint.server],
      name: "wharf",
      timeout: this.#timeout,
      maxReconnectAttempts: -1,
      reconnectTimeWait: RECONNECT_WAIT,
      reconnectJitter: 50,
      reconnectJitterTLS: 50,
      pingInterval: PING_INTERVAL,
      // A server that refuses the credentials for a while is waited for like one that is away.
      ignoreAuthErrorAbort: true,
      noAsyncTraces: true,
      ...(authenticator.length > 0 && { authenticator }),
      ...((tls || this.#endpoint.tls) && { tls: await tlsOptions(tls ?? {}) }),
    };
  }
}

async function authenticators(
  endpoint: Endpoint,
  settings: NatsSettings,
): Promise<Authenticator[]> {
  const found: Authenticator[] = [];
  if (settings.credentials !== undefined) {
    found.push(credsAuthenticator(await readSecret(settings.credentials)));
  }
  if (settings.nkey !== undefined) {
    found.push(nkeyAuthenticator(await readSecret(settings.nkey)));
  }
  for (const each of found) {
    try {
      each("nonce");
    } catch {
      // The cause may quote the file.
      throw new KeyValueError(
        "other",
        `Cannot connect to NATS at ${endpoint.host}: the credentials file is none that NATS wrote; see "nsc generate creds"`,
      );
    }
  }
  const token = settings.token ?? endpoint.token;
  if (token !== undefined) found.push(tokenAuthenticator(token));
  const user = settings.user ?? endpoint.user;
  if (user !== undefined) {
    const password = settings.password ?? endpoint.password;
    found.push(usernamePasswordAuthenticator(user, password));
  }
  return found;
}

async function tlsOptions(
  { ca, cert, key }: NonNullable<NatsSettings["tls"]>,
): Promise<TlsOptions> {
  const decoder = new TextDecoder();
  const read = async (path: string) => decoder.decode(await readSecret(path));
  return {
    ...(ca !== undefined && { ca: await read(ca) }),
    ...(cert !== undefined && { cert: await read(cert) }),
    ...(key !== undefined && { key: await read(key) }),
  };
}

/** A file whose ends are trimmed: a seed with a line break after it is none to the library. */
async function readSecret(path: string): Promise<Uint8Array<ArrayBuffer>> {
  try {
    const text = await Deno.readTextFile(path);
    return new TextEncoder().encode(text.trim());
  } catch (cause) {
    throw new KeyValueError(
      "other",
      `Cannot read ${
        quote(path)
      } for NATS: the file is missing or closed to this process; check the path`,
      { cause },
    );
  }
}

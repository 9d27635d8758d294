/**
 * A TCP connection of a guest: open for as long as the guest has a handle of it, or until the
 * instance is dropped.
 *
 * @module
 */

import { InputStream, OutputStream } from "../io/streams.ts";
import type { InstanceSockets } from "./instance_sockets.ts";
import type { Endpoint } from "./ip_address.ts";
import { TcpSink, TcpSource } from "./tcp_streams.ts";

/** `enum shutdown-type` */
export type ShutdownType = "receive" | "send" | "both";

/** A connection, held by its socket and the two streams. */
export class TcpConnection {
  readonly #connection: Deno.TcpConn;
  readonly #source: TcpSource;
  readonly #sink: TcpSink;
  readonly #forget: () => void;
  #holders = 3;
  #sendingEnded = false;
  #closed = false;

  /** Takes the connection over. */
  constructor(connection: Deno.TcpConn, sockets: InstanceSockets) {
    this.#connection = connection;
    const released = () => this.release();
    this.#source = new TcpSource(connection, sockets, released);
    this.#sink = new TcpSink(connection, sockets, released);
    this.#forget = sockets.opened(() => this.#close());
  }

  /** The guest's streams; to be asked for once. */
  streams(): [InputStream, OutputStream] {
    return [new InputStream(this.#source), new OutputStream(this.#sink)];
  }

  /** This end. */
  get local(): Endpoint {
    return endpoint(this.#connection.localAddr);
  }

  /** The peer's end. */
  get remote(): Endpoint {
    return endpoint(this.#connection.remoteAddr);
  }

  /** Sets `SO_KEEPALIVE`. */
  keepAlive(enabled: boolean): void {
    this.#connection.setKeepAlive(enabled);
  }

  /** Ends one direction, or both; again it does nothing. */
  shutdown(type: ShutdownType): void {
    if (type !== "send") this.#source.close();
    if (type !== "receive") this.#endSending();
  }

  /** One of the three handles was dropped; after the last one, what was written is sent still. */
  release(): void {
    if (--this.#holders > 0) return;
    this.#sink.finish().then(() => this.#close());
  }

  async #endSending(): Promise<void> {
    if (this.#sendingEnded) return;
    this.#sendingEnded = true;
    await this.#sink.finish();
    if (this.#closed) return;
    try {
      await this.#connection.closeWrite();
    } catch (error) {
      // The peer broke the connection off meanwhile: there is no one to tell.
      if (!isGone(error)) throw error;
    }
  }

  #close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#forget();
    this.#source.close();
    this.#connection.close();
  }
}

/** Whether a connection failed because it is not there any more. */
function isGone(error: unknown): boolean {
  return error instanceof Deno.errors.NotConnected ||
    error instanceof Deno.errors.ConnectionReset ||
    error instanceof Deno.errors.BadResource ||
    error instanceof Deno.errors.Interrupted;
}

function endpoint({ hostname, port }: Deno.NetAddr): Endpoint {
  return { address: hostname, port };
}

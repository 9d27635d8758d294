/**
 * A bound UDP socket: open for as long as the guest has a handle of it, or until the instance
 * is dropped. By `node:dgram`, since Deno's own datagrams are not stable.
 *
 * @module
 */

import type { RemoteInfo, Socket } from "node:dgram";
import { type ErrorCode, errorCodeOf, socketError } from "./error_code.ts";
import type { InstanceSockets } from "./instance_sockets.ts";
import type { Endpoint, IpAddressFamily } from "./ip_address.ts";
import { Wake } from "./wake.ts";

/** How many datagrams wait for the guest; of more, the newest are lost, as a system loses them. */
const MAX_WAITING = 64;

/** How many datagrams are on their way out at most. */
const MAX_SENDING = 64;

/** What one datagram over IP can carry. */
const MAX_DATAGRAM = 65_507;

/** What came, and from where. */
export interface Datagram {
  readonly data: Uint8Array;
  readonly from: Endpoint;
}

/** What to bind. */
export interface UdpPortOptions {
  readonly family: IpAddressFamily;
  readonly local: Endpoint;
}

/** A UDP socket that is bound. */
export class UdpPort {
  readonly local: Endpoint;
  readonly #socket: Socket;
  readonly #received: Wake;
  readonly #sent: Wake;
  readonly #forget: () => void;
  #waiting: Datagram[] = [];
  #accepts: (from: Endpoint) => boolean = () => true;
  #sending = 0;
  #failure: ErrorCode | undefined;
  #holders = 1;
  #closed = false;

  private constructor(socket: Socket, sockets: InstanceSockets) {
    this.#socket = socket;
    const { address, port } = socket.address();
    this.local = { address, port };
    this.#received = new Wake(sockets);
    this.#sent = new Wake(sockets);
    this.#forget = sockets.opened(() => this.#close());
    socket.on("message", (data, from) => this.#receive(data, from));
    socket.on("error", (error) => this.#failed(error));
  }

  /** Binds; rejects with what `node:dgram` fails with. */
  static async open(
    { family, local }: UdpPortOptions,
    sockets: InstanceSockets,
  ): Promise<UdpPort> {
    // Not before it is needed: a start without it loads no module of Node's.
    const { createSocket } = await import("node:dgram");
    const socket = createSocket(
      family === "ipv4" ? { type: "udp4" } : { type: "udp6", ipv6Only: true },
    );
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    socket.once("listening", resolve);
    socket.once("error", reject);
    try {
      socket.bind({ address: local.address, port: local.port });
      await promise;
      socket.off("error", reject);
      // Dropped meanwhile, the instance would never close it.
      if (sockets.dropped) throw socketError("connection-aborted");
      return new UdpPort(socket, sockets);
    } catch (error) {
      socket.close();
      throw error;
    }
  }

  /** Which senders the guest hears from now on; what waits of others is thrown away. */
  accept(accepts: (from: Endpoint) => boolean): void {
    this.#accepts = accepts;
    this.#waiting = this.#waiting.filter(({ from }) => accepts(from));
  }

  /** Datagrams that came, the oldest first. */
  take(max: number): Datagram[] {
    return this.#waiting.splice(0, max);
  }

  get hasDatagrams(): boolean {
    return this.#waiting.length > 0;
  }

  /** Resolves when a datagram may have come. */
  whenReceived(): Promise<void> {
    return this.hasDatagrams ? Promise.resolve() : this.#received.wait();
  }

  /** How many datagrams may be sent now. Throws, once, why an earlier one was not. */
  capacity(): number {
    if (this.#failure !== undefined) {
      const failure = this.#failure;
      this.#failure = undefined;
      throw socketError(failure);
    }
    return MAX_SENDING - this.#sending;
  }

  get canSend(): boolean {
    return this.#failure !== undefined || this.#sending < MAX_SENDING;
  }

  /** Resolves when {@linkcode canSend} may have become true. */
  whenSent(): Promise<void> {
    return this.canSend ? Promise.resolve() : this.#sent.wait();
  }

  /** Sends one datagram; what fails later is told by {@linkcode capacity}. */
  send(data: Uint8Array, to: Endpoint): void {
    if (data.length > MAX_DATAGRAM) throw socketError("datagram-too-large");
    this.#sending++;
    this.#socket.send(data, to.port, to.address, (error) => {
      this.#sending--;
      if (error !== null) this.#failure = errorCodeOf(error);
      this.#sent.wake();
      if (this.#closed) this.#closeWhenSent();
    });
  }

  /** Sets how many routers a datagram may pass. */
  hopLimit(value: number): void {
    this.#socket.setTTL(value);
  }

  /** One more handle stands on it. */
  hold(): void {
    this.#holders++;
  }

  /** A handle was dropped; the last one closes it. */
  release(): void {
    if (--this.#holders === 0) this.#close();
  }

  #receive(data: Uint8Array, { address, port }: RemoteInfo): void {
    const [plain = address] = address.split("%");
    const from = { address: plain, port };
    if (this.#waiting.length >= MAX_WAITING || !this.#accepts(from)) return;
    this.#waiting.push({ data, from });
    this.#received.wake();
  }

  #failed(error: Error): void {
    this.#failure = errorCodeOf(error);
    this.#sent.wake();
  }

  #close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#forget();
    this.#closeWhenSent();
  }

  /** Closed earlier, the datagrams on their way would be lost. The system takes them at once. */
  #closeWhenSent(): void {
    if (this.#sending === 0) this.#socket.close();
  }
}

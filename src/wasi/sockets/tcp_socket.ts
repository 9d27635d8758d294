/**
 * `resource tcp-socket`, of a client: it connects, once.
 *
 * Deno binds a socket in the same step that connects it, and so a guest can bind to any free
 * port of any of the machine's addresses, and to nothing else. Components do not listen.
 *
 * @module
 */

import { Pollable } from "../io/poll.ts";
import type { InputStream, OutputStream } from "../io/streams.ts";
import { type ErrorCode, errorCodeOf, socketError } from "./error_code.ts";
import type { InstanceSockets } from "./instance_sockets.ts";
import {
  addressOf,
  checkLocalAddress,
  checkRemoteAddress,
  type Endpoint,
  endpointOf,
  type IpAddressFamily,
  type IpSocketAddress,
  isUnspecified,
  socketAddress,
} from "./ip_address.ts";
import type { Network } from "./network.ts";
import { type ShutdownType, TcpConnection } from "./tcp_connection.ts";
import { Wake } from "./wake.ts";

/** How an attempt to connect stands. */
type Outcome =
  | { readonly tag: "pending" }
  | { readonly tag: "connected"; readonly connection: TcpConnection }
  | { readonly tag: "failed"; readonly code: ErrorCode };

type State =
  | { readonly phase: "unbound" }
  | { readonly phase: "binding"; readonly local: IpSocketAddress }
  | { readonly phase: "bound"; readonly local: IpSocketAddress }
  | { readonly phase: "connecting"; readonly attempt: Attempt }
  | { readonly phase: "connected"; readonly connection: TcpConnection }
  | { readonly phase: "closed" };

/** A connection on its way. */
class Attempt {
  readonly #wake: Wake;
  readonly #abort = new AbortController();
  #outcome: Outcome = { tag: "pending" };

  constructor(to: Endpoint, sockets: InstanceSockets) {
    this.#wake = new Wake(sockets);
    const forget = sockets.opened(() => this.#abort.abort());
    this.#connect(to, sockets, forget);
  }

  get outcome(): Outcome {
    return this.#outcome;
  }

  whenSettled(): Promise<void> {
    return this.#outcome.tag === "pending"
      ? this.#wake.wait()
      : Promise.resolve();
  }

  /** The guest dropped its socket before it was told of a connection. */
  giveUp(): void {
    this.#abort.abort();
    if (this.#outcome.tag !== "connected") return;
    const { connection } = this.#outcome;
    for (const stream of connection.streams()) stream[Symbol.dispose]();
    connection.release();
  }

  async #connect(
    { address: hostname, port }: Endpoint,
    sockets: InstanceSockets,
    forget: () => void,
  ): Promise<void> {
    const { signal } = this.#abort;
    try {
      const connection = await Deno.connect({ hostname, port, signal });
      forget();
      // It may have come in the very moment in which no one wants it any more.
      if (signal.aborted) return connection.close();
      this.#outcome = {
        tag: "connected",
        connection: new TcpConnection(connection, sockets),
      };
    } catch (error) {
      forget();
      this.#outcome = { tag: "failed", code: errorCodeOf(error) };
    }
    this.#wake.wake();
  }
}

/** `resource tcp-socket` */
export class TcpSocket {
  readonly #family: IpAddressFamily;
  #state: State = { phase: "unbound" };
  #keepAlive = false;

  constructor(family: IpAddressFamily) {
    this.#family = family;
  }

  /** `start-bind: func(network: borrow<network>, local-address: ip-socket-address) -> result<_, error-code>` */
  startBind(_network: Network, local: IpSocketAddress): void {
    this.#checkIdle();
    if (this.#state.phase !== "unbound") throw socketError("invalid-state");
    checkLocalAddress(local, this.#family);
    if (!isUnspecified(addressOf(local)) || local.val.port !== 0) {
      throw socketError("address-not-bindable");
    }
    this.#state = { phase: "binding", local };
  }

  /** `finish-bind: func() -> result<_, error-code>` */
  finishBind(): void {
    if (this.#state.phase !== "binding") throw socketError("not-in-progress");
    this.#state = { phase: "bound", local: this.#state.local };
  }

  /** `start-connect: func(network: borrow<network>, remote-address: ip-socket-address) -> result<_, error-code>` */
  startConnect({ sockets }: Network, remote: IpSocketAddress): void {
    this.#checkIdle();
    const { phase } = this.#state;
    if (phase !== "unbound" && phase !== "bound") {
      throw socketError("invalid-state");
    }
    checkRemoteAddress(remote, this.#family);
    const to = endpointOf(remote);
    sockets.checkTarget({ ...to, protocol: "tcp" });
    this.#state = { phase: "connecting", attempt: new Attempt(to, sockets) };
  }

  /** `finish-connect: func() -> result<tuple<input-stream, output-stream>, error-code>` */
  finishConnect(): [InputStream, OutputStream] {
    if (this.#state.phase !== "connecting") {
      throw socketError("not-in-progress");
    }
    const { outcome } = this.#state.attempt;
    switch (outcome.tag) {
      case "pending":
        throw socketError("would-block");
      case "failed":
        this.#state = { phase: "closed" };
        throw socketError(outcome.code);
      case "connected": {
        const { connection } = outcome;
        this.#state = { phase: "connected", connection };
        if (this.#keepAlive) connection.keepAlive(true);
        return connection.streams();
      }
    }
  }

  /** `start-listen: func() -> result<_, error-code>`; components are clients. */
  startListen(): never {
    this.#checkIdle();
    if (this.#state.phase !== "bound") throw socketError("invalid-state");
    throw socketError("access-denied");
  }

  /** `finish-listen: func() -> result<_, error-code>` */
  finishListen(): never {
    throw socketError("not-in-progress");
  }

  /** `accept: func() -> result<tuple<tcp-socket, input-stream, output-stream>, error-code>` */
  accept(): never {
    throw socketError("invalid-state");
  }

  /**
   * `local-address: func() -> result<ip-socket-address, error-code>`
   *
   * Until it is connected it has the port 0: the system chooses one when it connects.
   */
  localAddress(): IpSocketAddress {
    switch (this.#state.phase) {
      case "bound":
        return this.#state.local;
      case "connected":
        return socketAddress(this.#state.connection.local);
      default:
        throw socketError("invalid-state");
    }
  }

  /** `remote-address: func() -> result<ip-socket-address, error-code>` */
  remoteAddress(): IpSocketAddress {
    return socketAddress(this.#connection().remote);
  }

  /** `is-listening: func() -> bool` */
  isListening(): boolean {
    return false;
  }

  /** `address-family: func() -> ip-address-family` */
  addressFamily(): IpAddressFamily {
    return this.#family;
  }

  /** `set-listen-backlog-size: func(value: u64) -> result<_, error-code>`; a hint. */
  setListenBacklogSize(value: bigint): void {
    const { phase } = this.#state;
    if (value === 0n) throw socketError("invalid-argument");
    if (phase === "connecting" || phase === "connected") {
      throw socketError("invalid-state");
    }
  }

  /** `keep-alive-enabled: func() -> result<bool, error-code>` */
  keepAliveEnabled(): boolean {
    this.#checkNotClosed();
    return this.#keepAlive;
  }

  /** `set-keep-alive-enabled: func(value: bool) -> result<_, error-code>` */
  setKeepAliveEnabled(value: boolean): void {
    this.#checkNotClosed();
    this.#keepAlive = value;
    if (this.#state.phase === "connected") {
      this.#state.connection.keepAlive(value);
    }
  }

  /** `keep-alive-idle-time: func() -> result<duration, error-code>` */
  keepAliveIdleTime(): never {
    return this.#unsupported();
  }

  /** `set-keep-alive-idle-time: func(value: duration) -> result<_, error-code>` */
  setKeepAliveIdleTime(value: bigint): never {
    return this.#unsupported(value);
  }

  /** `keep-alive-interval: func() -> result<duration, error-code>` */
  keepAliveInterval(): never {
    return this.#unsupported();
  }

  /** `set-keep-alive-interval: func(value: duration) -> result<_, error-code>` */
  setKeepAliveInterval(value: bigint): never {
    return this.#unsupported(value);
  }

  /** `keep-alive-count: func() -> result<u32, error-code>` */
  keepAliveCount(): never {
    return this.#unsupported();
  }

  /** `set-keep-alive-count: func(value: u32) -> result<_, error-code>` */
  setKeepAliveCount(value: number): never {
    return this.#unsupported(value);
  }

  /** `hop-limit: func() -> result<u8, error-code>` */
  hopLimit(): never {
    return this.#unsupported();
  }

  /** `set-hop-limit: func(value: u8) -> result<_, error-code>` */
  setHopLimit(value: number): never {
    return this.#unsupported(value);
  }

  /** `receive-buffer-size: func() -> result<u64, error-code>` */
  receiveBufferSize(): never {
    return this.#unsupported();
  }

  /** `set-receive-buffer-size: func(value: u64) -> result<_, error-code>` */
  setReceiveBufferSize(value: bigint): never {
    return this.#unsupported(value);
  }

  /** `send-buffer-size: func() -> result<u64, error-code>` */
  sendBufferSize(): never {
    return this.#unsupported();
  }

  /** `set-send-buffer-size: func(value: u64) -> result<_, error-code>` */
  setSendBufferSize(value: bigint): never {
    return this.#unsupported(value);
  }

  /** `subscribe: func() -> pollable`; for whatever is under way at the time of asking. */
  subscribe(): Pollable {
    return new Pollable({
      isReady: () =>
        this.#state.phase !== "connecting" ||
        this.#state.attempt.outcome.tag !== "pending",
      whenReady: () =>
        this.#state.phase === "connecting"
          ? this.#state.attempt.whenSettled()
          : Promise.resolve(),
    });
  }

  /** `shutdown: func(shutdown-type: shutdown-type) -> result<_, error-code>` */
  shutdown(type: ShutdownType): void {
    this.#connection().shutdown(type);
  }

  [Symbol.dispose](): void {
    const state = this.#state;
    this.#state = { phase: "closed" };
    if (state.phase === "connected") state.connection.release();
    if (state.phase === "connecting") state.attempt.giveUp();
  }

  #connection(): TcpConnection {
    if (this.#state.phase === "connected") return this.#state.connection;
    throw socketError("invalid-state");
  }

  #checkIdle(): void {
    const { phase } = this.#state;
    if (phase === "binding" || phase === "connecting") {
      throw socketError("concurrency-conflict");
    }
  }

  #checkNotClosed(): void {
    if (this.#state.phase === "closed") throw socketError("invalid-state");
  }

  /** An option that Deno has no way to read or set. */
  #unsupported(value?: bigint | number): never {
    this.#checkNotClosed();
    if (value === 0n || value === 0) throw socketError("invalid-argument");
    throw socketError("not-supported");
  }
}

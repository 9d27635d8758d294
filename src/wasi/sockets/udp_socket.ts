/**
 * `resource udp-socket`, of a client: it binds to a port that is free, and hears only those
 * whom it may send to.
 *
 * @module
 */

import { Pollable } from "../io/poll.ts";
import {
  type Association,
  IncomingDatagramStream,
  OutgoingDatagramStream,
} from "./datagram_streams.ts";
import { type ErrorCode, errorCodeOf, socketError } from "./error_code.ts";
import type { InstanceSockets } from "./instance_sockets.ts";
import {
  checkLocalAddress,
  checkRemoteAddress,
  type Endpoint,
  endpointOf,
  type IpAddressFamily,
  type IpSocketAddress,
  socketAddress,
} from "./ip_address.ts";
import type { Network } from "./network.ts";
import { UdpPort } from "./udp_port.ts";
import { Wake } from "./wake.ts";

type State =
  | { readonly phase: "unbound" }
  | {
    readonly phase: "binding";
    readonly wake: Wake;
    readonly sockets: InstanceSockets;
  }
  /** `finish-bind` will say so. */
  | {
    readonly phase: "ready";
    readonly port: UdpPort;
    readonly sockets: InstanceSockets;
  }
  | { readonly phase: "failed"; readonly code: ErrorCode }
  | {
    readonly phase: "bound";
    readonly port: UdpPort;
    readonly sockets: InstanceSockets;
  }
  | { readonly phase: "dropped" };

/** `resource udp-socket` */
export class UdpSocket {
  readonly #family: IpAddressFamily;
  #state: State = { phase: "unbound" };
  #association: Association | undefined;
  #hopLimit: number | undefined;

  constructor(family: IpAddressFamily) {
    this.#family = family;
  }

  /** `start-bind: func(network: borrow<network>, local-address: ip-socket-address) -> result<_, error-code>` */
  startBind({ sockets }: Network, local: IpSocketAddress): void {
    switch (this.#state.phase) {
      case "unbound":
        break;
      case "bound":
      case "dropped":
        throw socketError("invalid-state");
      default:
        throw socketError("concurrency-conflict");
    }
    checkLocalAddress(local, this.#family);
    const endpoint = endpointOf(local);
    if (endpoint.port !== 0) {
      sockets.refused(
        "bind to UDP port",
        `${endpoint.port}`,
        "bind to port 0, for any that is free",
      );
      throw socketError("access-denied");
    }
    this.#state = { phase: "binding", wake: new Wake(sockets), sockets };
    this.#bind(endpoint, this.#state);
  }

  /**
   * `finish-bind: func() -> result<_, error-code>`
   *
   * Waits where the WIT would allow `would-block`: wasi-libc's implicit bind takes that for
   * final, and starts another one.
   */
  finishBind(): void | Promise<void> {
    const state = this.#state;
    switch (state.phase) {
      case "binding":
        return state.wake.wait().then(() => this.finishBind());
      case "failed":
        this.#state = { phase: "unbound" };
        throw socketError(state.code);
      case "ready":
        this.#state = { ...state, phase: "bound" };
        if (this.#hopLimit !== undefined) state.port.hopLimit(this.#hopLimit);
        return;
      default:
        throw socketError("not-in-progress");
    }
  }

  /**
   * `stream: func(remote-address: option<ip-socket-address>)
   * -> result<tuple<incoming-datagram-stream, outgoing-datagram-stream>, error-code>`
   */
  stream(
    address: IpSocketAddress | undefined,
  ): [IncomingDatagramStream, OutgoingDatagramStream] {
    const { port, sockets } = this.#bound();
    if (address !== undefined) checkRemoteAddress(address, this.#family);
    const remote = address === undefined ? undefined : endpointOf(address);
    if (remote !== undefined) {
      sockets.checkTarget({ ...remote, protocol: "udp" });
    }
    const association: Association = {
      port,
      family: this.#family,
      sockets,
      remote,
      isCurrent: () => this.#association === association,
    };
    this.#association = association;
    port.accept(
      remote === undefined
        ? (from) => sockets.allows({ ...from, protocol: "udp" })
        : (from) =>
          from.address === remote.address && from.port === remote.port,
    );
    return [
      new IncomingDatagramStream(association),
      new OutgoingDatagramStream(association),
    ];
  }

  /** `local-address: func() -> result<ip-socket-address, error-code>` */
  localAddress(): IpSocketAddress {
    return socketAddress(this.#bound().port.local);
  }

  /** `remote-address: func() -> result<ip-socket-address, error-code>` */
  remoteAddress(): IpSocketAddress {
    const remote = this.#association?.remote;
    if (remote === undefined) throw socketError("invalid-state");
    return socketAddress(remote);
  }

  /** `address-family: func() -> ip-address-family` */
  addressFamily(): IpAddressFamily {
    return this.#family;
  }

  /** `unicast-hop-limit: func() -> result<u8, error-code>`; Deno does not tell the system's own. */
  unicastHopLimit(): number {
    if (this.#hopLimit === undefined) throw socketError("not-supported");
    return this.#hopLimit;
  }

  /** `set-unicast-hop-limit: func(value: u8) -> result<_, error-code>` */
  setUnicastHopLimit(value: number): void {
    if (value === 0) throw socketError("invalid-argument");
    this.#hopLimit = value;
    if (this.#state.phase === "bound") this.#state.port.hopLimit(value);
  }

  /** `receive-buffer-size: func() -> result<u64, error-code>` */
  receiveBufferSize(): never {
    throw socketError("not-supported");
  }

  /** `set-receive-buffer-size: func(value: u64) -> result<_, error-code>` */
  setReceiveBufferSize(value: bigint): never {
    throw socketError(value === 0n ? "invalid-argument" : "not-supported");
  }

  /** `send-buffer-size: func() -> result<u64, error-code>` */
  sendBufferSize(): never {
    throw socketError("not-supported");
  }

  /** `set-send-buffer-size: func(value: u64) -> result<_, error-code>` */
  setSendBufferSize(value: bigint): never {
    throw socketError(value === 0n ? "invalid-argument" : "not-supported");
  }

  /** `subscribe: func() -> pollable`; ready unless it is being bound. */
  subscribe(): Pollable {
    return new Pollable({
      isReady: () => this.#state.phase !== "binding",
      whenReady: () =>
        this.#state.phase === "binding"
          ? this.#state.wake.wait()
          : Promise.resolve(),
    });
  }

  [Symbol.dispose](): void {
    const state = this.#state;
    this.#state = { phase: "dropped" };
    if ("port" in state) state.port.release();
  }

  #bound() {
    if (this.#state.phase === "bound") return this.#state;
    throw socketError("invalid-state");
  }

  async #bind(
    local: Endpoint,
    binding: Extract<State, { phase: "binding" }>,
  ): Promise<void> {
    const { sockets, wake } = binding;
    let state: State;
    try {
      const port = await UdpPort.open(
        { family: this.#family, local },
        sockets,
      );
      state = { phase: "ready", port, sockets };
    } catch (error) {
      state = { phase: "failed", code: errorCodeOf(error) };
    }
    // Dropped meanwhile, the port has no one who could close it.
    if (this.#state === binding) this.#state = state;
    else if ("port" in state) state.port.release();
    wake.wake();
  }
}

/**
 * `resource incoming-datagram-stream` and `resource outgoing-datagram-stream`.
 *
 * @module
 */

import { Pollable } from "../io/poll.ts";
import { SocketError, socketError } from "./error_code.ts";
import type { InstanceSockets } from "./instance_sockets.ts";
import {
  checkRemoteAddress,
  type Endpoint,
  endpointOf,
  type IpAddressFamily,
  type IpSocketAddress,
  socketAddress,
} from "./ip_address.ts";
import type { UdpPort } from "./udp_port.ts";

/** `record incoming-datagram` */
export interface IncomingDatagram {
  readonly data: Uint8Array;
  readonly remoteAddress: IpSocketAddress;
}

/** `record outgoing-datagram` */
export interface OutgoingDatagram {
  readonly data: Uint8Array;
  readonly remoteAddress: IpSocketAddress | undefined;
}

/** What both directions of one `udp-socket.stream` share. */
export interface Association {
  readonly port: UdpPort;
  readonly family: IpAddressFamily;
  readonly sockets: InstanceSockets;
  /** The only peer, if there is one. */
  readonly remote: Endpoint | undefined;
  /** Whether a later call of `stream` has not taken its place. */
  isCurrent(): boolean;
}

/** `resource incoming-datagram-stream` */
export class IncomingDatagramStream {
  readonly #association: Association;

  constructor(association: Association) {
    this.#association = association;
    association.port.hold();
  }

  /** `receive: func(max-results: u64) -> result<list<incoming-datagram>, error-code>` */
  receive(maxResults: bigint): IncomingDatagram[] {
    const { port } = this.#association;
    checkCurrent(this.#association);
    // The number is the guest's; as a length it means the same at most.
    const max = maxResults > 1000n ? 1000 : Number(maxResults);
    return port.take(max).map(({ data, from }) => ({
      data,
      remoteAddress: socketAddress(from),
    }));
  }

  /** `subscribe: func() -> pollable` */
  subscribe(): Pollable {
    const { port } = this.#association;
    return new Pollable({
      isReady: () => port.hasDatagrams,
      whenReady: () => port.whenReceived(),
    });
  }

  [Symbol.dispose](): void {
    this.#association.port.release();
  }
}

/** `resource outgoing-datagram-stream` */
export class OutgoingDatagramStream {
  readonly #association: Association;
  #permitted = 0;

  constructor(association: Association) {
    this.#association = association;
    association.port.hold();
  }

  /** `check-send: func() -> result<u64, error-code>` */
  checkSend(): bigint {
    checkCurrent(this.#association);
    this.#permitted = this.#association.port.capacity();
    return BigInt(this.#permitted);
  }

  /**
   * `send: func(datagrams: list<outgoing-datagram>) -> result<u64, error-code>`
   *
   * Sending more than `check-send` permitted traps, as the WIT asks.
   */
  send(datagrams: readonly OutgoingDatagram[]): bigint {
    if (datagrams.length > this.#permitted) {
      throw new RangeError(
        `outgoing-datagram-stream.send got ${datagrams.length} datagrams where check-send permits ${this.#permitted}`,
      );
    }
    checkCurrent(this.#association);
    let sent = 0;
    for (const { data, remoteAddress } of datagrams) {
      try {
        this.#association.port.send(data, this.#target(remoteAddress));
      } catch (error) {
        if (sent === 0 || !(error instanceof SocketError)) throw error;
        break;
      }
      sent++;
      this.#permitted--;
    }
    return BigInt(sent);
  }

  /** `subscribe: func() -> pollable` */
  subscribe(): Pollable {
    const { port } = this.#association;
    return new Pollable({
      isReady: () => port.canSend,
      whenReady: () => port.whenSent(),
    });
  }

  [Symbol.dispose](): void {
    this.#association.port.release();
  }

  #target(address: IpSocketAddress | undefined): Endpoint {
    const { remote, family, sockets } = this.#association;
    if (address === undefined) {
      if (remote === undefined) throw socketError("invalid-argument");
      return remote;
    }
    checkRemoteAddress(address, family);
    const target = endpointOf(address);
    if (remote === undefined) {
      sockets.checkTarget({ ...target, protocol: "udp" });
    } else if (
      remote.address !== target.address || remote.port !== target.port
    ) {
      throw socketError("invalid-argument");
    }
    return target;
  }
}

function checkCurrent(association: Association): void {
  if (!association.isCurrent()) throw socketError("invalid-state");
}

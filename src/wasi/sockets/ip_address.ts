/**
 * Addresses as `wasi:sockets/network` has them, and as text.
 *
 * @module
 */

import { socketError } from "./error_code.ts";

/** `enum ip-address-family` */
export type IpAddressFamily = "ipv4" | "ipv6";

/** `variant ip-address`: four bytes, or eight numbers of 16 bits. */
export interface IpAddress {
  readonly tag: IpAddressFamily;
  readonly val: readonly number[];
}

/** `variant ip-socket-address` */
export type IpSocketAddress =
  | {
    readonly tag: "ipv4";
    readonly val: { readonly port: number; readonly address: IpAddress["val"] };
  }
  | {
    readonly tag: "ipv6";
    readonly val: {
      readonly port: number;
      readonly flowInfo: number;
      readonly address: IpAddress["val"];
      readonly scopeId: number;
    };
  };

/** The other end of a connection, or this one, in Deno's terms. */
export interface Endpoint {
  /** In its one spelling, as `URL` writes it; of IPv6 without brackets. */
  readonly address: string;
  readonly port: number;
}

const FAMILY = "enum { ipv4, ipv6 }";
const IPV4 = "tuple<u8, u8, u8, u8>";
const IPV6 = "tuple<u16, u16, u16, u16, u16, u16, u16, u16>";

/** What {@linkcode IpAddressFamily} is in a table of types. */
export const IP_ADDRESS_FAMILY = FAMILY;

/** What {@linkcode IpAddress} is in a table of types. */
export const IP_ADDRESS = `variant { ipv4(${IPV4}), ipv6(${IPV6}) }`;

/** What {@linkcode IpSocketAddress} is in a table of types, with all that it names. */
export const SOCKET_ADDRESS_TYPES = {
  "ipv4-socket-address": `record { port: u16, address: ${IPV4} }`,
  "ipv6-socket-address":
    `record { port: u16, flow-info: u32, address: ${IPV6}, scope-id: u32 }`,
  "ip-socket-address":
    "variant { ipv4(ipv4-socket-address), ipv6(ipv6-socket-address) }",
};

/** The text of an address. */
export function addressText({ tag, val }: IpAddress): string {
  if (tag === "ipv4") return val.join(".");
  const groups = val.map((group) => group.toString(16)).join(":");
  return new URL(`http://[${groups}]/`).hostname.slice(1, -1);
}

/** An address from its text; `undefined` for what is none. A zone, as in `fe80::1%eth0`, is left out. */
export function parseAddress(text: string): IpAddress | undefined {
  if (/^\d+\.\d+\.\d+\.\d+$/.test(text)) {
    const val = text.split(".").map(Number);
    return val.every((byte) => byte < 256) ? { tag: "ipv4", val } : undefined;
  }
  const [address = ""] = text.split("%");
  if (!/^[0-9a-f:.]*:[0-9a-f:.]*$/i.test(address)) return undefined;
  const url = URL.parse(`http://[${address}]/`);
  if (url === null) return undefined;
  const [head = "", tail] = url.hostname.slice(1, -1).split("::");
  const front = groupsOf(head), back = groupsOf(tail ?? "");
  const gap = tail === undefined ? 0 : 8 - front.length - back.length;
  return { tag: "ipv6", val: [...front, ...Array(gap).fill(0), ...back] };
}

function groupsOf(text: string): number[] {
  return text === ""
    ? []
    : text.split(":").map((group) => Number.parseInt(group, 16));
}

/** The address without its port. */
export function addressOf({ tag, val }: IpSocketAddress): IpAddress {
  return { tag, val: val.address };
}

/** An address of the guest's in Deno's terms. */
export function endpointOf(address: IpSocketAddress): Endpoint {
  return { address: addressText(addressOf(address)), port: address.val.port };
}

/** An endpoint of Deno's as the guest gets it. */
export function socketAddress({ address, port }: Endpoint): IpSocketAddress {
  const parsed = parseAddress(address);
  if (parsed === undefined) {
    throw new TypeError(`Cannot read "${address}": it is no IP address`);
  }
  const { tag, val } = parsed;
  return tag === "ipv4"
    ? { tag, val: { port, address: val } }
    : { tag, val: { port, flowInfo: 0, address: val, scopeId: 0 } };
}

/** Whether it is `0.0.0.0` or `::`. */
export function isUnspecified({ val }: IpAddress): boolean {
  return val.every((part) => part === 0);
}

/** Whether it is an IPv4 address in the clothes of IPv6, `::ffff:127.0.0.1`. */
export function isIpv4Mapped({ tag, val }: IpAddress): boolean {
  return tag === "ipv6" && val[5] === 0xffff &&
    val.slice(0, 5).every((group) => group === 0);
}

/** Whether it stands for many machines: multicast, and IPv4's broadcast. */
function isMulticast({ tag, val }: IpAddress): boolean {
  const [first = 0] = val;
  if (tag === "ipv6") return first >= 0xff00;
  return (first >= 224 && first < 240) || val.every((byte) => byte === 255);
}

/** Refuses what the WIT refuses of any address that a guest gives a socket of `family`. */
export function checkLocalAddress(
  socket: IpSocketAddress,
  family: IpAddressFamily,
): void {
  const address = addressOf(socket);
  if (
    address.tag !== family || isIpv4Mapped(address) || isMulticast(address)
  ) {
    throw socketError("invalid-argument");
  }
  // Deno has no way to name a network interface.
  if (socket.tag === "ipv6" && socket.val.scopeId !== 0) {
    throw socketError("not-supported");
  }
}

/** The same for where a guest wants to connect or send to. */
export function checkRemoteAddress(
  socket: IpSocketAddress,
  family: IpAddressFamily,
): void {
  checkLocalAddress(socket, family);
  if (isUnspecified(addressOf(socket)) || socket.val.port === 0) {
    throw socketError("invalid-argument");
  }
}

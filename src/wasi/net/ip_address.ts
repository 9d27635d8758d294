/**
 * Addresses of the Internet Protocol in one spelling, and what part of the network each
 * belongs to.
 *
 * @module
 */

/** Who can be reached at an address. */
export type AddressKind =
  | "public"
  | "loopback"
  /** Of one organisation: RFC 1918, RFC 6598, unique local. */
  | "private"
  | "link-local"
  /** Where a cloud tells a machine its secrets. */
  | "metadata"
  /** Nobody, or everybody: unspecified, multicast, documentation. */
  | "reserved";

/**
 * A host as URLs have it: names in lower case and Punycode without a final dot, addresses in
 * their one spelling (`0x7f.1` and `2130706433` are `127.0.0.1`), those of IPv6 bare.
 * `undefined` where it is no host.
 */
export function normalHost(host: string): string | undefined {
  if (/[/?#\\@\s]/.test(host)) return undefined;
  const bracketed = host.includes(":") && !host.startsWith("[")
    ? `[${host}]`
    : host;
  if (!bracketed.startsWith("[") && bracketed.includes(":")) return undefined;
  const url = URL.parse(`http://${bracketed}/`);
  if (url === null || url.port !== "") return undefined;
  const name = url.hostname.replace(/^\[|\]$/g, "").replace(/\.$/, "");
  return name === "" ? undefined : withoutMapping(name);
}

/** Whether a host from {@linkcode normalHost} is an address and not a name. */
export function isAddress(host: string): boolean {
  return host.includes(":") || /^\d+\.\d+\.\d+\.\d+$/.test(host);
}

/**
 * An address in its one spelling; `undefined` where the text is none. A zone, the `%eth0`
 * behind an address of IPv6, says which cable and not whom.
 */
export function normalAddress(address: string): string | undefined {
  const host = normalHost(address.replace(/%.*$/, ""));
  return host !== undefined && isAddress(host) ? host : undefined;
}

/** A host as it stands before a port: addresses of IPv6 in brackets. */
export function bracketed(host: string): string {
  return host.includes(":") ? `[${host}]` : host;
}

/** What part of the network a {@linkcode normalAddress} belongs to. */
export function addressKind(address: string): AddressKind {
  if (METADATA.has(address)) return "metadata";
  return address.includes(":")
    ? kindOfGroups(groupsOf(address))
    : kindOfBytes(address.split(".").map(Number));
}

/** Of AWS and others, of AWS over IPv6, of Alibaba, of Azure. */
const METADATA: ReadonlySet<string> = new Set([
  "169.254.169.254",
  "fd00:ec2::254",
  "100.100.100.200",
  "168.63.129.16",
]);

function kindOfBytes([a = 0, b = 0, c = 0]: readonly number[]): AddressKind {
  if (a === 127) return "loopback";
  if (a === 10) return "private";
  if (a === 100 && b >= 64 && b <= 127) return "private";
  if (a === 172 && b >= 16 && b <= 31) return "private";
  if (a === 192 && b === 168) return "private";
  if (a === 169 && b === 254) return "link-local";
  if (a === 0 || a >= 224) return "reserved";
  if (a === 192 && b === 0 && (c === 0 || c === 2)) return "reserved";
  if (a === 198 && (b === 18 || b === 19)) return "reserved";
  if (a === 198 && b === 51 && c === 100) return "reserved";
  if (a === 203 && b === 0 && c === 113) return "reserved";
  return "public";
}

function kindOfGroups(groups: readonly number[]): AddressKind {
  const [a = 0, b = 0] = groups;
  const isZeroTo = (end: number) =>
    groups.slice(0, end).every((group) => group === 0);
  if (isZeroTo(7) && groups[7] === 1) return "loopback";
  if (isZeroTo(8)) return "reserved";
  const inner = innerAddress(groups);
  if (inner !== undefined) return addressKind(inner);
  if ((a & 0xfe00) === 0xfc00) return "private";
  if ((a & 0xffc0) === 0xfec0) return "private";
  if ((a & 0xffc0) === 0xfe80) return "link-local";
  if (a === 0x2001 && b === 0xdb8) return "reserved";
  return (a & 0xe000) === 0x2000 ? "public" : "reserved";
}

/**
 * The address of IPv4 that one of IPv6 leads to: a gateway passes on what is sent to
 * `64:ff9b::7f00:1`, and the rules must hold for what is at the end.
 */
function innerAddress(groups: readonly number[]): string | undefined {
  const [a, b, c, d, e, f, g = 0, h = 0] = groups;
  const isZero = (...some: readonly (number | undefined)[]) =>
    some.every((group) => group === 0);
  if (isZero(a, b, c, d, e, f)) return dotted(g, h); // ::a.b.c.d
  if (isZero(a, b, c, d, e) && f === 0xffff) return dotted(g, h); // mapped
  if (isZero(a, b, c, d, f) && e === 0xffff) return dotted(g, h); // translated
  if (a === 0x64 && b === 0xff9b) return dotted(g, h); // NAT64
  if (a === 0x2002) return dotted(b ?? 0, c ?? 0); // 6to4
  if (a === 0x2001 && b === 0) return dotted(g ^ 0xffff, h ^ 0xffff); // Teredo
  return undefined;
}

/** `::ffff:a.b.c.d` is `a.b.c.d` to the system that connects to it. */
function withoutMapping(host: string): string {
  if (!host.startsWith("::ffff:")) return host;
  const groups = groupsOf(host);
  return groups[5] === 0xffff &&
      groups.slice(0, 5).every((group) => group === 0)
    ? dotted(groups[6]!, groups[7]!)
    : host;
}

function dotted(high: number, low: number): string {
  return [high >> 8, high & 0xff, low >> 8, low & 0xff].join(".");
}

/** The eight groups of an address as `URL` writes it, which leaves no dots in it. */
function groupsOf(address: string): readonly number[] {
  const [head = "", tail] = address.split("::");
  const read = (part: string) =>
    part === "" ? [] : part.split(":").map((group) => parseInt(group, 16));
  const before = read(head);
  if (tail === undefined) return before;
  const after = read(tail);
  const zeros = new Array<number>(8 - before.length - after.length).fill(0);
  return [...before, ...zeros, ...after];
}

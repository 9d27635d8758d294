/**
 * Where guests may connect to. One policy for `wasi:http/outgoing-handler` and for
 * `wasi:sockets`: pure, without a socket, a clock or a log.
 *
 * A name is asked about before it is looked up, and every address that was found before it is
 * connected to. Whoever controls a name's DNS must not get to choose among the addresses of
 * this machine and of its network: those are allowed by their own line, or through a name
 * that only exists there.
 *
 * @module
 */

import {
  addressKind,
  bracketed,
  isAddress,
  normalAddress,
  normalHost,
} from "./ip_address.ts";

/** What a policy answers. */
export type Verdict =
  | { readonly allowed: true }
  /** The line of the configuration that would allow it. */
  | { readonly allowed: false; readonly remedy: string };

/** Where an HTTP request goes. */
export interface HttpTarget {
  readonly scheme: "http" | "https";
  /** A name or an address, of IPv6 with or without brackets. */
  readonly host: string;
  readonly port: number;
}

/** Where a connection or a datagram goes. */
export interface AddressTarget {
  readonly address: string;
  readonly port: number;
  readonly protocol: "tcp" | "udp";
  /** The name that the address was found by. */
  readonly name?: string;
}

/** Where guests may connect to. */
export interface EgressPolicy {
  /** Whether a request may be made; its name's addresses MUST be asked about next. */
  http(target: HttpTarget): Verdict;
  /** Whether a guest may look a name up. */
  lookup(name: string): Verdict;
  /** Whether an address may be connected to. MUST be asked about the very address that is used. */
  address(target: AddressTarget): Verdict;
}

/** One line of `workload.allowedHosts`. */
export interface HostPattern {
  /** Any scheme without it; with it, and without a port, the scheme's own port. */
  readonly scheme?: "http" | "https";
  /** `*` for any, else as {@linkcode normalHost} writes it. */
  readonly host: string;
  /** The pattern is `*.host`: what is below the name, and not the name itself. */
  readonly below?: boolean;
  /** Any port without it. */
  readonly port?: number;
}

/** One line of `workload.allowedIpNameLookups`. */
export type NamePattern = Pick<HostPattern, "host" | "below">;

/** One line of `workload.allowedHostLoopbackPorts`. */
export interface LoopbackPort {
  readonly port: number;
  readonly protocol: "tcp" | "udp";
}

/** What a project allows. */
export interface EgressOptions {
  readonly hosts: readonly HostPattern[];
  readonly lookups: readonly NamePattern[];
  /** Ports of this machine itself. */
  readonly loopback: "any" | readonly LoopbackPort[];
  /** The section of the configuration that the lines stand in; default `workload`. */
  readonly section?: string;
}

const ALLOWED: Verdict = { allowed: true };

/** Makes a policy. */
export function makeEgressPolicy(options: EgressOptions): EgressPolicy {
  const { section = "workload" } = options;
  const policy = makePolicy(options);
  const named = (verdict: Verdict): Verdict =>
    verdict.allowed
      ? verdict
      : { allowed: false, remedy: `${section}.${verdict.remedy}` };
  return {
    http: (target) => named(policy.http(target)),
    lookup: (name) => named(policy.lookup(name)),
    address: (target) => named(policy.address(target)),
  };
}

/** A policy whose remedies do not say where their line stands. */
function makePolicy(
  { hosts, lookups, loopback }: EgressOptions,
): EgressPolicy {
  const allowsLoopback = (port: number, protocol: "tcp" | "udp") =>
    loopback === "any" ||
    loopback.some((open) => open.port === port && open.protocol === protocol);

  /** The patterns that cover a host; `*` covers names, and addresses that are public. */
  const covers = (host: string, { port, scheme, protocol = "tcp" }: {
    port: number;
    scheme?: "http" | "https";
    protocol?: "tcp" | "udp";
  }) =>
    hosts.filter((pattern) =>
      coversHost(pattern, host) && coversPort(pattern, port) &&
      (pattern.scheme === undefined ||
        (protocol === "tcp" && pattern.scheme === (scheme ?? pattern.scheme)))
    );

  return {
    http({ scheme, host, port }) {
      const normal = normalHost(host);
      if (normal === undefined) return denied(scheme, host, port);
      const found = covers(normal, { port, scheme });
      const allowed = isAddress(normal)
        ? isListed(found, addressKind(normal) === "public") ||
          (addressKind(normal) === "loopback" && allowsLoopback(port, "tcp"))
        : found.length > 0 ||
          (isLocalhost(normal) && allowsLoopback(port, "tcp"));
      return allowed ? ALLOWED : denied(scheme, normal, port);
    },

    lookup(name) {
      const normal = normalHost(name);
      if (normal === undefined) return lookupDenied(name);
      // What is an address already is not looked up anywhere.
      if (isAddress(normal)) return ALLOWED;
      if (isLocalhost(normal) && (loopback === "any" || loopback.length > 0)) {
        return ALLOWED;
      }
      return lookups.some((pattern) => coversHost(pattern, normal))
        ? ALLOWED
        : lookupDenied(normal);
    },

    address({ address, port, protocol, name }) {
      const normal = normalAddress(address);
      const found = name === undefined ? undefined : normalHost(name);
      if (normal === undefined || (name !== undefined && found === undefined)) {
        return denied(undefined, name ?? address, port);
      }
      // An address in the place of a name says nothing that the address does not.
      const host = found === undefined || isAddress(found) ? undefined : found;
      const kind = addressKind(normal);
      const own = covers(normal, { port, protocol });
      if (isListed(own, kind === "public" && host === undefined)) {
        return ALLOWED;
      }
      const named = host === undefined ? [] : covers(host, { port, protocol });
      if (kind === "public") {
        return named.length > 0
          ? ALLOWED
          : denied(undefined, host ?? normal, port);
      }
      const isOwn = kind === "loopback" &&
        (host === undefined || isLocalhost(host));
      if (isOwn && allowsLoopback(port, protocol)) return ALLOWED;
      if (
        (kind === "private" || kind === "loopback") &&
        host !== undefined && isPrivateName(host) && isListed(named, false)
      ) return ALLOWED;
      return isOwn
        ? loopbackDenied(port, protocol)
        : denied(undefined, normal, port);
    },
  };
}

/** Whether patterns name a host, and do not only cover it by `*`. */
function isListed(
  patterns: readonly HostPattern[],
  orByStar: boolean,
): boolean {
  return orByStar
    ? patterns.length > 0
    : patterns.some(({ host }) => host !== "*");
}

function coversHost(pattern: NamePattern, host: string): boolean {
  if (pattern.host === "*") return true;
  return pattern.below
    ? !isAddress(host) && host.endsWith(`.${pattern.host}`)
    : host === pattern.host;
}

function coversPort({ scheme, port }: HostPattern, wanted: number): boolean {
  if (port !== undefined) return port === wanted;
  return scheme === undefined || wanted === DEFAULT_PORTS[scheme];
}

const DEFAULT_PORTS = { http: 80, https: 443 } as const;

/** RFC 6761: names of this machine. */
function isLocalhost(name: string): boolean {
  return name === "localhost" || name.endsWith(".localhost");
}

/** Ends of names that no public DNS answers for: RFC 6761, 6762, 8375 and ICANN's "internal". */
const PRIVATE_ENDS: readonly string[] = [
  ".internal",
  ".local",
  ".localhost",
  ".home.arpa",
  ".test",
];

/** Whether only this machine's own network knows a name. */
function isPrivateName(name: string): boolean {
  return !name.includes(".") ||
    PRIVATE_ENDS.some((end) => name.endsWith(end));
}

function denied(
  scheme: "http" | "https" | undefined,
  host: string,
  port: number,
): Verdict {
  const before = scheme === undefined ? "" : `${scheme}://`;
  const after = scheme !== undefined && port === DEFAULT_PORTS[scheme]
    ? ""
    : `:${port}`;
  return deniedBy("allowedHosts", `${before}${bracketed(host)}${after}`);
}

function lookupDenied(name: string): Verdict {
  return deniedBy("allowedIpNameLookups", name);
}

function loopbackDenied(port: number, protocol: "tcp" | "udp"): Verdict {
  return deniedBy(
    "allowedHostLoopbackPorts",
    protocol === "udp" ? `${port}/udp` : `${port}`,
  );
}

function deniedBy(key: string, entry: string): Verdict {
  return {
    allowed: false,
    remedy: `${key}: [${JSON.stringify(entry)}]`,
  };
}

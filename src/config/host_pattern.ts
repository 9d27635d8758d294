import { MAX_PORT } from "./address.ts";
import type { ValueRule } from "./value_rule.ts";

/** Hosts that a component may call: one line of `workload.allowedHosts`. */
export interface HostPattern {
  /** Any scheme without it. */
  readonly scheme?: "http" | "https";
  /** `*` for any; else a name or an address in its one spelling, of IPv6 without brackets. */
  readonly host: string;
  /** The pattern is `*.host`. */
  readonly below?: boolean;
  /** Any port without it; with a scheme that scheme's own. */
  readonly port?: number;
}

/** Names that a component may look up: one line of `workload.allowedIpNameLookups`. */
export type NamePattern = Pick<HostPattern, "host" | "below">;

/** A port of this machine: one line of `workload.allowedHostLoopbackPorts`. */
export interface LoopbackPort {
  /** Its number, from 1. */
  readonly port: number;
  /** What is spoken there. */
  readonly protocol: "tcp" | "udp";
}

/** What a text is no pattern for. */
interface Refused {
  readonly refused: string;
}

/** A line of `workload.allowedHosts`. */
export const HOST_PATTERN: ValueRule = {
  allowed: '"*", or a host such as api.example.com, https://api.example.com, ' +
    "*.example.com or 10.0.0.1:5432",
  kinds: ["text"],
  json: {
    type: "string",
    pattern:
      "^(\\*|([Hh][Tt][Tt][Pp][Ss]?://)?(\\*\\.)?[^/?#@*\\s]+)$|^[Hh][Tt][Tt][Pp][Ss]?://\\*$|^\\*:[0-9]+$",
  },
  read: (value) => accepted(String(value), parseHostPattern),
};

/** A line of `workload.allowedIpNameLookups`. */
export const NAME_PATTERN: ValueRule = {
  allowed: '"*", or a name such as example.com or *.example.com',
  kinds: ["text"],
  json: { type: "string", pattern: "^(\\*|(\\*\\.)?[^/?#@*\\s]+)$" },
  read: (value) => accepted(String(value), parseNamePattern),
};

/** A line of `workload.allowedHostLoopbackPorts`. */
export const LOOPBACK_PORT: ValueRule = {
  allowed: 'a port such as "5432" or "53/udp"',
  kinds: ["text", "number"],
  json: {
    anyOf: [
      { type: "string", pattern: "^[0-9]{1,5}(/(tcp|udp))?$" },
      { type: "integer", minimum: 1, maximum: MAX_PORT },
    ],
  },
  read: (value) => accepted(String(value), parseLoopbackPort),
};

/**
 * Takes `[scheme://]host[:port]` apart.
 *
 * ```ts
 * import { parseHostPattern } from "./host_pattern.ts";
 * import { deepStrictEqual } from "node:assert/strict";
 *
 * deepStrictEqual(parseHostPattern("https://*.Example.com:8443"), {
 *   scheme: "https",
 *   host: "example.com",
 *   below: true,
 *   port: 8443,
 * });
 * ```
 */
export function parseHostPattern(text: string): HostPattern | Refused {
  const [, scheme, rest = ""] = /^(?:([^/:]*):\/\/)?(.*)$/s.exec(text) ?? [];
  const known = scheme?.toLowerCase();
  if (known !== undefined && known !== "http" && known !== "https") {
    return { refused: `unknown scheme "${scheme}"` };
  }
  if (/[/?#]/.test(rest)) return { refused: "a path behind the host" };
  if (rest.includes("@")) return { refused: "a user before the host" };
  const bare = /:.*:/.test(rest) && !rest.startsWith("[");
  const [, written = "", digits] = bare
    ? [rest, rest, undefined]
    : /^(\[[^\]]*\]|[^:]*)(?::(.*))?$/s.exec(rest) ?? [];
  const port = digits === undefined ? undefined : portOf(digits);
  if (digits !== undefined && port === undefined) {
    return { refused: `no port from 1 to ${MAX_PORT} behind the colon` };
  }
  const name = nameOf(written);
  if ("refused" in name) return name;
  return {
    ...(known !== undefined && { scheme: known }),
    ...name,
    ...(port !== undefined && { port }),
  };
}

/** Takes a name, an address, `*` or `*.name` apart. */
export function parseNamePattern(text: string): NamePattern | Refused {
  return nameOf(
    text.includes(":") && !text.startsWith("[") ? `[${text}]` : text,
  );
}

/** Takes `port[/protocol]` apart. */
export function parseLoopbackPort(text: string): LoopbackPort | Refused {
  const [, digits = "", protocol = "tcp"] = /^(\d+)(?:\/(.*))?$/.exec(text) ??
    [];
  const port = portOf(digits);
  if (port === undefined) return { refused: `no port from 1 to ${MAX_PORT}` };
  return protocol === "tcp" || protocol === "udp"
    ? { port, protocol }
    : { refused: "a protocol that is neither tcp nor udp" };
}

function nameOf(written: string): NamePattern | Refused {
  if (written === "*") return { host: "*" };
  const below = written.startsWith("*.");
  const rest = below ? written.slice(2) : written;
  if (rest === "") return { refused: "no host" };
  if (rest.includes("*")) {
    return { refused: 'a "*" that does not stand for whole names' };
  }
  const bracketed = rest.includes(":") && !rest.startsWith("[")
    ? `[${rest}]`
    : rest;
  // What a URL makes of a host is what a component's calls are compared with.
  const url = /[/?#\\@\s]/.test(rest)
    ? null
    : URL.parse(`http://${bracketed}/`);
  const host = url?.hostname.replace(/^\[|\]$/g, "").replace(/\.$/, "") ?? "";
  if (url === null || url.port !== "" || host === "") {
    return { refused: "not a host name or address" };
  }
  const isAddress = host.includes(":") || /^\d+(?:\.\d+){3}$/.test(host);
  if (below && isAddress) return { refused: 'an address behind "*."' };
  return { host, ...(below && { below }) };
}

function portOf(digits: string): number | undefined {
  if (!/^\d{1,5}$/.test(digits)) return undefined;
  const port = Number(digits);
  return port >= 1 && port <= MAX_PORT ? port : undefined;
}

function accepted(text: string, parse: (text: string) => object | Refused) {
  const parsed = parse(text);
  return "refused" in parsed && typeof parsed.refused === "string"
    ? { refused: parsed.refused }
    : { accepted: text };
}

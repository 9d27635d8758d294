import type { Read, ValueRule } from "./value_rule.ts";

/** Where a server listens. */
export interface Address {
  /** A host name or an IP address, IPv6 without its brackets. */
  readonly hostname: string;
  /** 0 stands for any free port. */
  readonly port: number;
}

/** `host:port` of a socket to listen on. */
export const ADDRESS: ValueRule = {
  allowed: "host:port such as 127.0.0.1:8000",
  kinds: ["text"],
  json: {
    type: "string",
    pattern: "^(\\[[0-9A-Fa-f:.]+\\]|[A-Za-z0-9._-]+):[0-9]{1,5}$",
  },
  read(value): Read {
    const address = parseAddress(String(value));
    return "refused" in address
      ? address
      : { accepted: formatAddress(address) };
  },
};

/** The highest port there is. */
export const MAX_PORT = 65_535;

/** Takes `host:port` apart. */
export function parseAddress(
  text: string,
): Address | { readonly refused: string } {
  if (text.includes("://")) return { refused: "a URL" };
  const match = /^(.*):([^:\]]*)$/.exec(text);
  if (match === null) return { refused: "no port" };
  const [, host = "", digits = ""] = match;
  if (!/^\d{1,5}$/.test(digits)) return { refused: "no port number" };
  if (Number(digits) > MAX_PORT) return { refused: `port above ${MAX_PORT}` };
  const hostname = parseHost(host);
  return typeof hostname === "string"
    ? { hostname, port: Number(digits) }
    : hostname;
}

/** The text that {@linkcode parseAddress} reads. */
export function formatAddress({ hostname, port }: Address): string {
  return `${hostname.includes(":") ? `[${hostname}]` : hostname}:${port}`;
}

/** Whether it stands for every address of the machine. */
export function isEveryAddress(
  { hostname }: Pick<Address, "hostname">,
): boolean {
  return hostname === "0.0.0.0" || hostname === "::";
}

/** Where a client on this machine comes in that was listened at. */
export function reachableAddress(address: Address): Address {
  if (!isEveryAddress(address)) return address;
  const hostname = address.hostname === "::" ? "::1" : "127.0.0.1";
  return { hostname, port: address.port };
}

function parseHost(host: string): string | { readonly refused: string } {
  if (host === "") return { refused: "no host" };
  const bracketed = /^\[(.*)\]$/.exec(host)?.[1];
  if (bracketed !== undefined) {
    return URL.canParse(`http://[${bracketed}]`)
      ? bracketed
      : { refused: "not an IPv6 address in the brackets" };
  }
  if (host.includes(":")) return { refused: "an IPv6 address without []" };
  if (/^[\d.]+$/.test(host)) {
    const parts = host.split(".");
    const valid = parts.length === 4 &&
      parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) <= 255);
    return valid ? host : { refused: "not an IPv4 address" };
  }
  const label = /^[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?$/;
  return host.length <= 253 && host.split(".").every((part) => label.test(part))
    ? host
    : { refused: "not a host name" };
}

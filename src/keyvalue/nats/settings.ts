/**
 * What a NATS backend is told: where the server is, who asks, and how buckets are made.
 *
 * @module
 */

import { KeyValueError } from "../store.ts";

/** Files for TLS, by path. Certificates the system trusts need no `ca`. */
export interface NatsTls {
  /** The certificates to trust in place of the system's. */
  readonly ca?: string;
  /** The certificate this side shows. */
  readonly cert?: string;
  /** The private key of `cert`. */
  readonly key?: string;
}

/** What `openNats` may be told. */
export interface NatsSettings {
  /** `nats://host:4222` or `tls://host:4222`; may hold `user:password@` or `token@`. */
  readonly url: string;
  /** A token, in place of one in the URL. */
  readonly token?: string;
  /** A user name, in place of one in the URL. */
  readonly user?: string;
  /** The password of `user`. */
  readonly password?: string;
  /** The path of a credentials file: a JWT and its nkey seed. */
  readonly credentials?: string;
  /** The path of a file with an nkey seed. */
  readonly nkey?: string;
  /** Asks for TLS, with these files. */
  readonly tls?: NatsTls;
  /** How many values of a key a new bucket remembers, 1 to 64. Default 1. */
  readonly history?: number;
  /** How many servers keep a new bucket, 1 to 5. Default 1. */
  readonly replicas?: number;
  /** Where the server keeps a new bucket. Default `file`. */
  readonly storage?: "file" | "memory";
  /** The largest value in bytes that a new bucket takes; the server has a limit of its own. */
  readonly maxValueSize?: number;
  /** Milliseconds after which a new bucket forgets any value; 100 or more. Default: never. */
  readonly ttl?: number;
  /** Whether a bucket that does not exist is made. Default true. */
  readonly create?: boolean;
  /** Milliseconds that a call may take, 1 or more. Default 2000. */
  readonly timeout?: number;
}

/** Where a server is and what the URL says of the caller. */
export interface Endpoint {
  /** `host:port`, as the URL has it: for messages. */
  readonly host: string;
  /** What the client library connects to. */
  readonly server: string;
  /** Whether the URL asks for TLS. */
  readonly tls: boolean;
  /** The user in the URL. */
  readonly user?: string;
  /** The password in the URL. */
  readonly password?: string;
  /** The token in the URL. */
  readonly token?: string;
}

const DEFAULT_PORT = "4222";
const LARGEST = 2 ** 31 - 1;

/** Reads a URL. The client library would ignore the credentials in it. */
export function parseEndpoint(url: string): Endpoint {
  const parsed = URL.parse(url);
  if (parsed === null || parsed.hostname === "") {
    throw new KeyValueError(
      "no-such-store",
      "Cannot open NATS: its URL is none (it is not shown, as it may hold a password); write nats://host:4222",
    );
  }
  const { protocol, host, hostname, port, username, password } = parsed;
  if (protocol !== "nats:" && protocol !== "tls:") {
    throw new KeyValueError(
      "no-such-store",
      `Cannot open NATS at "${host}": its URL starts with "${protocol}//"; use nats:// or tls://`,
    );
  }
  const name = decode(username);
  return {
    host,
    server: `${hostname}:${port || DEFAULT_PORT}`,
    tls: protocol === "tls:",
    ...(password !== "" && { user: name, password: decode(password) }),
    ...(password === "" && name !== "" && { token: name }),
  };
}

/** Refuses settings that the server would take for something else. */
export function checkSettings(settings: NatsSettings): void {
  checkWhole(settings.history, { name: "history", least: 1, most: 64 });
  checkWhole(settings.replicas, { name: "replicas", least: 1, most: 5 });
  checkWhole(settings.maxValueSize, {
    name: "maxValueSize",
    least: 1,
    most: LARGEST,
  });
  checkWhole(settings.ttl, {
    name: "ttl",
    least: 100,
    most: Number.MAX_SAFE_INTEGER / 1e6,
  });
  checkWhole(settings.timeout, { name: "timeout", least: 1, most: LARGEST });
}

interface Range {
  readonly name: string;
  readonly least: number;
  readonly most: number;
}

function checkWhole(value: number | undefined, range: Range): void {
  if (value === undefined) return;
  const { name, least, most } = range;
  if (Number.isInteger(value) && value >= least && value <= most) return;
  throw new KeyValueError(
    "other",
    `Cannot open NATS with "${name}": ${value} is no whole number from ${least} to ${
      Math.floor(most)
    }`,
  );
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

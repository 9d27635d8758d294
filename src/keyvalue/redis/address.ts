/**
 * A Redis URL, taken apart. ioredis would take `/x`, `/99` and unknown schemes for database 0
 * of some server; here they are refused.
 *
 * @module
 */

import { KeyValueError } from "../store.ts";

/** Where a Redis is, and who asks. */
export interface Address {
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
  readonly db: number;
  readonly username?: string;
  readonly password?: string;
  /** `Redis at host:port`, as the banner shows it. */
  readonly location: string;
}

const DEFAULT_PORT = 6379;

/** Reads `redis://user:password@host:port/db` or `rediss://…`. The error never repeats the URL. */
export function parseAddress(url: string): Address {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed === undefined) {
    throw refused("the address", "it is no URL; write redis://host:6379");
  }
  const location = `Redis at ${parsed.host}`;
  if (parsed.protocol !== "redis:" && parsed.protocol !== "rediss:") {
    throw refused(
      location,
      `its URL has the scheme ${parsed.protocol}; write redis:// or rediss://`,
    );
  }
  if (parsed.hostname === "") {
    throw refused(location, "its URL names no host; write redis://host:6379");
  }
  if (parsed.search !== "" || parsed.hash !== "") {
    throw refused(
      location,
      "its URL has a part after ? or #, which Wharf does not know; remove it",
    );
  }
  const db = /^\/?(\d{0,9})$/.exec(parsed.pathname)?.[1];
  if (db === undefined) {
    throw refused(
      location,
      "the path of its URL is no database number; write redis://host:6379/0",
    );
  }
  const username = decode(parsed.username, location);
  const password = decode(parsed.password, location);
  return {
    host: parsed.hostname.replace(/^\[|\]$/g, ""),
    port: parsed.port === "" ? DEFAULT_PORT : Number(parsed.port),
    tls: parsed.protocol === "rediss:",
    db: Number(db),
    ...(username !== "" && { username }),
    ...(password !== "" && { password }),
    location,
  };
}

function decode(part: string, location: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw refused(
      location,
      "the user name or password in its URL has a % that begins no character; write %25 for it",
    );
  }
}

function refused(what: string, state: string): KeyValueError {
  return new KeyValueError("other", `Cannot open ${what}: ${state}`);
}

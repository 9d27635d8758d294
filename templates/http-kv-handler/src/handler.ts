/**
 * What the component answers. Nothing here knows WebAssembly or wasi:http
 * (`component.ts` does), so that all of it can be tested in plain Deno.
 *
 * @module
 */

import type { Error as StoreError } from "wasi:keyvalue/store@0.2.0-draft";
import { concat, encode } from "./bytes.ts";
import { parseEntry } from "./entry.ts";
import { witErrorOf } from "./wit_error.ts";

/**
 * Where the data is kept: "in_memory", "filesystem", "nats", "redis" or
 * "deno_kv". All but the first need their line in `.wash/config.yaml`.
 */
const BACKEND = "in_memory";

/** What the handler reads of a request. */
export interface HttpRequest {
  /** In lower case, as wasi:http names it. */
  method: string;
  /** What follows the host in the URL, still encoded: `/?key=my%20key`. */
  pathWithQuery: string;
  /** Reads the body to its end. */
  readBody(): Uint8Array;
}

/** What the handler answers. */
export interface HttpResponse {
  status: number;
  body: Uint8Array;
}

/** What the handler needs of a bucket of `wasi:keyvalue/store`. */
export interface Bucket extends Disposable {
  get(key: string): Uint8Array | undefined;
  set(key: string, value: Uint8Array): void;
}

/** Opens a bucket by its name, as `wasi:keyvalue/store.open` does. */
export type OpenBucket = (name: string) => Bucket;

/** Answers a request: POST stores a value, GET reads it back. */
export function answer(request: HttpRequest, open: OpenBucket): HttpResponse {
  switch (request.method) {
    case "post":
      return store(request, open);
    case "get":
      return read(request, open);
    default:
      return text(405, "Method Not Allowed\n");
  }
}

function store(request: HttpRequest, open: OpenBucket): HttpResponse {
  const entry = parseEntry(request.readBody());
  if (typeof entry === "string") {
    return text(400, `Invalid JSON: ${entry}\n`);
  }
  const { key, value } = entry;
  return withBucket(open, `store key '${key}'`, (bucket) => {
    bucket.set(key, encode(value));
    return text(200, `[${BACKEND}] Stored '${key}'\n`);
  });
}

function read(request: HttpRequest, open: OpenBucket): HttpResponse {
  const key = queryOf(request.pathWithQuery).get("key");
  if (key === null) {
    return text(400, "Missing required query parameter: key\n");
  }
  return withBucket(open, `get key '${key}'`, (bucket) => {
    const value = bucket.get(key);
    if (value === undefined) {
      return text(404, `[${BACKEND}] Key '${key}' not found\n`);
    }
    // Another program may have stored it: its bytes go out as they are, text or not.
    const body = concat([encode(`[${BACKEND}] `), value, encode("\n")]);
    return { status: 200, body };
  });
}

/** Opens the bucket and uses it. What the host refuses becomes a 500 that says so. */
function withBucket(
  open: OpenBucket,
  act: string,
  use: (bucket: Bucket) => HttpResponse,
): HttpResponse {
  let step = "open bucket";
  try {
    using bucket = open(BACKEND);
    step = act;
    return use(bucket);
  } catch (error) {
    return text(500, `[${BACKEND}] Failed to ${step}: ${reasonOf(error)}\n`);
  }
}

/** Why the host refused, in words. */
function reasonOf(exception: unknown): string {
  const error = witErrorOf<StoreError>(exception);
  switch (error?.tag) {
    case "no-such-store":
      return "no such store, is it set in .wash/config.yaml?";
    case "access-denied":
      return "access denied";
    case "other":
      return error.val;
    default:
      throw exception; // not the host's word but a mistake in here: let it be seen
  }
}

/** The parameters after the "?", decoded as a browser encodes them: "+" is a space. */
function queryOf(pathWithQuery: string): URLSearchParams {
  const start = pathWithQuery.indexOf("?");
  return new URLSearchParams(start === -1 ? "" : pathWithQuery.slice(start));
}

function text(status: number, body: string): HttpResponse {
  return { status, body: encode(body) };
}

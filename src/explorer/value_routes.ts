/**
 * A value as bytes: read, written and removed, on condition that it is still what the caller
 * has seen.
 *
 * @module
 */

import { quote } from "../keyvalue/key_encoding.ts";
import type { Bucket, Entry, SetOptions } from "../keyvalue/store.ts";
import { attachment } from "./attachment.ts";
import {
  BUCKET,
  cannot,
  KEY,
  missingKey,
  openBucket,
  openExisting,
} from "./bucket_access.ts";
import { entityTag, type NamedVersions, parseTags } from "./entity_tags.ts";
import { Refusal } from "./problem.ts";
import type { Parameter } from "./query.ts";
import { MAX_VALUE_SIZE, readWhole } from "./request_body.ts";
import {
  type Content,
  done,
  json,
  type Route,
  type RouteCall,
} from "./route.ts";
import { schemaOf } from "./schemas.ts";

/** How often a write is tried whose condition more than one version meets. */
const MOST_TRIES = 10;

const TAG_LIST = { type: "string" };

const IF_MATCH: Parameter = {
  name: "If-Match",
  doc: "only if the key is at one of these versions; * is any",
  schema: TAG_LIST,
};

const VALUE: Content = {
  doc: "The value",
  type: "application/octet-stream",
  headers: {
    ETag: "The version, in quotes",
    "Content-Disposition": "A name to save it under",
  },
};

const VERSION: Parameter = {
  name: "version",
  doc: "an earlier version of the key, where the store has a history; " +
    "without it, the one that is there now",
  schema: { type: "string" },
};

const READING = {
  path: "/value",
  query: [BUCKET, KEY, VERSION],
  headers: [{
    name: "If-None-Match",
    doc: "not if the key is at one of these versions",
    schema: TAG_LIST,
  }],
  refusals: ["not-found", "not-supported", "no-such-store", "store-failed"],
  handle: readValue,
} as const;

const NOT_MODIFIED: Content = { doc: "It is at a version that was named" };

/** Values. */
export const VALUE_ROUTES: readonly Route[] = [
  {
    ...READING,
    method: "GET",
    id: "getValue",
    does: "The bytes of a value",
    answers: { 200: VALUE, 304: NOT_MODIFIED },
  },
  {
    ...READING,
    method: "HEAD",
    id: "headValue",
    does: "The version and the size of a value",
    answers: { 200: { ...VALUE, doc: "No body" }, 304: NOT_MODIFIED },
  },
  {
    method: "PUT",
    path: "/value",
    id: "setValue",
    does: "Sets a value",
    notes: "With one version in `If-Match`, the comparison and the write are " +
      "one step of the store. A conflict tells the version that the key is at.",
    query: [BUCKET, KEY, {
      name: "ttl",
      doc: "milliseconds until the key is absent again, 1 or more; " +
        "without it, what the bucket's configuration says",
      schema: { type: "integer", minimum: 1 },
    }],
    headers: [IF_MATCH, {
      name: "If-None-Match",
      doc: "*: only if the key is absent",
      schema: { enum: ["*"] },
    }],
    takes: { doc: "The value", type: "application/octet-stream" },
    answers: {
      200: {
        doc: "It is written",
        type: "application/json",
        schema: schemaOf("Written"),
        headers: { ETag: "The new version, where the store tells it" },
      },
    },
    refusals: ["conflict", "too-large", "no-such-store", "store-failed"],
    handle: writeValue,
  },
  {
    method: "DELETE",
    path: "/value",
    id: "deleteValue",
    does: "Removes a key; an absent one is no error",
    notes: "No store removes a key on condition. With `If-Match` the version " +
      "is compared and then the key removed: what is written in between is " +
      "removed too.",
    query: [BUCKET, KEY],
    headers: [IF_MATCH],
    answers: { 204: { doc: "It is gone" } },
    refusals: ["conflict", "no-such-store", "store-failed"],
    handle: deleteValue,
  },
];

async function readValue(call: RouteCall): Promise<Response> {
  const key = call.query.text("key");
  const bucket = await openExisting(call);
  const wanted = call.query.maybe("version");
  const entry = wanted === undefined
    ? await bucket?.get(key)
    : await earlierEntry(call, bucket, wanted);
  if (entry === undefined) throw missingKey(call, "read");
  const { value, version } = entry;
  const headers = { etag: entityTag(version) };
  const known = condition(call, "if-none-match", "weak");
  if (known !== undefined && isNamed(known, entry)) {
    return new Response(null, { status: 304, headers });
  }
  const isHead = call.request.method === "HEAD";
  return new Response(isHead ? null : value, {
    headers: {
      ...headers,
      "content-type": "application/octet-stream",
      "content-length": `${value.length}`,
      "content-disposition": attachment(key),
      // Opened by itself, it is nothing that could act.
      "content-security-policy": "sandbox",
    },
  });
}

/** A value that the key had; `undefined` where the history has no such version. */
async function earlierEntry(
  call: RouteCall,
  bucket: Bucket | undefined,
  version: string,
): Promise<Entry | undefined> {
  if (bucket === undefined) return undefined;
  if (bucket.history === undefined) {
    throw cannot(call, "read an earlier version in", "keeps no history");
  }
  for (const revision of await bucket.history(call.query.text("key"))) {
    if (revision.kind === "set" && revision.entry.version === version) {
      return revision.entry;
    }
  }
  return undefined;
}

async function writeValue(call: RouteCall): Promise<Response> {
  const { head, query, project, request } = call;
  const key = query.text("key");
  const match = condition(call, "if-match", "strong");
  const isNew = isOnlyIfAbsent(call);
  if (match !== undefined && isNew) {
    throw new Refusal(
      "bad-request",
      "Cannot write with both If-Match and If-None-Match: leave one out",
    );
  }
  refuseParts(call);
  const { maxValueSize = Infinity } = project.buckets()
    .policy(query.text("bucket"));
  const value = await readWhole(request, head.line("content-length"), {
    most: Math.min(maxValueSize, MAX_VALUE_SIZE),
    what: `value of ${quote(key)}`,
  });
  const ttl = query.number("ttl");
  const options: SetOptions = ttl === undefined ? {} : { ttl };
  const bucket = await openBucket(call);
  if (match === undefined && !isNew) {
    await bucket.set(key, value, options);
    return json({ key });
  }
  const version = await swap(
    bucket,
    { key, value, options },
    match ?? "absent",
  );
  const response = json({ key, version });
  response.headers.set("etag", entityTag(version));
  return response;
}

/** A write that is made on condition. */
interface Write {
  readonly key: string;
  readonly value: Uint8Array;
  readonly options: SetOptions;
}

async function swap(
  bucket: Bucket,
  { key, value, options }: Write,
  wanted: NamedVersions | "absent",
): Promise<string> {
  // One version is compared by the store; of several, the one that is there.
  let version = wanted === "absent" || wanted === "any" ? undefined : wanted[0];
  if (wanted !== "absent" && (wanted === "any" || wanted.length !== 1)) {
    version = wantedOf(key, wanted, await bucket.get(key));
  }
  for (let tries = 1;; tries++) {
    const result = await bucket.swap(key, version, value, options);
    if (result.swapped) return result.version;
    const { current } = result;
    if (wanted === "absent" || tries === MOST_TRIES) {
      throw conflict(key, current, wanted);
    }
    version = wantedOf(key, wanted, current);
  }
}

function wantedOf(
  key: string,
  wanted: NamedVersions,
  entry: Entry | undefined,
): string {
  if (entry === undefined || !isNamed(wanted, entry)) {
    throw conflict(key, entry, wanted);
  }
  return entry.version;
}

async function deleteValue(call: RouteCall): Promise<Response> {
  const key = call.query.text("key");
  const match = condition(call, "if-match", "strong");
  const bucket = await openExisting(call);
  if (match !== undefined) wantedOf(key, match, await bucket?.get(key));
  await bucket?.delete(key);
  return done();
}

function condition(
  { head }: RouteCall,
  name: string,
  comparison: "strong" | "weak",
): NamedVersions | undefined {
  const line = head.line(name);
  return line === undefined ? undefined : parseTags(name, line, comparison);
}

function isOnlyIfAbsent({ head }: RouteCall): boolean {
  const line = head.line("if-none-match");
  if (line === undefined) return false;
  if (line.trim() === "*") return true;
  throw new Refusal(
    "bad-request",
    "Cannot write unless the key is at a version: If-None-Match takes * alone here",
  );
}

/** RFC 9110, 14.4 and 8.4: a part of a value, or one that would have to be unpacked, is not the value. */
function refuseParts({ head }: RouteCall): void {
  const line = ["content-range", "content-encoding"].find((name) =>
    head.line(name) !== undefined
  );
  if (line === undefined) return;
  throw new Refusal(
    "bad-request",
    `Cannot write with the line "${line}": the body is the value as it is kept`,
  );
}

function isNamed(versions: NamedVersions, { version }: Entry): boolean {
  return versions === "any" || versions.includes(version);
}

function conflict(
  key: string,
  entry: Entry | undefined,
  wanted: NamedVersions | "absent",
): Refusal {
  const state = entry === undefined
    ? "it is absent"
    : wanted === "absent"
    ? "it is there already"
    : "it was changed";
  return new Refusal(
    "conflict",
    `Cannot change key ${quote(key)}: ${state}; read it and try again`,
    entry === undefined ? {} : {
      version: entry.version,
      headers: { etag: entityTag(entry.version) },
    },
  );
}

/**
 * How keys and buckets are called in NATS. A name that NATS can hold stays as it is, so
 * that what other programs wrote is found under its own name; any other is spelled in a
 * form that starts with a mark, and names that start with the mark are spelled too.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { Buffer } from "node:buffer";

/** What a subject can hold of a key: one that is longer ends the connection for every caller. */
export const LONGEST_KEY = 3000;

/** What NATS puts before a bucket's name to name its stream. */
export const STREAM_PREFIX = "KV_";

const LONGEST_BUCKET = 200;
const LEGAL_KEY = /^[-/=.\w]+$/;
const LEGAL_BUCKET = /^[-\w]+$/;
const EDGE_OR_DOUBLE_DOT = /^\.|\.$|\.\./;
const KEY_MARK = "=b.";
const RESERVED_KEYS = "_kv";
const BUCKET_MARK = "--b-";
const LONG_BUCKET_MARK = "--h-";

/** A key as it stands in the store. */
export interface KeyName {
  /** What stands for the key in its subject. */
  readonly token: string;
  /** Whether the token is a digest, from which the key cannot be read back. */
  readonly digest: boolean;
}

/** The name of a key; of one that is too long for a subject, a digest. */
export function nameOfKey(key: string): KeyName {
  if (isLiteral(key)) return { token: key, digest: false };
  if (key === "") return { token: `${KEY_MARK}_`, digest: false };
  if (key.length <= LONGEST_KEY) {
    const token = `${KEY_MARK}=${toBase64Url(key)}`;
    if (token.length <= LONGEST_KEY) return { token, digest: false };
  }
  return { token: `${KEY_MARK}-${digestOf(key)}`, digest: true };
}

/** The key that a token spells; `undefined` for a digest and for what no key is spelled as. */
export function keyOfToken(token: string): string | undefined {
  if (!token.startsWith(KEY_MARK)) return token;
  const spelled = token.slice(KEY_MARK.length);
  if (spelled === "_") return "";
  return spelled.startsWith("=") ? fromBase64Url(spelled.slice(1)) : undefined;
}

/** The NATS bucket for a bucket of any name. */
export function nameOfBucket(bucket: string): string {
  const literal = bucket.length <= LONGEST_BUCKET &&
    LEGAL_BUCKET.test(bucket) &&
    !bucket.startsWith(BUCKET_MARK) && !bucket.startsWith(LONG_BUCKET_MARK);
  if (literal) return bucket;
  if (bucket.length <= LONGEST_BUCKET) {
    const name = `${BUCKET_MARK}${toBase64Url(bucket)}`;
    if (name.length <= LONGEST_BUCKET) return name;
  }
  return `${LONG_BUCKET_MARK}${digestOf(bucket)}`;
}

/** The bucket that a NATS bucket is for; `undefined` for a digest and for what no bucket is called. */
export function bucketOfName(name: string): string | undefined {
  const bucket = name.startsWith(BUCKET_MARK)
    ? fromBase64Url(name.slice(BUCKET_MARK.length))
    : name;
  return bucket !== undefined && nameOfBucket(bucket) === name
    ? bucket
    : undefined;
}

/** Whether a NATS bucket is called by a digest, from which no name can be read back. */
export function isDigestOfBucket(name: string): boolean {
  return name.startsWith(LONG_BUCKET_MARK);
}

/** Text in an alphabet that headers and subjects can hold. */
export function toBase64Url(text: string): string {
  return Buffer.from(text, "utf8").toString("base64url");
}

/** The text that {@linkcode toBase64Url} was given; `undefined` if it was given none. */
export function fromBase64Url(encoded: string): string | undefined {
  const text = Buffer.from(encoded, "base64url").toString("utf8");
  return toBase64Url(text) === encoded ? text : undefined;
}

function isLiteral(key: string): boolean {
  return key.length <= LONGEST_KEY && LEGAL_KEY.test(key) &&
    !EDGE_OR_DOUBLE_DOT.test(key) && !key.startsWith(KEY_MARK) &&
    !key.startsWith(RESERVED_KEYS);
}

function digestOf(text: string): string {
  return createHash("sha256").update(text, "utf8").digest("base64url");
}

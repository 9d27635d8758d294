/**
 * Which Redis key a key of a bucket is.
 *
 * A template says it: `{bucket}:`, what wash and Wharf write by default, or a fixed text
 * (the empty one too) for hosts that keep all buckets in one heap. A bucket's name stands in
 * it as it is, unless it holds the character that follows it, or could be taken for such a
 * name: then that character and `%` are written as `%3A` and `%25`.
 *
 * @module
 */

import { hash48, quote } from "../key_encoding.ts";
import { KeyValueError } from "../store.ts";

/** How wash lays out keys. */
export const DEFAULT_PREFIX = "{bucket}:";

/** What the keys that hold versions begin with; no colon, so that by default they are in no bucket. */
export const VERSION_KEY = "wharf-version-";

const PLACE = "{bucket}";
/** Few enough to cost two megabytes at most, enough that two keys seldom share one. */
const VERSION_KEYS = 16_384;

/** Makes what stands in front of the keys of a bucket. */
export type PrefixOf = (bucket: string) => string;

/** Reads a template. */
export function parsePrefix(template: string): PrefixOf {
  const [before = "", after] = split(template);
  if (after === undefined) return () => template;
  const separator = after.charAt(0);
  if (!/^[!-$&-/:-@[-`{-~]$/.test(separator) || after.includes(PLACE)) {
    throw new KeyValueError(
      "other",
      `Cannot use Redis prefix ${
        quote(template)
      }: two buckets could share a key; write a punctuation mark other than % after {bucket}, as in "{bucket}:"`,
    );
  }
  const escaped = `%${
    separator.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")
  }`;
  const unclear = [separator, escaped, "%25"];
  return (bucket) => {
    const name = unclear.some((part) => bucket.includes(part))
      ? bucket.replaceAll("%", "%25").replaceAll(separator, escaped)
      : bucket;
    return before + name + after;
  };
}

/** How to find the buckets of a store by its keys. */
export interface BucketNames {
  /** What every key of every bucket begins with. */
  readonly before: string;
  /** The bucket that a Redis key is in; `undefined` for a key of another program. */
  bucketOf(redisKey: string): string | undefined;
}

/** Reads a template that {@linkcode parsePrefix} took; `undefined` if it keeps all buckets in one heap. */
export function parseNames(template: string): BucketNames | undefined {
  const [before = "", after] = split(template);
  if (after === undefined) return undefined;
  const prefixOf = parsePrefix(template);
  const separator = after.charAt(0);
  const code = separator.charCodeAt(0).toString(16).toUpperCase();
  const escapes = new RegExp(`%25|%${code}`, "g");
  return {
    before,
    bucketOf: (redisKey) => {
      if (!redisKey.startsWith(before) || redisKey.startsWith(VERSION_KEY)) {
        return undefined;
      }
      const end = redisKey.indexOf(separator, before.length);
      if (end < 0) return undefined;
      const name = redisKey.slice(before.length, end)
        .replace(escapes, (escape) => escape === "%25" ? "%" : separator);
      // Another program's key can look as no bucket of ours would spell it.
      return redisKey.startsWith(prefixOf(name)) ? name : undefined;
    },
  };
}

function split(template: string): [string, string?] {
  const at = template.indexOf(PLACE);
  return at < 0
    ? [template]
    : [template.slice(0, at), template.slice(at + PLACE.length)];
}

/** Whether keys behind this prefix could be those that hold versions. */
export function mayHoldVersions(prefix: string): boolean {
  return VERSION_KEY.startsWith(prefix) || prefix.startsWith(VERSION_KEY);
}

/** The key that holds the version of a Redis key. */
export function versionKeyOf(redisKey: string): string {
  return VERSION_KEY + hash48(redisKey) % VERSION_KEYS;
}

/** A pattern for SCAN and PSUBSCRIBE that matches what begins with a text. */
export function patternOf(text: string): string {
  return `${text.replaceAll(/[*?[\]\\^]/g, "\\$&")}*`;
}

/**
 * What the database looks like. `"wharf"` stands first in every key, so that a database can be
 * shared with other programs.
 *
 * ```text
 * ["wharf", "v", bucket, key]         a value: the bytes alone, or a StoredValue (stored_value.ts)
 * ["wharf", "v", bucket, head, hash]  the same of a key that is too long for Deno KV
 * ["wharf", "l", bucket, key]         this key's value is in chunks, so whoever replaces it has to clean up
 * ["wharf", "c", bucket, id, number]  one chunk; never changed
 * ["wharf", "w", id]                  chunks that no value refers to: being written, or waste
 * ["wharf", "p", bucket, cursor]      after which key a page of a listing ended
 * ["wharf", "n", bucket]              the name of a bucket that is known by its hash; stays when the bucket goes
 * ["wharf", "o", bucket]              until when someone watches the bucket
 * ["wharf", "t", bucket, versionstamp]  the keys that a commit has touched while someone does
 * ```
 *
 * `bucket` is the bucket's name, or the SHA-256 of one that is long. `head` is how a long key
 * begins and `hash` its SHA-256; the key itself stands before the value.
 *
 * @module
 */

const ROOT = "wharf";
/** Deno KV takes 2,048 bytes for all parts of a key together. */
const LONGEST_BUCKET = 256;
const LONGEST_KEY = 1400;

const encoder = new TextEncoder();

/** How a bucket's name stands in a key. */
export type BucketPart = string | Uint8Array<ArrayBuffer>;

/** How a key stands behind its bucket. */
export type KeyTail =
  | readonly [key: string]
  | readonly [head: string, hash: Uint8Array<ArrayBuffer>];

/** Where one key of one bucket is kept. */
export interface Place {
  readonly bucket: BucketPart;
  /** The key; `undefined` where nothing but its place is known. */
  readonly key: string | undefined;
  readonly value: Deno.KvKey;
  readonly mark: Deno.KvKey;
  /** The key itself, in front of the value; empty where the place says it. */
  readonly inFront: Uint8Array<ArrayBuffer>;
  /** At most how many bytes {@linkcode value} and {@linkcode mark} have, each. */
  readonly size: number;
}

/** How a bucket's name stands in a key. */
export async function bucketPart(name: string): Promise<BucketPart> {
  return sizeOf(name) <= LONGEST_BUCKET ? name : await sha256(name);
}

/** Where a key is kept; a promise only where it has to be hashed. */
export function placeOf(
  bucket: BucketPart,
  key: string,
): Place | Promise<Place> {
  const size = sizeOf(key);
  return size <= LONGEST_KEY
    ? { ...makePlace(bucket, [key], new Uint8Array(0)), key }
    : sha256(key).then((hash) => ({
      ...makePlace(bucket, [headOf(key), hash], encoder.encode(key)),
      key,
    }));
}

function makePlace(
  bucket: BucketPart,
  tail: KeyTail,
  inFront: Uint8Array<ArrayBuffer>,
): Omit<Place, "key"> {
  return {
    bucket,
    value: [ROOT, "v", bucket, ...tail],
    mark: [ROOT, "l", bucket, ...tail],
    inFront,
    size: 320 + sizeOf(tail[0]),
  };
}

/** The place of a value whose tail is all that is known of its key: enough to remove it. */
export function placeOfTail(bucket: BucketPart, tail: KeyTail): Place {
  return {
    ...makePlace(bucket, tail, new Uint8Array(0)),
    key: undefined,
  };
}

/** Where the name of a bucket is written down that is known by its hash. */
export function nameKey(bucket: BucketPart): Deno.KvKey {
  return [ROOT, "n", bucket];
}

/** The bucket of a value's key; `undefined` if another program wrote it. */
export function partOf([, , part]: Deno.KvKey): BucketPart | undefined {
  return typeof part === "string" || part instanceof Uint8Array
    ? part as BucketPart
    : undefined;
}

/** The values of all buckets behind this one. */
export function behind(bucket?: BucketPart): Deno.KvListSelector {
  // A boolean stands behind every text.
  const end = [ROOT, "v", false];
  if (bucket === undefined) return { start: [ROOT, "v"], end };
  // Nothing stands between a part and the same with a zero behind it but what begins with the part.
  const next = typeof bucket === "string"
    ? `${bucket}\0`
    : new Uint8Array([...bucket, 0]);
  return { start: [ROOT, "v", next], end };
}

/** The values of a bucket; behind `after`, if it is given. */
export function allOf(
  bucket: BucketPart,
  after?: Deno.KvKey,
): Deno.KvListSelector {
  const prefix = [ROOT, "v", bucket];
  return after === undefined
    ? { prefix }
    : { prefix, start: [...after, new Uint8Array(0)] };
}

/** The tail of a value's key. */
export function tailOf(key: Deno.KvKey): KeyTail {
  return key.slice(3) as unknown as KeyTail;
}

/** One chunk. */
export function chunkKey(
  bucket: BucketPart,
  id: string,
  number: number,
): Deno.KvKey {
  return [ROOT, "c", bucket, id, number];
}

/** The record that chunks are nobody's. */
export function wasteKey(id: string): Deno.KvKey {
  return [ROOT, "w", id];
}

/** All such records. */
export function allWaste(): Deno.KvListSelector {
  return { prefix: [ROOT, "w"] };
}

/** The record of a cursor. */
export function cursorKey(bucket: BucketPart, cursor: string): Deno.KvKey {
  return [ROOT, "p", bucket, cursor];
}

/** The record that someone watches a bucket. */
export function leaseKey(bucket: BucketPart): Deno.KvKey {
  return [ROOT, "o", bucket];
}

/** The beginning of the notes of what was touched; the commit's versionstamp stands behind it. */
export function noteKey(bucket: BucketPart): Deno.KvKey {
  return [ROOT, "t", bucket];
}

/** The notes of later commits. */
export function notesAfter(
  bucket: BucketPart,
  versionstamp: string,
): Deno.KvListSelector {
  return {
    start: [ROOT, "t", bucket, `${versionstamp}0`],
    end: [ROOT, "t", bucket, "g"],
  };
}

/** Whether a tail can be that of a key with the prefix. */
export function mayHavePrefix(tail: KeyTail, prefix: string): boolean {
  return tail[0].startsWith(headOf(prefix));
}

/** The values whose keys may have the prefix; behind `after`, if it is given. */
export function valuesFrom(
  bucket: BucketPart,
  prefix: string,
  after?: KeyTail,
): Deno.KvListSelector {
  const head = headOf(prefix);
  const next = successorOf(head);
  return {
    start: after === undefined
      ? [ROOT, "v", bucket, head]
      // Nothing stands between a key and the same key with an empty part behind it.
      : [ROOT, "v", bucket, ...after, new Uint8Array(0)],
    // A boolean stands behind every text.
    end: [ROOT, "v", bucket, next ?? false],
  };
}

/** As much of a key as fits, whole characters only. */
function headOf(key: string): string {
  // A character of UTF-16 takes three bytes at most; two of a pair take four.
  if (key.length * 3 <= LONGEST_KEY) return key;
  let size = 0;
  let length = 0;
  for (const character of key) {
    size += sizeOf(character);
    if (size > LONGEST_KEY) break;
    length += character.length;
  }
  return key.slice(0, length);
}

/** The least text that is greater than every text with this beginning; Deno KV orders texts by code point. */
function successorOf(head: string): string | undefined {
  const characters = [...head];
  while (characters.length > 0) {
    const last = characters.pop()!.codePointAt(0)!;
    if (last === 0x10ffff) continue;
    const next = last === 0xd7ff ? 0xe000 : last + 1;
    return characters.join("") + String.fromCodePoint(next);
  }
  return undefined;
}

/** How many bytes a text takes in a key: a NUL takes two. */
function sizeOf(text: string): number {
  let size = 0;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (unit === 0) size += 2;
    else if (unit < 0x80) size += 1;
    else if (unit < 0x800 || (unit >= 0xd800 && unit < 0xe000)) size += 2;
    else size += 3;
  }
  return size;
}

async function sha256(text: string): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(
    await crypto.subtle.digest("SHA-256", encoder.encode(text)),
  );
}

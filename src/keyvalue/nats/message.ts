/**
 * What a message of a bucket's stream says: a value, or that there is none any more.
 *
 * Beside what NATS itself writes, a message can say when its value ends, and have its key
 * before the value where the subject has only a digest of it: headers end at 64 KiB.
 *
 * @module
 */

import { headers, type MsgHdrs } from "@nats-io/nats-core";
import { NEVER } from "../expiry.ts";
import type { Entry, Version } from "../store.ts";
import { type KeyName, keyOfToken } from "./names.ts";

const OPERATION = "KV-Operation";
const ROLLUP = "Nats-Rollup";
const MARKER = "Nats-Marker-Reason";
const EXPECTED = "Nats-Expected-Last-Subject-Sequence";
const EXPIRES = "Wharf-Expires";
const KEY_BYTES = "Wharf-Key-Bytes";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** A message as it is stored. */
export interface Stored {
  /** Its place in the stream, which no later message has again. */
  readonly sequence: number;
  /** Whether it is a value, not the mark of a deletion. */
  readonly present: boolean;
  /** When the value ends. */
  readonly expiresAt: number;
  /** The value; empty where only headers were asked for. Shared with the message. */
  readonly data: Uint8Array;
  /** The key, where the subject has only its digest and more than headers were asked for. */
  readonly longKey?: Uint8Array;
}

/** What is written beside a value. */
export interface Marks {
  readonly expiresAt?: number;
  /** The sequence of the key's last message; 0 for none. Without it, any. */
  readonly expected?: number;
  readonly operation?: "DEL" | "PURGE";
}

/** A message to write. */
export interface Outgoing {
  /** Most messages need none. */
  readonly headers: MsgHdrs | undefined;
  /** Bytes that nobody else writes to. */
  readonly data: Uint8Array;
}

/** The message that sets a key to a value, or marks it as removed. */
export function messageFor(
  data: Uint8Array,
  { key, name, ...marks }: Marks & { key: string; name: KeyName },
): Outgoing {
  const { expiresAt = NEVER, expected, operation } = marks;
  const plain = expiresAt === NEVER && expected === undefined &&
    operation === undefined && !name.digest;
  if (plain) return { headers: undefined, data: new Uint8Array(data) };
  const written = headers();
  if (expected !== undefined) written.set(EXPECTED, String(expected));
  if (expiresAt !== NEVER) written.set(EXPIRES, String(expiresAt));
  if (operation !== undefined) written.set(OPERATION, operation);
  if (operation === "PURGE") written.set(ROLLUP, "sub");
  if (!name.digest) return { headers: written, data: new Uint8Array(data) };
  const keyBytes = encoder.encode(key);
  written.set(KEY_BYTES, String(keyBytes.length));
  const joined = new Uint8Array(keyBytes.length + data.length);
  joined.set(keyBytes);
  joined.set(data, keyBytes.length);
  return { headers: written, data: joined };
}

/** Understands a message by its headers, which may be missing. */
export function storedFrom(
  written: MsgHdrs | undefined,
  sequence: number,
  data: Uint8Array,
): Stored {
  if (written === undefined) {
    return { sequence, present: true, expiresAt: NEVER, data };
  }
  const expires = written.get(EXPIRES);
  const keyBytes = Number(written.get(KEY_BYTES)) || 0;
  return {
    sequence,
    present: written.get(OPERATION) === "" && written.get(MARKER) === "",
    expiresAt: /^\d{1,16}$/.test(expires) ? Number(expires) : NEVER,
    data: keyBytes === 0 ? data : data.subarray(keyBytes),
    ...(keyBytes > 0 && { longKey: data.subarray(0, keyBytes) }),
  };
}

/** The key of a message; `undefined` if neither its subject nor its bytes say it. */
export function keyOf(token: string, { longKey }: Stored): string | undefined {
  return keyOfToken(token) ??
    (longKey?.length ? decoder.decode(longKey) : undefined);
}

/** Whether a guest sees a value. */
export function isLive(
  stored: Stored | undefined,
  now: number,
): stored is Stored {
  return stored !== undefined && stored.present && stored.expiresAt > now;
}

/** A stored value for a guest, with bytes of its own. */
export function toEntry(stored: Stored): Entry {
  return {
    value: new Uint8Array(stored.data),
    version: versionOf(stored.sequence, stored.expiresAt),
  };
}

/** The revision; where the value ends, also when, so that a swap need not read it to know. */
export function versionOf(sequence: number, expiresAt: number): Version {
  return expiresAt === NEVER ? String(sequence) : `${sequence}:${expiresAt}`;
}

/** The sequence a version stands for; `undefined` if no value has it, now or ever. */
export function sequenceOf(version: Version, now: number): number | undefined {
  const match = /^([1-9]\d{0,15})(?::(\d{1,16}))?$/.exec(version);
  if (match === null) return undefined;
  const [, sequence, expires] = match;
  if (expires !== undefined && Number(expires) <= now) return undefined;
  return Number(sequence);
}

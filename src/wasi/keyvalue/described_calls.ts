/**
 * What is told of calls of buckets: names and keys, never values.
 *
 * @module
 */

import type { CallDescription } from "../../runtime/host_interface.ts";
import type { BucketHandle } from "./bucket_handle.ts";

/** A call of a whole bucket. */
export function ofBucket({ identifier }: BucketHandle): { target: string } {
  return { target: identifier };
}

/** A call of one key. */
export function keyCall(end?: CallDescription["end"]): CallDescription {
  return {
    of: ({ identifier }: BucketHandle, key: string) => ({
      target: identifier,
      subject: key,
    }),
    ...(end !== undefined && { end }),
  };
}

/** A call of several keys, which are given as they are or with their values. */
export function keysCall(end?: CallDescription["end"]): CallDescription {
  return {
    of: ({ identifier }: BucketHandle, keys: readonly unknown[]) => ({
      target: identifier,
      subject: countOf(keys.length, "key"),
    }),
    ...(end !== undefined && { end }),
  };
}

/** Whether there was a value. */
export function found(value: Uint8Array | undefined): { result: string } {
  return { result: value === undefined ? "absent" : "found" };
}

/** The sum of a counter. */
export function sum(value: bigint): { result: string } {
  return { result: `${value}` };
}

/** `1 key`, `12 keys` */
export function countOf(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}

/**
 * `type error = string` of `wasi:blobstore/types`: what a guest is told.
 *
 * @module
 */

import { BlobError } from "../../blobstore/store.ts";
import { WitError } from "../../runtime/host_interface.ts";

/**
 * The error arm for a failure the guest is told of. Anything else is the host's fault: it is
 * thrown on, and traps.
 */
export function refusal(cause: unknown): WitError<string> {
  if (cause instanceof WitError) return cause;
  if (!(cause instanceof BlobError)) throw cause;
  return new WitError(cause.message);
}

/** Answers a {@linkcode BlobError} by its message. */
export async function answering<T>(task: () => Promise<T>): Promise<T> {
  try {
    return await task();
  } catch (cause) {
    throw refusal(cause);
  }
}

/** `type timestamp = u64`: seconds since 1970, as other hosts have it. */
export function timestamp(milliseconds: number): bigint {
  return BigInt(Math.max(0, Math.floor(milliseconds / 1000)));
}

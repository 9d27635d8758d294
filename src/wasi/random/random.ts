/**
 * `wasi:random/random@0.2`: random numbers fit for keys.
 *
 * @module
 */

import type { HostInterface } from "../../runtime/host_interface.ts";

/** What one `crypto.getRandomValues` gives. */
const MAX_CHUNK = 65_536;

/** The length is the guest's: more than this in one call traps instead of filling the host's memory. */
const MAX_LENGTH = 64 * 1024 * 1024;

/** `get-random-bytes: func(len: u64) -> list<u8>` */
export function getRandomBytes(length: bigint): Uint8Array {
  if (length > BigInt(MAX_LENGTH)) {
    throw new RangeError(
      `The guest asked for ${length} random bytes where ${MAX_LENGTH} are allowed`,
    );
  }
  const bytes = new Uint8Array(Number(length));
  for (let start = 0; start < bytes.length; start += MAX_CHUNK) {
    crypto.getRandomValues(bytes.subarray(start, start + MAX_CHUNK));
  }
  return bytes;
}

/** `get-random-u64: func() -> u64` */
export function getRandomU64(): bigint {
  const [value] = crypto.getRandomValues(new BigUint64Array(1));
  return value!;
}

export const randomInterface: HostInterface = {
  name: "wasi:random/random",
  version: "0.2.x",
  types: {},
  functions: {
    "get-random-bytes": "func(len: u64) -> list<u8>",
    "get-random-u64": "func() -> u64",
  },
  waits: [],
  plain: "all",
  resources: {},
  imports: () => ({ getRandomBytes, getRandomU64 }),
};

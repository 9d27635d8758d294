/**
 * `wasi:keyvalue/atomics@0.2.0-draft2`: counters, and compare-and-swap.
 *
 * @module
 */

import type { Answer, Version } from "../../keyvalue/store.ts";
import { type HostInterface, WitError } from "../../runtime/host_interface.ts";
import {
  answer,
  type BucketHandle,
  refusal,
  STORE_ERROR,
  type StoreError,
} from "./bucket_handle.ts";
import { found, keyCall, sum } from "./described_calls.ts";
import { Draft2BucketHandle } from "./store.ts";

/** `variant cas-error { store-error(error), cas-failed(cas) }` */
export type CasError =
  | { readonly tag: "store-error"; readonly val: StoreError }
  | { readonly tag: "cas-failed"; readonly val: Cas };

/** `resource cas`: a key, and the version it has to have still when it is swapped. */
export class Cas {
  readonly #handle: BucketHandle;
  readonly #key: string;
  /** The version and not the value: A that became B and A again is not what was read. */
  #version: Version | undefined;

  constructor(
    handle: BucketHandle,
    key: string,
    version: Version | undefined,
  ) {
    this.#handle = handle;
    this.#key = key;
    this.#version = version;
  }

  /**
   * `new: static func(bucket: borrow<bucket>, key: string) -> result<cas, error>`
   *
   * Reads the version here, so that a guest which knows the value already is safe without
   * `current`.
   */
  static new(handle: BucketHandle, key: string): Answer<Cas> {
    return answer(
      () => handle.atHand.get(key),
      (entry) => new Cas(handle, key, entry?.version),
    );
  }

  /**
   * `current: func() -> result<option<list<u8>>, error>`
   *
   * From here on the version is that of the value it answers.
   */
  current(): Answer<Uint8Array | undefined> {
    return answer(() => this.#handle.atHand.get(this.#key), (entry) => {
      this.#version = entry?.version;
      return entry?.value;
    });
  }

  /** What is told of a call. For the host. */
  static described(cas: Cas): { target: string; subject: string } {
    return { target: cas.#handle.identifier, subject: cas.#key };
  }

  /** Sets the value, or answers a handle at the version that stood in the way. For the host. */
  async swap(value: Uint8Array): Promise<Cas | undefined> {
    const { atHand } = this.#handle;
    const swapped = await atHand.swap(this.#key, this.#version, value);
    return swapped.swapped
      ? undefined
      : new Cas(this.#handle, this.#key, swapped.current?.version);
  }
}

/** `swap: func(cas: cas, value: list<u8>) -> result<_, cas-error>` */
async function swap(cas: Cas, value: Uint8Array): Promise<void> {
  let latest: Cas | undefined;
  try {
    latest = await cas.swap(value);
  } catch (error) {
    const { payload } = refusal(error);
    throw new WitError<CasError>({ tag: "store-error", val: payload });
  }
  if (latest !== undefined) {
    throw new WitError<CasError>({ tag: "cas-failed", val: latest });
  }
}

/** `increment: func(bucket: borrow<bucket>, key: string, delta: s64) -> result<s64, error>` */
function increment(
  { atHand }: BucketHandle,
  key: string,
  delta: bigint,
): Answer<bigint> {
  return answer(() => atHand.increment(key, delta));
}

export const atomicsDraft2Interface: HostInterface = {
  name: "wasi:keyvalue/atomics",
  version: "0.2.0-draft2",
  types: {
    "bucket": "resource",
    "error": STORE_ERROR,
    "cas-error": "variant { store-error(error), cas-failed(cas) }",
    "cas": "resource",
  },
  functions: {
    "[static]cas.new":
      "func(bucket: borrow<bucket>, key: string) -> result<cas, error>",
    "[method]cas.current":
      "func(self: borrow<cas>) -> result<option<list<u8>>, error>",
    "increment":
      "func(bucket: borrow<bucket>, key: string, delta: s64) -> result<s64, error>",
    "swap": "func(cas: cas, value: list<u8>) -> result<_, cas-error>",
  },
  waits: ["[static]cas.new", "[method]cas.current", "increment", "swap"],
  resources: { "bucket": Draft2BucketHandle, "cas": Cas },
  calls: {
    "[static]cas.new": keyCall(),
    "[method]cas.current": { of: Cas.described, end: found },
    "increment": keyCall(sum),
    "swap": { of: Cas.described, end: () => ({ result: "swapped" }) },
  },
  imports: () => ({ increment, swap }),
};

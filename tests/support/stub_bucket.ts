/**
 * A bucket for unit tests of what stands on the port: it does what the test says.
 *
 * @module
 */

import type { Bucket } from "../../src/keyvalue/store.ts";

/** A bucket with these methods; any other one rejects as a host fault. */
export function stubBucket(methods: Partial<Bucket>): Bucket {
  const unexpected = () =>
    Promise.reject(new TypeError("The test expects no such call"));
  return {
    get: unexpected,
    set: unexpected,
    delete: unexpected,
    exists: unexpected,
    listKeys: unexpected,
    increment: unexpected,
    swap: unexpected,
    getMany: unexpected,
    setMany: unexpected,
    deleteMany: unexpected,
    expiry: unexpected,
    ...methods,
  };
}

/**
 * `wasi:random/insecure@0.2`: random numbers that need not be secret; here they are anyway.
 *
 * @module
 */

import type { HostInterface } from "../../runtime/host_interface.ts";
import { getRandomBytes, getRandomU64 } from "./random.ts";

export const insecureInterface: HostInterface = {
  name: "wasi:random/insecure",
  version: "0.2.x",
  types: {},
  functions: {
    "get-insecure-random-bytes": "func(len: u64) -> list<u8>",
    "get-insecure-random-u64": "func() -> u64",
  },
  waits: [],
  plain: "all",
  resources: {},
  imports: () => ({
    getInsecureRandomBytes: getRandomBytes,
    getInsecureRandomU64: getRandomU64,
  }),
};

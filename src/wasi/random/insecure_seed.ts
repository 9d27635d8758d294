/**
 * `wasi:random/insecure-seed@0.2`: a seed for hash maps.
 *
 * @module
 */

import type { HostInterface } from "../../runtime/host_interface.ts";
import { getRandomU64 } from "./random.ts";

/** `insecure-seed: func() -> tuple<u64, u64>` */
function insecureSeed(): [bigint, bigint] {
  return [getRandomU64(), getRandomU64()];
}

export const insecureSeedInterface: HostInterface = {
  name: "wasi:random/insecure-seed",
  version: "0.2.x",
  types: {},
  functions: { "insecure-seed": "func() -> tuple<u64, u64>" },
  waits: [],
  plain: "all",
  resources: {},
  imports: () => ({ insecureSeed }),
};

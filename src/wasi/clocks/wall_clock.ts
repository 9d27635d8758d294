/**
 * `wasi:clocks/wall-clock@0.2`: the date and time, which may be set back.
 *
 * @module
 */

import type { HostInterface } from "../../runtime/host_interface.ts";

/** `record datetime { seconds: u64, nanoseconds: u32 }`, since 1970-01-01T00:00:00Z. */
export interface Datetime {
  readonly seconds: bigint;
  readonly nanoseconds: number;
}

/** `now: func() -> datetime` */
function now(): Datetime {
  return datetime(Date.now());
}

/** `resolution: func() -> datetime` */
function resolution(): Datetime {
  return datetime(1);
}

/** The WIT form of a time in milliseconds, as `Date` counts them. */
export function datetime(milliseconds: number): Datetime {
  const seconds = Math.floor(milliseconds / 1000);
  const rest = milliseconds - seconds * 1000;
  return {
    seconds: BigInt(seconds),
    nanoseconds: Math.floor(rest * 1_000_000),
  };
}

/** What {@linkcode Datetime} is in a table of types. */
export const DATETIME = "record { seconds: u64, nanoseconds: u32 }";

export const wallClockInterface: HostInterface = {
  name: "wasi:clocks/wall-clock",
  version: "0.2.x",
  types: { datetime: DATETIME },
  functions: {
    "now": "func() -> datetime",
    "resolution": "func() -> datetime",
  },
  waits: [],
  plain: "all",
  resources: {},
  imports: () => ({ now, resolution }),
};

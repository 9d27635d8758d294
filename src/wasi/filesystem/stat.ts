/**
 * What a guest learns about a file, and how it sets its times.
 *
 * @module
 */

import type { BigIntStats } from "node:fs";
import type { Datetime } from "../clocks/wall_clock.ts";
import { refused } from "./error_code.ts";

/** `enum descriptor-type` */
export type DescriptorType =
  | "unknown"
  | "block-device"
  | "character-device"
  | "directory"
  | "fifo"
  | "symbolic-link"
  | "regular-file"
  | "socket";

/** `record descriptor-stat` */
export interface DescriptorStat {
  readonly type: DescriptorType;
  readonly linkCount: bigint;
  readonly size: bigint;
  readonly dataAccessTimestamp: Datetime | undefined;
  readonly dataModificationTimestamp: Datetime | undefined;
  readonly statusChangeTimestamp: Datetime | undefined;
}

/** `variant new-timestamp` */
export type NewTimestamp =
  | { readonly tag: "no-change" }
  | { readonly tag: "now" }
  | { readonly tag: "timestamp"; readonly val: Datetime };

/** `record metadata-hash-value` */
export interface MetadataHash {
  readonly lower: bigint;
  readonly upper: bigint;
}

/** What kind of file it is; of a directory's entry as well. */
export function typeOf(
  file: {
    isDirectory(): boolean;
    isFile(): boolean;
    isSymbolicLink(): boolean;
    isFIFO(): boolean;
    isSocket(): boolean;
    isBlockDevice(): boolean;
    isCharacterDevice(): boolean;
  },
): DescriptorType {
  if (file.isFile()) return "regular-file";
  if (file.isDirectory()) return "directory";
  if (file.isSymbolicLink()) return "symbolic-link";
  if (file.isFIFO()) return "fifo";
  if (file.isSocket()) return "socket";
  if (file.isBlockDevice()) return "block-device";
  return file.isCharacterDevice() ? "character-device" : "unknown";
}

/** The WIT's record of what the system says. */
export function toStat(stats: BigIntStats): DescriptorStat {
  return {
    type: typeOf(stats),
    linkCount: stats.nlink,
    size: stats.size,
    dataAccessTimestamp: toDatetime(stats.atimeNs),
    dataModificationTimestamp: toDatetime(stats.mtimeNs),
    statusChangeTimestamp: toDatetime(stats.ctimeNs),
  };
}

const SECOND = 1_000_000_000n;

/** The WIT counts from 1970 and knows nothing before. */
function toDatetime(nanoseconds: bigint): Datetime | undefined {
  if (nanoseconds < 0n) return undefined;
  return {
    seconds: nanoseconds / SECOND,
    nanoseconds: Number(nanoseconds % SECOND),
  };
}

/** The times to set, both in seconds since 1970. */
export interface Times {
  readonly access: number;
  readonly modification: number;
}

/**
 * The times that a guest asks for.
 *
 * @param stats What stays where it asks for no change.
 */
export function timesToSet(
  access: NewTimestamp,
  modification: NewTimestamp,
  stats: BigIntStats,
): Times {
  const now = Date.now() / 1000;
  return {
    access: secondsOf(access, { now, before: stats.atimeNs }),
    modification: secondsOf(modification, { now, before: stats.mtimeNs }),
  };
}

function secondsOf(
  time: NewTimestamp,
  { now, before }: { now: number; before: bigint },
): number {
  switch (time.tag) {
    case "no-change":
      return Number(before) / 1e9;
    case "now":
      return now;
    case "timestamp": {
      // The guest's: a number of seconds that no file has, or more than a second of nanoseconds.
      const { seconds, nanoseconds } = time.val;
      if (seconds > 0x7fff_ffff_ffffn || nanoseconds >= 1e9) {
        throw refused("invalid");
      }
      return Number(seconds) + nanoseconds / 1e9;
    }
  }
}

/** Whether two looks saw one object. */
export function isSameFile(
  one: { readonly dev: bigint; readonly ino: bigint },
  other: { readonly dev: bigint; readonly ino: bigint },
): boolean {
  return one.dev === other.dev && one.ino === other.ino;
}

/**
 * `record metadata-hash-value` of `wasi:filesystem/types@0.2`.
 *
 * @module
 */

import { createHash } from "node:crypto";
import type { BigIntStats } from "node:fs";
import type { MetadataHash } from "./stat.ts";

/**
 * Tells objects apart by who they are, not by what is in them: preview1's adapter gives it to
 * programs as the number of the inode, which has to stay while a file is written.
 *
 * @param secret Keeps the host's numbers from the guest.
 */
export function metadataHash(stats: BigIntStats, secret: string): MetadataHash {
  const { dev, ino, birthtimeNs } = stats;
  const digest = createHash("sha256")
    .update(`${secret} ${dev} ${ino} ${birthtimeNs}`).digest();
  return { lower: digest.readBigUInt64LE(0), upper: digest.readBigUInt64LE(8) };
}

/**
 * Whether a file keeps its place in a folder when another is renamed over it.
 *
 * @module
 */

import { statfs } from "node:fs/promises";

/** The numbers by which Linux calls ext4 (and ext3, ext2) and XFS. */
const KEEPING: ReadonlySet<number> = new Set([0xef53, 0x58465342]);

/**
 * Whether the file system of a folder puts the new file where the old one was. tmpfs and btrfs
 * put it last, where a reading of the folder that has begun no longer comes to; of others it is
 * not known, nor where Deno may not tell what they are.
 */
export async function keepsPlaces(folder: string): Promise<boolean> {
  if (Deno.build.os !== "linux") return false;
  // Asked first: a call without the permission would ask the user at a terminal.
  const { state } = await Deno.permissions.query({
    name: "sys",
    kind: "statfs",
  });
  if (state !== "granted") return false;
  try {
    return KEEPING.has((await statfs(folder)).type);
  } catch {
    return false;
  }
}

/**
 * The buckets of a store as wholes: a bucket is its folder, and `""` is there while the root
 * holds one of its keys.
 *
 * @module
 */

import { join } from "node:path";
import { quote } from "../key_encoding.ts";
import { type Bucket, KeyValueError } from "../store.ts";
import { BucketFolder, NAME_FILE } from "./bucket_folder.ts";
import { syncDirectory } from "./directory_sync.ts";
import type { Home } from "./home.ts";
import { OPEN_LOCK, stripeLocks } from "./locks.ts";
import { decodeBucketName, encodeName, escapeName, isHashed } from "./names.ts";
import { statOf } from "./stat_of.ts";

/** Far more than a name has that a guest could have opened. */
const LONGEST_NAME_FILE = 2 ** 20;

/** A bucket and its name. */
export interface NamedBucket {
  readonly name: string;
  readonly bucket: Bucket;
}

/** The buckets that have a folder. Links are left out: they may lead anywhere. */
export async function* listFolders(home: Home): AsyncGenerator<string> {
  const entries = await home.run(() =>
    Array.fromAsync(Deno.readDir(home.root))
  );
  for (const { name, isDirectory } of entries) {
    if (!isDirectory) continue;
    const bucket = await home.run(() => bucketOf(home, name));
    if (bucket !== undefined) yield bucket;
  }
}

/** Whether there is a bucket. */
export async function isThere(
  home: Home,
  { name, bucket }: NamedBucket,
): Promise<boolean> {
  if (name !== "") return await new BucketFolder(home, name).exists();
  return (await bucket.listKeys({ limit: 1 })).keys.length > 0;
}

/** Makes a bucket's folder; whether it was missing. */
export async function createBucket(home: Home, name: string): Promise<boolean> {
  if (name !== "") return await new BucketFolder(home, name).make();
  throw new KeyValueError(
    "other",
    `Cannot create bucket "": its keys stand in ${
      JSON.stringify(home.root)
    } itself, so it is there when it has one; set a key`,
  );
}

/** Removes a bucket; whether there was one. */
export async function dropBucket(
  home: Home,
  { name, bucket }: NamedBucket,
): Promise<boolean> {
  if (name === "") return await dropKeys(bucket);
  const folder = new BucketFolder(home, name);
  if (!await dropFolder(home, folder)) return false;
  // Where the escaped name was taken first, a folder of the plain one may have stood behind it.
  await dropFolder(home, folder);
  return true;
}

/** The keys of `""` stand among the folders of the others, so they go one by one. */
async function dropKeys(bucket: Bucket): Promise<boolean> {
  let dropped = false;
  let cursor: string | undefined;
  do {
    const page = await bucket.listKeys(cursor === undefined ? {} : { cursor });
    await bucket.deleteMany(page.keys);
    dropped ||= page.keys.length > 0;
    cursor = page.cursor;
  } while (cursor !== undefined);
  return dropped;
}

/**
 * Moves the folder away in one step, while nobody writes to any key, and removes it then. It
 * goes among the drafts: what a process that dies leaves there is swept.
 */
async function dropFolder(home: Home, folder: BucketFolder): Promise<boolean> {
  if (!await folder.exists()) return false;
  await refuseFolders(await folder.path());
  await home.restore();
  const away = await home.drafts.reserve();
  const locks = [...stripeLocks(), OPEN_LOCK];
  const moved = await home.locks.holdAll(locks, async (held) => {
    // Another process may have been faster.
    if (!await folder.exists()) return false;
    await Deno.rename(await folder.locate(), away);
    home.countDrop();
    // No later stamp is one that a file which went may have had from another program.
    for (const lock of held) await lock.nextStamp();
    return true;
  });
  if (!moved) return false;
  await syncDirectory(home.root);
  // Follows no link. What it cannot remove is swept when the store is opened next.
  await Deno.remove(away, { recursive: true }).catch(() => {});
  return true;
}

/** A folder within the bucket is nobody's key, and perhaps somebody's work. */
async function refuseFolders(path: string): Promise<void> {
  for await (const { name, isDirectory } of Deno.readDir(path)) {
    if (!isDirectory) continue;
    throw new KeyValueError(
      "other",
      `Cannot drop the bucket in ${JSON.stringify(path)}: it holds a folder ${
        quote(name)
      }, which is no key; move it away`,
    );
  }
}

/** The bucket that a folder in the root belongs to. */
async function bucketOf(
  home: Home,
  folder: string,
): Promise<string | undefined> {
  const bucket = isHashed(folder)
    ? await readName(home, join(home.root, folder))
    : decodeBucketName(folder);
  if (bucket === undefined || bucket === "") return undefined;
  const escaped = escapeName(bucket, home.rules, "bucket");
  if (folder === escaped) return bucket;
  if (folder !== encodeName(bucket, home.rules, "bucket")) return undefined;
  // Where both are there, the escaped one is the bucket's.
  const stat = await statOf(join(home.root, escaped));
  return stat?.isDirectory ? undefined : bucket;
}

async function readName(
  home: Home,
  folder: string,
): Promise<string | undefined> {
  const file = await home.read(join(folder, NAME_FILE), LONGEST_NAME_FILE);
  return file && new TextDecoder("utf-8", { ignoreBOM: true })
    .decode(file.bytes);
}

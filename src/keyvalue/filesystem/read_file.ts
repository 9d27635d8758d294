/**
 * One look at one file: bytes and time of change belong together, because a file that Wharf
 * wrote is never changed, only replaced.
 *
 * @module
 */

import { KeyValueError } from "../store.ts";
import { symbolicLink } from "./errors.ts";
import { statOf } from "./stat_of.ts";

/** What was read. */
export interface FileRead {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** When it was last changed, in milliseconds since 1970. */
  readonly changed: number;
}

const LARGEST_VALUE = 2 ** 31 - 1;
/** A file that is replaced this often between a look and the opening is not read but attacked. */
const MOST_LOOKS = 1000;

/**
 * Reads a regular file, or its first `most` bytes; `undefined` when there is none.
 *
 * It is looked at before it is opened: opening would follow a link and wait for a pipe.
 * `O_NOFOLLOW` would not do, since Deno resolves links itself where permissions are named.
 */
export async function readFile(
  path: string,
  most = Infinity,
): Promise<FileRead | undefined> {
  for (let look = 0; look < MOST_LOOKS; look++) {
    const seen = await statOf(path);
    if (seen?.isSymlink) throw symbolicLink({ act: "read a key", path });
    if (!seen?.isFile) return undefined;
    const read = await readIfSame(path, { seen, most });
    if (read !== undefined) return read;
  }
  throw new KeyValueError(
    "other",
    `Cannot read ${JSON.stringify(path)}: it changes all the time; try again`,
  );
}

/** Reads the file that was seen; `undefined` if another has taken its place. */
async function readIfSame(
  path: string,
  { seen, most }: { seen: Deno.FileInfo; most: number },
): Promise<FileRead | undefined> {
  using file = await openIfThere(path);
  if (file === undefined) return undefined;
  const { ino, dev, size, mtime } = await file.stat();
  if (ino !== seen.ino || dev !== seen.dev) return undefined;
  if (size > LARGEST_VALUE) {
    throw new KeyValueError(
      "other",
      `Cannot read ${
        JSON.stringify(path)
      }: its ${size} bytes are more than a value may have; remove it`,
    );
  }
  const bytes = await readBytes(file, Math.min(size, most));
  return { bytes, changed: mtime?.getTime() ?? 0 };
}

async function openIfThere(path: string): Promise<Deno.FsFile | undefined> {
  try {
    return await Deno.open(path);
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound) return undefined;
    throw cause;
  }
}

async function readBytes(
  file: Deno.FsFile,
  size: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(size);
  let filled = 0;
  while (filled < size) {
    const count = await file.read(bytes.subarray(filled));
    if (count === null) return bytes.slice(0, filled);
    filled += count;
  }
  return bytes;
}

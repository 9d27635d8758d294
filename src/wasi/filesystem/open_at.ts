/**
 * `descriptor.open-at`: a path becomes an open file or a directory.
 *
 * @module
 */

import { constants } from "node:fs";
import type { Directory } from "./directory.ts";
import { errorCodeOf, refused } from "./error_code.ts";
import type { FileCount } from "./file_limits.ts";
import { openCarefully, OpenFile } from "./open_file.ts";
import { confirmInside, type Resolved, statsOf } from "./resolve_path.ts";
import { isSameFile } from "./stat.ts";

/** `flags descriptor-flags` */
export interface DescriptorFlags {
  readonly read: boolean;
  readonly write: boolean;
  readonly fileIntegritySync: boolean;
  readonly dataIntegritySync: boolean;
  readonly requestedWriteSync: boolean;
  readonly mutateDirectory: boolean;
}

/** `flags open-flags` */
export interface OpenFlags {
  readonly create: boolean;
  readonly directory: boolean;
  readonly exclusive: boolean;
  readonly truncate: boolean;
}

/** What a guest wants opened. */
export interface OpenRequest {
  readonly path: string;
  /** Whether a symbolic link at the end is followed. */
  readonly follow: boolean;
  readonly openFlags: OpenFlags;
  readonly flags: DescriptorFlags;
  readonly count: FileCount;
}

/** A file as it was opened, or where the directory is. */
export type Opened =
  | { readonly kind: "file"; readonly file: OpenFile }
  | { readonly kind: "directory"; readonly found: Resolved };

/**
 * Opens a path.
 *
 * @throws {WitError} It is not there, is there already, or may not be opened like that.
 */
export function openAt(
  start: Directory,
  request: OpenRequest,
): Promise<Opened> {
  const { openFlags, flags } = request;
  const { gate, isReadOnly } = start.volume;
  const changes = openFlags.create || openFlags.truncate || flags.write ||
    flags.mutateDirectory;
  if (isReadOnly && changes) throw refused("read-only");
  if (openFlags.create && openFlags.directory) throw refused("invalid");
  const open = () => openFound(start, request);
  return openFlags.create ? gate.change(open) : gate.follow(open);
}

async function openFound(
  start: Directory,
  request: OpenRequest,
): Promise<Opened> {
  const { path, openFlags, flags } = request;
  // A link at the end is no free name: POSIX does not follow it for an exclusive creation.
  const follow = request.follow && !(openFlags.create && openFlags.exclusive);
  const found = await start.resolve(path, follow);
  const { stats } = found;
  if (stats === undefined) {
    if (!openFlags.create) throw refused("no-entry");
    if (found.wantsDirectory) throw refused("is-directory");
    return await openFile(start, found, request);
  }
  if (openFlags.create && openFlags.exclusive) throw refused("exist");
  if (stats.isDirectory()) {
    if (flags.write || openFlags.truncate) throw refused("is-directory");
    return { kind: "directory", found };
  }
  if (openFlags.directory) throw refused("not-directory");
  if (stats.isSymbolicLink()) throw refused("loop");
  // Opening a pipe or a device acts on more than bytes.
  if (!stats.isFile()) throw refused("not-permitted");
  return await openFile(start, found, request);
}

async function openFile(
  start: Directory,
  found: Resolved,
  { openFlags, flags, count }: OpenRequest,
): Promise<Opened> {
  const { path, parent } = found;
  const create = found.stats === undefined;
  await confirmInside(parent, start.volume.root);
  count.take();
  try {
    const handle = await openCarefully(
      path,
      systemFlags(flags, { create, truncate: openFlags.truncate }),
    );
    try {
      const stats = await handle.stat({ bigint: true });
      // Between the look and the opening another process may have changed the path. What was
      // opened has to be what is there now, inside; only then is anything done to it.
      const there = await statsOf(path);
      await confirmInside(parent, start.volume.root);
      if (!stats.isFile() || there === undefined || !isSameFile(stats, there)) {
        throw refused("not-permitted");
      }
      if (openFlags.truncate && !create) await handle.truncate(0);
      const file = new OpenFile({ handle, path, stats, count });
      return { kind: "file", file };
    } catch (cause) {
      await handle.close();
      throw cause;
    }
  } catch (cause) {
    count.giveBack();
    // It came between the look and the opening.
    if (create && !openFlags.exclusive && errorCodeOf(cause) === "exist") {
      throw refused("busy");
    }
    throw cause;
  }
}

/** Never `O_TRUNC`: what is emptied has to be known first. */
function systemFlags(
  flags: DescriptorFlags,
  { create, truncate }: { create: boolean; truncate: boolean },
): number {
  const { O_RDONLY, O_WRONLY, O_RDWR, O_CREAT, O_EXCL, O_SYNC, O_DSYNC } =
    constants;
  const write = flags.write || truncate;
  const sync = flags.fileIntegritySync || flags.requestedWriteSync;
  return (write ? flags.read ? O_RDWR : O_WRONLY : O_RDONLY) |
    (create ? O_CREAT | O_EXCL : 0) |
    (sync ? O_SYNC ?? 0 : flags.dataIntegritySync ? O_DSYNC ?? 0 : 0);
}

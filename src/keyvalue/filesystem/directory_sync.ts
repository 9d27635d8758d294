/**
 * Making changes to a folder survive a power cut.
 *
 * @module
 */

import { dirname } from "node:path";

/** Flushes folders to disk; calls that come while a flush runs share the next one. */
export class DirectorySync {
  readonly #running = new Map<string, Promise<void>>();
  readonly #queued = new Map<string, Promise<void>>();

  /** Settles when every change made to the folder before this call is on disk. */
  sync(folder: string): Promise<void> {
    const queued = this.#queued.get(folder);
    if (queued !== undefined) return queued;
    const next = this.#syncAfter(this.#running.get(folder), folder);
    this.#queued.set(folder, next);
    return next;
  }

  async #syncAfter(
    running: Promise<void> | undefined,
    folder: string,
  ): Promise<void> {
    await running?.catch(() => {});
    // From here on a change may come too late for this flush.
    this.#queued.delete(folder);
    const flush = syncDirectory(folder);
    this.#running.set(folder, flush);
    try {
      await flush;
    } finally {
      if (this.#running.get(folder) === flush) this.#running.delete(folder);
    }
  }
}

/** Flushes the entries of one folder to disk. */
export async function syncDirectory(folder: string): Promise<void> {
  // Windows opens no folders; NTFS journals its entries.
  if (Deno.build.os === "windows") return;
  try {
    using file = await Deno.open(folder);
    await file.sync();
  } catch (cause) {
    // Someone removed the folder: nothing is left to keep.
    if (!(cause instanceof Deno.errors.NotFound)) throw cause;
  }
}

/** Makes a folder and those above it, each of them safe from a power cut. */
export async function makeFolder(folder: string): Promise<void> {
  const above = dirname(folder);
  try {
    await Deno.mkdir(folder);
  } catch (cause) {
    if (cause instanceof Deno.errors.AlreadyExists) return;
    if (!(cause instanceof Deno.errors.NotFound) || above === folder) {
      throw cause;
    }
    await ifAllowed(() => makeFolder(above));
    await Deno.mkdir(folder, { recursive: true });
  }
  await ifAllowed(() => syncDirectory(above));
}

/** A folder above the store's may be closed to Wharf; the store is of use all the same. */
async function ifAllowed(act: () => Promise<void>): Promise<void> {
  try {
    await act();
  } catch (cause) {
    const closed = cause instanceof Deno.errors.NotCapable ||
      cause instanceof Deno.errors.PermissionDenied;
    if (!closed) throw cause;
  }
}

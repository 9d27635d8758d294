/**
 * A directory that a guest holds, and what can be done below it. It is a path and not an open
 * file: Deno can open nothing relative to a directory, and so every use begins with a look at
 * whether it is still the directory that was opened.
 *
 * @module
 */

import type { BigIntStats, Dirent } from "node:fs";
import { constants } from "node:fs";
import {
  link,
  lutimes,
  mkdir,
  readdir,
  readlink,
  rename,
  rmdir,
  symlink,
  unlink,
} from "node:fs/promises";
import { refused } from "./error_code.ts";
import { checkPathText } from "./guest_path.ts";
import { openCarefully } from "./open_file.ts";
import {
  confirmInside,
  type Resolved,
  resolvePath,
  statsOf,
} from "./resolve_path.ts";
import { isSameFile, type NewTimestamp, timesToSet } from "./stat.ts";
import type { Volume } from "./volumes.ts";

/** A directory of a volume. */
export class Directory {
  readonly volume: Volume;
  readonly #path: string;
  /** What was opened; of a volume's own folder nothing, since a build may make that anew. */
  readonly #opened: BigIntStats | undefined;

  constructor(volume: Volume, path: string, opened?: BigIntStats) {
    this.volume = volume;
    this.#path = path;
    this.#opened = opened;
  }

  /** What it is now. */
  async stats(): Promise<BigIntStats> {
    await confirmInside(this.#path, this.volume.root);
    const stats = await statsOf(this.#path);
    if (
      stats === undefined || !stats.isDirectory() ||
      (this.#opened !== undefined && !isSameFile(stats, this.#opened))
    ) {
      throw refused("no-entry");
    }
    return stats;
  }

  /** What a path means; to be called by what runs in the volume's gate. */
  async resolve(path: string, follow: boolean): Promise<Resolved> {
    await this.stats();
    return await resolvePath(this.#path, path, follow);
  }

  /** What stands at a path. */
  statAt(path: string, follow: boolean): Promise<BigIntStats> {
    return this.volume.gate.follow(async () =>
      (await this.#resolveExisting(path, follow)).stats
    );
  }

  /** What is in it, in no order, `.` and `..` left out. The system hands Deno all of it at once. */
  entries(): Promise<readonly Dirent[]> {
    return this.volume.gate.follow(async () => {
      await this.stats();
      const entries = await readdir(this.#path, { withFileTypes: true });
      await this.stats();
      return entries;
    });
  }

  /** Waits until the disk has its entries. */
  sync(): Promise<void> {
    return this.volume.gate.follow(async () => {
      await this.stats();
      const handle = await openCarefully(this.#path, constants.O_RDONLY);
      try {
        await handle.sync();
      } finally {
        await handle.close();
      }
    });
  }

  /** Sets the times of what stands at a path, or its own. */
  setTimes(
    place: { readonly path: string; readonly follow: boolean } | undefined,
    access: NewTimestamp,
    modification: NewTimestamp,
  ): Promise<void> {
    return this.#change(async () => {
      const { path, stats } = place === undefined
        ? { path: this.#path, stats: await this.stats() }
        : await this.#resolveExisting(place.path, place.follow);
      const times = timesToSet(access, modification, stats);
      // The path is resolved: what is a symbolic link now is meant, or came there by force.
      await lutimes(path, times.access, times.modification);
    });
  }

  create(path: string): Promise<void> {
    return this.#change(async () => {
      const { path: place } = await this.#resolveFree(path);
      await mkdir(place);
    });
  }

  unlink(path: string): Promise<void> {
    return this.#change(async () => {
      const { path: place, stats } = await this.#resolveExisting(path, false);
      // Deno's unlink removes empty directories as well.
      if (stats.isDirectory()) throw refused("is-directory");
      await unlink(place);
    });
  }

  removeDirectory(path: string): Promise<void> {
    return this.#change(async () => {
      const found = await this.#resolveExisting(path, false);
      if (found.isStart) throw refused("invalid");
      if (!found.stats.isDirectory()) throw refused("not-directory");
      await rmdir(found.path);
    });
  }

  symlink(target: string, path: string): Promise<void> {
    checkPathText(target);
    return this.#change(async () => {
      const place = await this.#resolveFree(path);
      if (place.wantsDirectory) throw refused("no-entry");
      await symlink(target, place.path);
    });
  }

  async readlink(path: string): Promise<string> {
    const target = await this.volume.gate.follow(async () => {
      const { path: place, stats } = await this.#resolveExisting(path, false);
      if (!stats.isSymbolicLink()) throw refused("invalid");
      return await readlink(place);
    });
    // It names a place of the host.
    if (target.startsWith("/")) throw refused("not-permitted");
    return target;
  }

  /** A further name, here or in another directory. */
  link(path: string, to: Directory, newPath: string): Promise<void> {
    // Of a volume that may be read only, it would be a name to write by.
    to.#assertMutable();
    return this.#change(async () => {
      const from = await this.#resolveExisting(path, false);
      if (from.stats.isDirectory()) throw refused("not-permitted");
      const place = await to.#resolveFree(newPath);
      if (place.wantsDirectory) throw refused("no-entry");
      await link(from.path, place.path);
    });
  }

  /** Another name, here or in another directory, in place of what stands there. */
  rename(path: string, to: Directory, newPath: string): Promise<void> {
    to.#assertMutable();
    return this.#change(async () => {
      const from = await this.#resolveExisting(path, false);
      const place = await to.resolve(newPath, false);
      if (from.isStart || place.isStart) throw refused("invalid");
      if (place.wantsDirectory && !from.stats.isDirectory()) {
        throw refused("not-directory");
      }
      await confirmInside(place.parent, to.volume.root);
      await rename(from.path, place.path);
    });
  }

  async #resolveExisting(
    path: string,
    follow: boolean,
  ): Promise<Resolved & { readonly stats: BigIntStats }> {
    const { stats, ...found } = await this.resolve(path, follow);
    if (stats === undefined) throw refused("no-entry");
    await confirmInside(
      found.isStart ? found.path : found.parent,
      this.volume.root,
    );
    return { ...found, stats };
  }

  async #resolveFree(path: string): Promise<Resolved> {
    const place = await this.resolve(path, false);
    if (place.stats !== undefined) throw refused("exist");
    await confirmInside(place.parent, this.volume.root);
    return place;
  }

  #assertMutable(): void {
    if (this.volume.isReadOnly) throw refused("read-only");
  }

  #change<T>(task: () => Promise<T>): Promise<T> {
    this.#assertMutable();
    return this.volume.gate.change(task);
  }
}

/**
 * Values on their way to disk. A draft is written and flushed under a name of its own, then
 * renamed to its place: nobody sees half a value, and a full disk leaves the old one.
 *
 * Each process has a folder for its drafts with a lock file that it holds while it lives.
 * Whoever can lock another's file knows that its process has ended and removes the folder;
 * neither process numbers (reused, hidden by containers) nor ages are asked.
 *
 * @module
 */

import { join } from "node:path";
import { type Locks, OPEN_LOCK, openLock } from "./locks.ts";

const ALIVE = "alive";

interface OwnFolder {
  readonly path: string;
  /** Locked for as long as this process writes drafts. */
  readonly alive: Deno.FsFile;
}

/** The drafts of one process. Disposing removes them. */
export class Drafts implements AsyncDisposable {
  readonly #parent: string;
  readonly #locks: Locks;
  #making: Promise<string> | undefined;
  #made: OwnFolder | undefined;
  #written = 0;

  constructor(parent: string, locks: Locks) {
    this.#parent = parent;
    this.#locks = locks;
  }

  /** Removes the drafts of processes that died. The caller holds {@linkcode OPEN_LOCK}. */
  async sweep(): Promise<void> {
    for await (const entry of Deno.readDir(this.#parent)) {
      const path = join(this.#parent, entry.name);
      if (!entry.isDirectory || await hasEnded(path)) await removeIfThere(path);
    }
  }

  /** Forgets the folder if someone removed it. The caller holds {@linkcode OPEN_LOCK}. */
  async restore(): Promise<void> {
    const made = this.#made;
    if (made === undefined || (await made.alive.stat()).nlink !== 0) return;
    this.#made = this.#making = undefined;
    made.alive.close();
  }

  /** A path that nothing stands at, for what is to be swept should this process die. */
  async reserve(): Promise<string> {
    return join(await this.#folder(), String(++this.#written));
  }

  /** Writes a draft to disk and returns its path. Whoever asked renames or {@linkcode discard}s it. */
  async write(parts: readonly Uint8Array[]): Promise<string> {
    const path = await this.reserve();
    const file = await Deno.open(path, { createNew: true, write: true });
    try {
      for (const part of parts) await writeAll(file, part);
      await file.syncData();
    } catch (cause) {
      await this.discard(path);
      throw cause;
    } finally {
      file.close();
    }
    return path;
  }

  /** Removes a draft that will not be used. */
  async discard(path: string): Promise<void> {
    // What cannot be removed now is swept when the next process opens the store.
    await Deno.remove(path).catch(() => {});
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const made = this.#made;
    if (made === undefined) return;
    made.alive.close();
    await Deno.remove(made.path, { recursive: true }).catch(() => {});
  }

  /** Made at the first write, so that a full disk can be opened and read. */
  async #folder(): Promise<string> {
    const making = this.#making ??= this.#locks.hold(
      OPEN_LOCK,
      () => this.#make(),
    );
    try {
      return await making;
    } catch (cause) {
      // The next write tries again.
      if (this.#making === making) this.#making = undefined;
      throw cause;
    }
  }

  /** Under the lock, so that nobody takes a folder that is not locked yet for a dead process's. */
  async #make(): Promise<string> {
    const path = join(this.#parent, crypto.randomUUID());
    const alive = await openLock(join(path, ALIVE));
    await alive.lock(true);
    this.#made = { path, alive };
    return path;
  }
}

async function hasEnded(folder: string): Promise<boolean> {
  using alive = await openLock(join(folder, ALIVE));
  return await alive.tryLock(true);
}

/** Its owner may be removing it too. */
async function removeIfThere(path: string): Promise<void> {
  try {
    await Deno.remove(path, { recursive: true });
  } catch (cause) {
    if (!(cause instanceof Deno.errors.NotFound)) throw cause;
  }
}

async function writeAll(file: Deno.FsFile, bytes: Uint8Array): Promise<void> {
  let written = 0;
  while (written < bytes.length) {
    written += await file.write(bytes.subarray(written));
  }
}

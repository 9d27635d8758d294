/**
 * Objects in the making: files aside, which a rename puts in place whole.
 *
 * @module
 */

import { randomUUID } from "node:crypto";
import { lstat, mkdir, open, readdir, rename, rm } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import { join } from "node:path";
import type { BlobDraft, ObjectId } from "../store.ts";
import { isMissing, systemCode } from "./faults.ts";

/** The folder of drafts; no container's folder begins with a dot. */
export const DRAFTS = ".wharf-drafts";

/** After how long without a write a draft is left over from a process that ended. */
const FORGOTTEN = 24 * 60 * 60 * 1000;

/** The drafts of one store. */
export class Drafts {
  readonly #folder: string;
  #ready: Promise<void> | undefined;

  constructor(root: string) {
    this.#folder = join(root, DRAFTS);
  }

  /** A path that nothing stands at. */
  async freePath(): Promise<string> {
    this.#ready ??= this.#prepare();
    try {
      await this.#ready;
    } catch (cause) {
      this.#ready = undefined;
      throw cause;
    }
    return join(this.#folder, randomUUID());
  }

  async #prepare(): Promise<void> {
    await mkdir(this.#folder, { recursive: true });
    for (const name of await readdir(this.#folder)) {
      const path = join(this.#folder, name);
      try {
        const { mtimeMs } = await lstat(path);
        if (Date.now() - mtimeMs > FORGOTTEN) {
          await rm(path, { recursive: true });
        }
      } catch (cause) {
        // Another process has tidied up too.
        if (!isMissing(cause)) throw cause;
      }
    }
  }
}

/** A draft that has no file until something is written. */
export class FileDraft implements BlobDraft {
  readonly #drafts: Drafts;
  readonly #place: (path: string, id: ObjectId) => Promise<void>;
  #file: { readonly path: string; readonly handle: FileHandle } | undefined;

  /** @param place Puts a whole file where the object is to be. */
  constructor(
    drafts: Drafts,
    place: (path: string, id: ObjectId) => Promise<void>,
  ) {
    this.#drafts = drafts;
    this.#place = place;
  }

  async write(bytes: Uint8Array): Promise<void> {
    const { handle } = await this.#open();
    let written = 0;
    while (written < bytes.length) {
      const { bytesWritten } = await handle.write(bytes, written);
      written += bytesWritten;
    }
  }

  async commit(id: ObjectId): Promise<void> {
    const { handle, path } = await this.#open();
    this.#file = undefined;
    try {
      try {
        // Else a power cut could leave the name with an empty file.
        await handle.datasync();
      } finally {
        await handle.close();
      }
      await this.#place(path, id);
    } catch (cause) {
      await rm(path, { force: true });
      throw cause;
    }
  }

  async discard(): Promise<void> {
    const file = this.#file;
    if (file === undefined) return;
    this.#file = undefined;
    await file.handle.close();
    await rm(file.path, { force: true });
  }

  async #open() {
    if (this.#file === undefined) {
      const path = await this.#drafts.freePath();
      this.#file = { path, handle: await open(path, "wx") };
    }
    return this.#file;
  }
}

/** Puts a file in place of whatever stands at a path below an existing folder. */
export async function putInPlace(
  from: string,
  folder: string,
  parts: readonly string[],
): Promise<void> {
  for (let attempt = 1;; attempt++) {
    try {
      let path = folder;
      // One by one: a container that was deleted is not to be made anew.
      for (const part of parts.slice(0, -1)) {
        path = join(path, part);
        await mkdir(path).catch((cause) => {
          if (systemCode(cause) !== "EEXIST") throw cause;
        });
      }
      await rename(from, join(path, parts.at(-1)!));
      return;
    } catch (cause) {
      // A deletion beside may have taken away a folder that was empty.
      if (!isMissing(cause) || parts.length === 1 || attempt === 10) {
        throw cause;
      }
    }
  }
}

/**
 * A file that is open for a guest, by as many handles as stand on it.
 *
 * @module
 */

import type { BigIntStats } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { constants } from "node:fs";
import { errorCodeOf, refused } from "./error_code.ts";
import { FARTHEST, type FileCount } from "./file_limits.ts";
import { isSameFile } from "./stat.ts";

/** Opens beside other things without waiting for what a pipe has at its other end. */
const CAREFULLY = (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

/** Opens a file of the host, and never through a symbolic link where the system can promise it. */
export function openCarefully(
  path: string,
  flags: number,
): Promise<FileHandle> {
  return open(path, flags | CAREFULLY, 0o666);
}

/** What an {@linkcode OpenFile} is made of. */
export interface OpenFileOptions {
  readonly handle: FileHandle;
  readonly path: string;
  readonly stats: BigIntStats;
  readonly count: FileCount;
}

/**
 * A file and its users. Calls run one after the other: Deno reads at an offset by moving the
 * file's own position.
 */
export class OpenFile {
  /** What it was when it was opened: its `dev` and `ino` stay. */
  readonly stats: BigIntStats;
  readonly #handle: FileHandle;
  readonly #path: string;
  readonly #count: FileCount;
  #appending: Promise<FileHandle | undefined> | undefined;
  #users = 1;
  #tail: Promise<unknown> = Promise.resolve();

  constructor({ handle, path, stats, count }: OpenFileOptions) {
    this.#handle = handle;
    this.#path = path;
    this.stats = stats;
    this.#count = count;
  }

  /** One more user. */
  retain(): this {
    this.#users++;
    return this;
  }

  /** One user less; after the last one it is closed, when what is under way is done. */
  release(): void {
    if (--this.#users > 0) return;
    this.#run(async () => {
      await this.#handle.close();
      await (await this.#appending)?.close();
    }).catch(() => {
      // The system lets go of it all the same, and no one is left to be told.
    }).finally(() => this.#count.giveBack());
  }

  /** Up to `length` bytes; fewer at the end, none behind it. */
  read(length: number, offset: number): Promise<Uint8Array> {
    return this.#run(async () => {
      const bytes = new Uint8Array(length);
      const { bytesRead } = await this.#handle.read(bytes, 0, length, offset);
      return bytes.subarray(0, bytesRead);
    });
  }

  /** Writes it all. */
  write(bytes: Uint8Array, offset: number): Promise<void> {
    if (offset + bytes.length > FARTHEST) {
      return Promise.reject(refused("file-too-large"));
    }
    return this.#run(() => writeAll(this.#handle, bytes, offset));
  }

  /**
   * Writes it all where the file ends then. By a handle that the system appends with, so that
   * no two writers meet; where the file has another name by now, behind its present end.
   */
  append(bytes: Uint8Array): Promise<void> {
    return this.#run(async () => {
      this.#appending ??= this.#openToAppend();
      const appending = await this.#appending;
      if (appending !== undefined) {
        return await writeAll(appending, bytes, null);
      }
      const { size } = await this.#handle.stat();
      await writeAll(this.#handle, bytes, size);
    });
  }

  /** What it is now. */
  stat(): Promise<BigIntStats> {
    return this.#run(() => this.#handle.stat({ bigint: true }));
  }

  /** Cuts it, or fills it up with zeros. */
  setSize(size: number): Promise<void> {
    return this.#run(() => this.#handle.truncate(size));
  }

  /** Both in seconds since 1970. */
  setTimes(access: number, modification: number): Promise<void> {
    return this.#run(() => this.#handle.utimes(access, modification));
  }

  /** Waits until the disk has it. */
  sync(): Promise<void> {
    return this.#run(() => this.#handle.sync());
  }

  /** Waits until the disk has its bytes. */
  syncData(): Promise<void> {
    return this.#run(() => this.#handle.datasync());
  }

  async #openToAppend(): Promise<FileHandle | undefined> {
    const { O_WRONLY, O_APPEND } = constants;
    let handle: FileHandle;
    try {
      handle = await openCarefully(this.#path, O_WRONLY | O_APPEND);
    } catch (cause) {
      if (errorCodeOf(cause) === undefined) throw cause;
      return undefined;
    }
    if (isSameFile(await handle.stat({ bigint: true }), this.stats)) {
      return handle;
    }
    await handle.close();
    return undefined;
  }

  #run<T>(task: () => Promise<T>): Promise<T> {
    const done = this.#tail.then(task);
    this.#tail = done.then(() => {}, () => {});
    return done;
  }
}

async function writeAll(
  handle: FileHandle,
  bytes: Uint8Array,
  offset: number | null,
): Promise<void> {
  let written = 0;
  while (written < bytes.length) {
    const { bytesWritten } = await handle.write(
      bytes,
      written,
      bytes.length - written,
      offset === null ? null : offset + written,
    );
    written += bytesWritten;
  }
}

/**
 * The files of one bucket's keys.
 *
 * Reads take no lock: a file is never changed, only replaced. Every write holds the lock of
 * its key from the look at what is there to the rename, in this process and in others.
 *
 * @module
 */

import { join } from "node:path";
import { hash48 } from "../key_encoding.ts";
import { peek, PEEK_BYTES, unpackContent } from "./box.ts";
import { BucketFolder } from "./bucket_folder.ts";
import { symbolicLink } from "./errors.ts";
import type { Home } from "./home.ts";
import type { KeyReader } from "./key_pages.ts";
import { type Found, LockedKey, type Place, readFound } from "./locked_key.ts";
import { type HeldLock, lockOfStripe, STRIPES } from "./locks.ts";
import { decodeName, isHashed } from "./names.ts";
import { statOf } from "./stat_of.ts";

const MOST_TRIES = 3;

/** Reads and writes the files of one bucket. */
export class KeyFiles {
  readonly #home: Home;
  readonly #bucket: string;
  readonly #folder: BucketFolder;
  /** The names that the folder may have in the store's. */
  readonly folderNames: readonly string[];
  /** Called for each key that was changed here, with the names its file may have. */
  touch: (key: string, names: readonly string[]) => void = () => {};

  constructor(home: Home, bucket: string) {
    this.#home = home;
    this.#bucket = bucket;
    this.#folder = new BucketFolder(home, bucket);
    this.folderNames = this.#folder.names;
  }

  /** The folder, which need not exist. */
  folder(): Promise<string> {
    return this.#folder.path();
  }

  /** The value of a key. */
  async find(key: string): Promise<Found | undefined> {
    const folder = await this.#folder.path();
    for (const name of this.#folder.namesOf(key)) {
      const found = await readFound(this.#home, { key, folder, name });
      if (found === undefined) continue;
      if (this.#home.isAlive(found)) return found;
      await this.#removeExpired(key);
      return undefined;
    }
    return undefined;
  }

  /** Whether there is a value. */
  async has(key: string): Promise<boolean> {
    const folder = await this.#folder.path();
    for (const name of this.#folder.namesOf(key)) {
      const file = await this.#home.read(join(folder, name), PEEK_BYTES);
      if (file !== undefined) return this.#home.isAlive(peek(file.bytes));
    }
    return false;
  }

  /** Runs `task` while nobody else changes the key, and flushes to disk what it changed. */
  async change<T>(
    key: string,
    task: (locked: LockedKey) => Promise<T>,
  ): Promise<T> {
    let flush: string | undefined;
    const attempt = async (held: HeldLock) => {
      const place = await this.#placeOf(key);
      const locked = new LockedKey(this.#home, {
        place,
        held,
        mark: this.#folder.expiringMark,
      });
      const result = await task(locked);
      if (locked.changed) flush = place.folder;
      return result;
    };
    const result = await this.#home.locks.hold(
      this.#lockOf(key),
      async (held) => {
        for (let tries = 1;; tries++) {
          try {
            return await attempt(held);
          } catch (cause) {
            if (tries === MOST_TRIES || !isMissingFolder(cause)) throw cause;
            await this.#folder.make();
          }
        }
      },
    );
    if (flush !== undefined) {
      this.touch(key, this.#folder.namesOf(key));
      await this.#home.directories.sync(flush);
    }
    return result;
  }

  /** How a listing reads this bucket. */
  async reader(folder: string, prefix: string): Promise<KeyReader> {
    const expires = await statOf(this.#folder.expiringMark) !== undefined;
    const isOurs = (key: string | undefined, name: string) =>
      key !== undefined && key.startsWith(prefix) &&
      this.#folder.namesOf(key).includes(name);
    return {
      isWanted: (name) => isHashed(name) || isOurs(decodeName(name), name),
      keyOf: (name) => expires || isHashed(name) ? undefined : decodeName(name),
      readKey: async (name) => {
        const path = join(folder, name);
        const key = await this.#readKey(path, { name, expires });
        return isOurs(key, name) ? key : undefined;
      },
    };
  }

  /** The key of a file, if it is there and has not expired. */
  async #readKey(
    path: string,
    { name, expires }: { name: string; expires: boolean },
  ): Promise<string | undefined> {
    if (!expires && !isHashed(name)) {
      return (await statOf(path))?.isFile ? decodeName(name) : undefined;
    }
    const file = await this.#home.read(path, PEEK_BYTES);
    if (file === undefined || !this.#home.isAlive(peek(file.bytes))) {
      return undefined;
    }
    if (!isHashed(name)) return decodeName(name);
    const header = await this.#home.read(path, peek(file.bytes).valueAt);
    return header && unpackContent(header.bytes).key;
  }

  #lockOf(key: string): string {
    // The length keeps ("a", "bc") and ("ab", "c") apart.
    const stripe = hash48(`${this.#bucket.length}:${this.#bucket}${key}`) %
      STRIPES;
    return lockOfStripe(stripe);
  }

  async #placeOf(key: string): Promise<Place> {
    const folder = await this.#folder.path();
    let free: string | undefined;
    const names = this.#folder.namesOf(key);
    for (const name of names) {
      const path = join(folder, name);
      const stat = await statOf(path);
      if (stat?.isSymlink) throw symbolicLink({ act: "write a key", path });
      if (stat?.isFile) {
        return { key, folder, name, changed: stat.mtime?.getTime() ?? 0 };
      }
      if (stat === undefined) free = name;
    }
    return { key, folder, name: free ?? names[0]!, changed: undefined };
  }

  /** Frees the disk of a value that has expired; where that fails, it is absent all the same. */
  async #removeExpired(key: string): Promise<void> {
    try {
      await this.change(key, async (locked) => {
        if (await locked.read() === undefined) await locked.remove();
      });
    } catch {
      // A folder that cannot be written to can still be read.
    }
  }
}

/**
 * Whether a write failed for the place it went to: at the first write to a bucket, when someone
 * removed a folder, or when a key of the bucket `""` and a bucket of that name came at once.
 */
function isMissingFolder(cause: unknown): boolean {
  return cause instanceof Deno.errors.NotFound ||
    cause instanceof Deno.errors.IsADirectory ||
    cause instanceof Deno.errors.NotADirectory;
}

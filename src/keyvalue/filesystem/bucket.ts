/**
 * A bucket of files.
 *
 * @module
 */

import { deleteMany, getMany, setMany } from "../batch.ts";
import { addToCounter, formatCounter } from "../counter.ts";
import { dateOfExpiry, expiryOf, NEVER } from "../expiry.ts";
import { checkKey, quote } from "../key_encoding.ts";
import type {
  Bucket,
  Change,
  Entry,
  KeyPage,
  ListOptions,
  SetOptions,
  Swapped,
  Version,
  WatchOptions,
} from "../store.ts";
import { Watchers } from "../watchers.ts";
import { explain } from "./errors.ts";
import type { Home } from "./home.ts";
import { KeyFiles } from "./key_files.ts";
import type { Found } from "./locked_key.ts";
import { FolderWatch } from "./watch.ts";

/** The bucket of that name in a store. */
export class FilesystemBucket implements Bucket {
  readonly #home: Home;
  readonly #files: KeyFiles;
  readonly #watchers: Watchers;
  #folderWatch: FolderWatch | undefined;

  private constructor(home: Home, files: KeyFiles) {
    this.#home = home;
    this.#files = files;
    this.#watchers = new Watchers({
      look: (key) => this.get(key),
      begin: () => this.#beginWatch(),
      end: () => this.#endWatch(),
    });
    files.touch = (key, names) => {
      this.#folderWatch?.remember(key, names);
      this.#watchers.touch(key);
    };
  }

  /** Opens a bucket; fails if its folder is one that may lead elsewhere. */
  static async open(home: Home, bucket: string): Promise<Bucket> {
    const files = new KeyFiles(home, bucket);
    await files.folder();
    return new FilesystemBucket(home, files);
  }

  get(key: string): Promise<Entry | undefined> {
    return this.#attempt(
      "get",
      key,
      async () => toEntry(await this.#files.find(key)),
    );
  }

  set(key: string, value: Uint8Array, options?: SetOptions): Promise<void> {
    const copy = new Uint8Array(value);
    return this.#attempt("set", key, async () => {
      const expiresAt = expiryOf(options, this.#home.now());
      await this.#files.change(key, (locked) => locked.write(copy, expiresAt));
    });
  }

  delete(key: string): Promise<void> {
    return this.#attempt(
      "delete",
      key,
      () => this.#files.change(key, (locked) => locked.remove()),
    );
  }

  exists(key: string): Promise<boolean> {
    return this.#attempt("look for", key, () => this.#files.has(key));
  }

  listKeys(options: ListOptions = {}): Promise<KeyPage> {
    return this.#attempt("list keys from", options.prefix ?? "", async () => {
      const folder = await this.#files.folder();
      const reader = await this.#files.reader(folder, options.prefix ?? "");
      return await this.#home.pages.page(folder, options, reader);
    });
  }

  increment(key: string, delta: bigint): Promise<bigint> {
    return this.#attempt(
      "increment",
      key,
      () =>
        this.#files.change(key, async (locked) => {
          const current = await locked.read();
          const sum = addToCounter(key, current?.value, delta);
          await locked.write(formatCounter(sum), current?.expiresAt ?? NEVER);
          return sum;
        }),
    );
  }

  swap(
    key: string,
    version: Version | undefined,
    value: Uint8Array,
    options?: SetOptions,
  ): Promise<Swapped> {
    const copy = new Uint8Array(value);
    return this.#attempt("swap", key, async () => {
      const expiresAt = expiryOf(options, this.#home.now());
      return await this.#files.change(key, async (locked): Promise<Swapped> => {
        const current = await locked.read();
        if (current?.version !== version) {
          return { swapped: false, current: toEntry(current) };
        }
        return { swapped: true, version: await locked.write(copy, expiresAt) };
      });
    });
  }

  getMany(keys: readonly string[]): Promise<(Entry | undefined)[]> {
    return getMany(this, keys);
  }

  setMany(
    entries: readonly (readonly [key: string, value: Uint8Array])[],
  ): Promise<void> {
    return setMany(this, entries);
  }

  deleteMany(keys: readonly string[]): Promise<void> {
    return deleteMany(this, keys);
  }

  expiry(key: string): Promise<Date | undefined> {
    return this.#attempt(
      "get the expiry of",
      key,
      async () => dateOfExpiry((await this.#files.find(key))?.expiresAt),
    );
  }

  watch(options: WatchOptions): AsyncIterable<Change> {
    return this.#watchers.watch(options);
  }

  #beginWatch(): void {
    this.#home.watched.add(this.#watchers);
    this.#folderWatch = new FolderWatch({
      home: this.#home,
      files: this.#files,
      touch: (key) => this.#watchers.touch(key),
      fail: (cause) => this.#watchers.fail(cause),
    });
  }

  #endWatch(): void {
    this.#home.watched.delete(this.#watchers);
    this.#folderWatch?.[Symbol.dispose]();
    this.#folderWatch = undefined;
  }

  async #attempt<T>(
    act: string,
    key: string,
    task: () => Promise<T>,
  ): Promise<T> {
    try {
      checkKey(key);
      return await this.#home.run(task);
    } catch (cause) {
      throw explain(cause, {
        act: `${act} ${quote(key)}`,
        path: this.#home.root,
      });
    }
  }
}

function toEntry(found: Found | undefined): Entry | undefined {
  return found && { value: found.value, version: found.version };
}

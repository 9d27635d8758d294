/**
 * Buckets as folders and keys as files, the way wash lays them out.
 *
 * Every value that was set survives a power cut, whole; any number of processes can share
 * the folder. A write costs two flushes of the disk, some hundred microseconds at best.
 * The layout on disk is told in `filesystem/home.ts`.
 *
 * @module
 */

import { BoundedCache } from "./bounded_cache.ts";
import { FilesystemBucket } from "./filesystem/bucket.ts";
import {
  createBucket,
  dropBucket,
  isThere,
  listFolders,
  type NamedBucket,
} from "./filesystem/buckets.ts";
import { explain } from "./filesystem/errors.ts";
import { type Home, openHome } from "./filesystem/home.ts";
import type { NameRules } from "./filesystem/names.ts";
import { checkBucketName, quote } from "./key_encoding.ts";
import type { Backend, BackendSummary, Bucket, BucketInfo } from "./store.ts";

/** What {@linkcode openFilesystem} needs to know. */
export interface FilesystemOptions {
  /** The absolute path of the folder that holds the buckets; made if it does not exist. */
  readonly path: string;
  /** The clock that values expire by. Default `Date.now`. */
  readonly now?: () => number;
  /** How files are named, in place of what suits the file system; for tests. */
  readonly rules?: NameRules;
}

const REMEMBERED_BUCKETS = 1000;

/** Opens the store in a folder. */
export async function openFilesystem(
  options: FilesystemOptions,
): Promise<Backend> {
  const { path, now = Date.now, rules } = options;
  try {
    return new FilesystemBackend(
      await openHome(path, { now, ...(rules && { rules }) }),
    );
  } catch (cause) {
    throw explain(cause, { act: "open the store", path });
  }
}

class FilesystemBackend implements Backend {
  readonly summary: BackendSummary;
  readonly #home: Home;
  readonly #buckets = new BoundedCache<Bucket>(REMEMBERED_BUCKETS);

  #closing: Promise<void> | undefined;

  constructor(home: Home) {
    this.summary = { location: `files in ${home.root}`, durable: true };
    this.#home = home;
  }

  async open(name: string): Promise<Bucket> {
    checkBucketName(name);
    const known = this.#buckets.get(name);
    if (known !== undefined) return known;
    try {
      const bucket = await this.#home.run(() =>
        FilesystemBucket.open(this.#home, name)
      );
      this.#buckets.set(name, bucket);
      return bucket;
    } catch (cause) {
      throw explain(cause, {
        act: `open bucket ${quote(name)}`,
        path: this.#home.root,
      });
    }
  }

  async *list(): AsyncGenerator<string> {
    try {
      yield* listFolders(this.#home);
      if (await this.info("") !== undefined) yield "";
    } catch (cause) {
      throw explain(cause, { act: "list buckets", path: this.#home.root });
    }
  }

  async info(name: string): Promise<BucketInfo | undefined> {
    const found = await this.#attempt("look for", name, isThere);
    return found ? { name } : undefined;
  }

  create(name: string): Promise<boolean> {
    return this.#attempt("create", name, () => createBucket(this.#home, name));
  }

  drop(name: string): Promise<boolean> {
    return this.#attempt("drop", name, dropBucket);
  }

  async #attempt<T>(
    act: string,
    name: string,
    task: (home: Home, bucket: NamedBucket) => Promise<T>,
  ): Promise<T> {
    const bucket = await this.open(name);
    try {
      return await this.#home.run(() => task(this.#home, { name, bucket }));
    } catch (cause) {
      throw explain(cause, {
        act: `${act} bucket ${quote(name)}`,
        path: this.#home.root,
      });
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#closing ??= this.#home[Symbol.asyncDispose]();
  }
}

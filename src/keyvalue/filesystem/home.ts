/**
 * The folder of one filesystem backend and what its buckets share.
 *
 * ```text
 * {root}/{bucket}/{key}         a value, as wash writes it; names in names.ts
 * {root}/{key}                  a value of the bucket "", as wash writes it
 * {root}/.wharf/layout.json     how names are made; layout.ts
 * {root}/.wharf/locks/00 … 3f   who may write, and the last stamp given; locks.ts
 * {root}/.wharf/locks/open      who may make folders
 * {root}/.wharf/drafts/{id}/    values on their way to disk; drafts.ts
 * {root}/.wharf/expiring/{bucket}   this bucket has had values with a time to live
 * ```
 *
 * @module
 */

import { dirname, join } from "node:path";
import { BoundedCache } from "../bounded_cache.ts";
import { Gate } from "../keyed_queue.ts";
import { KeyValueError } from "../store.ts";
import { watchClosed, type Watchers } from "../watchers.ts";
import { DirectorySync, makeFolder, syncDirectory } from "./directory_sync.ts";
import { Drafts } from "./drafts.ts";
import { symbolicLink } from "./errors.ts";
import { KeyPages } from "./key_pages.ts";
import { loadLayout, probeTick } from "./layout.ts";
import { Locks, OPEN_LOCK, openLock } from "./locks.ts";
import { HIDDEN_FOLDER, type NameRules } from "./names.ts";
import { type FileRead, readFile } from "./read_file.ts";

/** Reads under way at once; each takes a descriptor and a thread. */
const READ_WIDTH = 128;
const REMEMBERED_MARKS = 1000;

/** What {@linkcode openHome} is told. */
export interface HomeOptions {
  readonly now: () => number;
  /** Overrides what the folder would be given. */
  readonly rules?: NameRules;
}

/** What {@linkcode openHome} has opened. */
interface HomeParts {
  readonly root: string;
  readonly rules: NameRules;
  readonly now: () => number;
  readonly locks: Locks;
  readonly drafts: Drafts;
}

/** An opened store. Disposing waits for the operations under way. */
export class Home implements AsyncDisposable {
  readonly directories = new DirectorySync();
  readonly pages: KeyPages;
  /** The buckets that someone watches. */
  readonly watched = new Set<Watchers>();
  readonly #reads = new Gate(READ_WIDTH);
  readonly #hidden: string;
  #drops = 0;
  readonly #marked = new BoundedCache<true>(REMEMBERED_MARKS);

  readonly #running = new Set<Promise<unknown>>();
  #closed = false;

  readonly root: string;
  readonly rules: NameRules;
  readonly now: () => number;
  readonly locks: Locks;
  readonly drafts: Drafts;

  constructor(parts: HomeParts) {
    this.root = parts.root;
    this.rules = parts.rules;
    this.now = parts.now;
    this.locks = parts.locks;
    this.drafts = parts.drafts;
    this.#hidden = join(parts.root, HIDDEN_FOLDER);
    this.pages = new KeyPages(parts);
  }

  /** Runs an operation on a bucket, unless the store was closed; closing waits for it. */
  async run<T>(operation: () => Promise<T>): Promise<T> {
    if (this.#closed) {
      throw new KeyValueError("other", "Cannot use the store: it was closed");
    }
    const running = operation();
    this.#running.add(running);
    try {
      return await running;
    } finally {
      this.#running.delete(running);
    }
  }

  /** {@linkcode readFile}, a bounded number at once. */
  read(path: string, most?: number): Promise<FileRead | undefined> {
    return this.#reads.run(() => readFile(path, most));
  }

  /** Runs `task` while no other process makes folders in this store. */
  whileMakingFolders<T>(task: () => Promise<T>): Promise<T> {
    return this.locks.hold(OPEN_LOCK, task);
  }

  /** How many buckets this process has dropped: after each, a folder may be found elsewhere. */
  get drops(): number {
    return this.#drops;
  }

  /** Counts a bucket that was dropped. */
  countDrop(): void {
    this.#drops++;
  }

  /** Makes what someone removed while it was in use. */
  async restore(): Promise<void> {
    this.#marked.clear();
    await this.whileMakingFolders(async () => {
      await makeFolder(this.root);
      await this.drafts.restore();
    });
  }

  /** The file that says that a bucket has had values with a time to live. */
  expiringMark(folderName: string): string {
    return join(this.#hidden, "expiring", folderName);
  }

  /** Makes an {@linkcode expiringMark} that is not there yet. */
  async mark(path: string): Promise<void> {
    if (this.#marked.get(path)) return;
    await makeFolder(dirname(path));
    await makeEmptyFile(path);
    await syncDirectory(dirname(path));
    this.#marked.set(path, true);
  }

  /** Whether a value has not expired. */
  isAlive({ expiresAt }: { readonly expiresAt: number }): boolean {
    return expiresAt > this.now();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    for (const watchers of [...this.watched]) watchers.fail(watchClosed());
    await Promise.allSettled(this.#running);
    await this.locks[Symbol.asyncDispose]();
    await this.drafts[Symbol.asyncDispose]();
  }
}

/** Opens the store in the folder `root`, which is made if it does not exist. */
export async function openHome(
  root: string,
  options: HomeOptions,
): Promise<Home> {
  const hidden = join(root, HIDDEN_FOLDER);
  const locksFolder = join(hidden, "locks");
  const draftsFolder = join(hidden, "drafts");
  await makeFolder(root);
  for (const folder of [hidden, locksFolder, draftsFolder]) {
    await makeOwnFolder(folder);
  }

  const tick = await probeTickIn(locksFolder);
  const locks = new Locks(locksFolder, { now: options.now, tick });
  try {
    return await locks.hold(OPEN_LOCK, async () => {
      const rules = options.rules ?? await loadLayout(hidden);
      const drafts = new Drafts(draftsFolder, locks);
      await drafts.sweep();
      return new Home({ root, rules, now: options.now, locks, drafts });
    });
  } catch (cause) {
    await locks[Symbol.asyncDispose]();
    throw cause;
  }
}

async function makeOwnFolder(folder: string): Promise<void> {
  await makeFolder(folder);
  if ((await Deno.lstat(folder)).isSymlink) {
    throw symbolicLink({ act: "open a store", path: folder });
  }
}

/** Makes a file that may be there already; does not follow a link. */
async function makeEmptyFile(path: string): Promise<void> {
  try {
    (await Deno.open(path, { createNew: true, write: true })).close();
  } catch (cause) {
    if (!(cause instanceof Deno.errors.AlreadyExists)) throw cause;
  }
}

async function probeTickIn(folder: string): Promise<number> {
  using file = await openLock(join(folder, OPEN_LOCK));
  return await probeTick(file);
}

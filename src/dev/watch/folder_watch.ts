/**
 * Hears from the system what happens in folders.
 *
 * Deno has one watcher of the system for the whole process, and three things about it shape this
 * file (seen on 2.9.6, Linux):
 *
 * - each event is compared with the paths of every `Deno.watchFs`, one after the other, and two
 *   system calls each: so there are few of them, with the project's folder, under which most
 *   events lie, as the first path. Five hundred of one folder each lost most of what was
 *   written, and told the rest seconds late;
 * - a queue holds 16 events, what comes while it is full is lost: so many events ask for a scan;
 * - a folder that is removed and made again is forgotten while anyone still watches its path: so
 *   all watches are ended, and ended means that their last event has come, before they begin
 *   anew.
 *
 * @module
 */

import { leadsTo } from "./paths.ts";

/** An owner hears what happens, and when nothing will be heard any more. */
export interface FolderWatchOptions {
  /** The folder that most events are from. */
  readonly first: string;
  readonly hear: (event: Deno.FsEvent) => void;
  /** Called once at most; then nothing is watched any more. */
  readonly fail: () => void;
  /** `Deno.watchFs`, or what stands in for it in a test. */
  readonly open: typeof Deno.watchFs;
  /** Whether the system watches a folder with all below it for the price of one. */
  readonly wholeTrees?: boolean;
}

/** As many watches are held before they are made into one. */
const MOST_WATCHES = 8;

/** How often to try again without the folders that have just gone. */
const ATTEMPTS = 5;

interface Watch {
  readonly watcher: Deno.FsWatcher;
  /** Resolves when its last event has come. */
  readonly ended: Promise<void>;
}

/** Watches folders, each without what is below it. */
export class FolderWatch implements AsyncDisposable {
  readonly #options: FolderWatchOptions;
  readonly #open: typeof Deno.watchFs;
  readonly #wholeTrees: boolean;
  #watches: Watch[] = [];
  #followed = new Set<string>();
  /** Folders whose watch may have ended with them, though their path is still held. */
  readonly #stale = new Set<string>();
  #ended = false;

  constructor(options: FolderWatchOptions) {
    this.#options = options;
    this.#open = options.open;
    this.#wholeTrees = options.wholeTrees ?? Deno.build.os !== "linux";
  }

  /** From now on no watch is to be trusted. */
  distrust(): void {
    for (const folder of this.#followed) this.#stale.add(folder);
  }

  /**
   * Watches these folders and only these.
   *
   * @returns Those of them in which something may have happened unheard.
   */
  async follow(folders: Iterable<string>): Promise<readonly string[]> {
    if (this.#ended) return [];
    const wanted = new Set(folders);
    for (const folder of this.#followed) {
      if (!wanted.has(folder)) this.#stale.add(folder);
    }
    const added = [...wanted].filter((folder) => !this.#followed.has(folder));
    const isStale = [...wanted].some((folder) => this.#stale.has(folder));
    const isFull = added.length > 0 && this.#watches.length >= MOST_WATCHES;
    if (isStale || isFull) {
      await this.#close();
      if (this.#ended) return [];
      this.#begin([...wanted]);
      return [...wanted];
    }
    if (added.length > 0) this.#begin(added);
    return added;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ended = true;
    await this.#close();
  }

  #begin(folders: readonly string[]): void {
    const { first } = this.#options;
    for (const folder of folders) this.#followed.add(folder);
    const isInside = (path: string) => leadsTo(path, first);
    const inner = folders.filter(isInside);
    const outer = folders.filter((folder) => !isInside(folder));
    try {
      if (inner.length > 0) {
        if (!this.#wholeTrees) this.#start([first, ...inner], false);
        else if (this.#watches.length === 0) this.#start([first], true);
      }
      if (outer.length > 0) this.#start(outer, false);
    } catch {
      // Limits of the system have no class or code of their own in Deno.
      this.#fail();
    }
  }

  #start(folders: readonly string[], recursive: boolean): void {
    let paths = [...new Set(folders)];
    for (let attempt = 1;; attempt++) {
      try {
        const watcher = this.#open(paths, { recursive });
        this.#watches.push({ watcher, ended: this.#listen(watcher) });
        return;
      } catch (cause) {
        const isGone = cause instanceof Deno.errors.NotFound ||
          cause instanceof Deno.errors.PermissionDenied;
        if (!isGone || attempt === ATTEMPTS) throw cause;
        // That a folder has gone is found out by looking at the one above.
        paths = paths.filter(isReadable);
        if (paths.length === 0) return;
      }
    }
  }

  async #listen(watcher: Deno.FsWatcher): Promise<void> {
    try {
      for await (const event of watcher) {
        if (this.#ended) continue;
        if (event.kind === "remove" || event.kind === "rename") {
          for (const path of event.paths) {
            if (this.#followed.has(path)) this.#stale.add(path);
          }
        }
        this.#options.hear(event);
      }
    } catch {
      // Limits of the system have no class or code of their own in Deno.
      this.#fail();
    }
  }

  #fail(): void {
    if (this.#ended) return;
    this.#ended = true;
    for (const { watcher } of this.#watches) close(watcher);
    this.#options.fail();
  }

  async #close(): Promise<void> {
    const watches = this.#watches;
    this.#watches = [];
    this.#followed = new Set();
    this.#stale.clear();
    for (const { watcher } of watches) close(watcher);
    await Promise.all(watches.map(({ ended }) => ended));
  }
}

function close(watcher: Deno.FsWatcher): void {
  try {
    watcher.close();
  } catch {
    // It has ended by itself.
  }
}

/** A folder that may not be read cannot be watched either. */
function isReadable(path: string): boolean {
  try {
    Deno.readDirSync(path);
    return true;
  } catch {
    return false;
  }
}

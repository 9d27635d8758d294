/**
 * Hands on which files of a project changed, one batch at a time.
 *
 * @module
 */

import { type Log, logFault } from "../log.ts";
import type { SourceWatcher, SourceWatcherOptions } from "./source_watcher.ts";

/** Starts to watch files. A promise, since what watches is loaded when it is first needed. */
export type WatchSources = (
  options: SourceWatcherOptions,
) => Promise<SourceWatcher>;

/** What is watched of a project. */
export type WatchedFiles = Omit<SourceWatcherOptions, "warn" | "since">;

/** What is watched, and who is told. */
export interface FollowingOptions {
  readonly watch: WatchSources;
  readonly log: Log;
  /** What is watched at first. */
  readonly files: () => WatchedFiles;
  /** Files saved since then are told, though the watch begins later; in ms since the epoch. */
  readonly since: number;
  /** Takes absolute paths. Nothing more is told before it resolves. */
  readonly changed: (paths: readonly string[]) => Promise<void>;
}

/**
 * Follows a project's files from {@linkcode Following.begin} until it is disposed. The begin can
 * wait: what is saved before is found.
 */
export class Following implements AsyncDisposable {
  readonly #options: FollowingOptions;
  readonly #stop = new AbortController();
  #watcher: SourceWatcher | undefined;
  #isBuilding = false;
  /** Found while one watcher took the place of another. */
  #found: readonly string[] = [];
  #takenUp: readonly string[] = [];
  readonly #standing = Promise.withResolvers<void>();
  #told: Promise<void> | undefined;

  constructor(options: FollowingOptions) {
    this.#options = options;
  }

  /** Resolves when files are watched; never, if that is stopped before. */
  get stands(): Promise<void> {
    return this.#standing.promise;
  }

  /** Begins, if it has not. */
  begin(): void {
    if (!this.#stop.signal.aborted) this.#told ??= this.#tell();
  }

  /**
   * Watches other files from now on. To be called while changed files are taken up.
   *
   * @param since As {@linkcode FollowingOptions.since}, of files that were not watched before.
   */
  async change(files: WatchedFiles, since: number): Promise<void> {
    const before = this.#watcher;
    const next = await this.#watch(files, since);
    this.#watcher = next;
    await next.ready;
    // By their time alone, those that are taken up now may seem to have changed once more.
    const unheard = (await next.look())
      .filter((path) => !this.#takenUp.includes(path));
    // Whether they have, the one before knows, which looks last.
    const heard = await before?.look() ?? [];
    this.#found = [...new Set([...heard, ...unheard])];
    await before?.[Symbol.asyncDispose]();
  }

  /** What is written from now on may be the build's. */
  buildBegins(): void {
    this.#isBuilding = true;
    this.#watcher?.buildBegins();
  }

  buildEnds(): void {
    this.#isBuilding = false;
    this.#watcher?.buildEnds();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#told;
    await this.#watcher?.[Symbol.asyncDispose]();
  }

  async #watch(files: WatchedFiles, since: number): Promise<SourceWatcher> {
    const { watch, log } = this.#options;
    const warn = (text: string) => log.emit({ event: "warning", text });
    const watcher = await watch({ ...files, since, warn });
    if (this.#isBuilding) watcher.buildBegins();
    return watcher;
  }

  /** Never rejects. */
  async #tell(): Promise<void> {
    const { signal } = this.#stop;
    const { files, since } = this.#options;
    try {
      this.#watcher = await this.#watch(files(), since);
      await this.#watcher.ready;
      if (!signal.aborted) this.#standing.resolve();
      while (!signal.aborted) {
        const found = this.#found;
        this.#found = [];
        await this.#changed(
          found.length > 0 ? found : await this.#watcher.next(signal),
        );
      }
    } catch (error) {
      if (!signal.aborted) this.#warn(error);
    }
  }

  /** Never rejects: the next save may find what this one did not. */
  async #changed(paths: readonly string[]): Promise<void> {
    const { changed, log } = this.#options;
    this.#takenUp = paths;
    try {
      await changed(paths);
    } catch (error) {
      logFault(log, error);
    }
  }

  #warn(error: unknown): void {
    const state = error instanceof Error ? error.message : String(error);
    this.#options.log.emit({
      event: "warning",
      text: `Cannot watch the project's files: ${state}; ` +
        "save and start dev again",
    });
  }
}

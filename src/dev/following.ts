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
  #told: Promise<void> | undefined;

  constructor(options: FollowingOptions) {
    this.#options = options;
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
    // What the one before heard and had not told, and what neither would hear of.
    this.#found = [
      ...new Set([...await before?.look() ?? [], ...await next.look()]),
    ];
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

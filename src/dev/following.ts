/**
 * Hands on which files of a project changed, one batch at a time.
 *
 * @module
 */

import { type Log, logFault } from "../log.ts";
import type { SourceWatcher, SourceWatcherOptions } from "./source_watcher.ts";

/** Starts to watch files. */
export type WatchSources = (options: SourceWatcherOptions) => SourceWatcher;

/** What is watched, and who is told. */
export interface FollowingOptions {
  readonly watch: WatchSources;
  readonly log: Log;
  /** Takes absolute paths. Nothing more is told before it resolves. */
  readonly changed: (paths: readonly string[]) => Promise<void>;
}

/** Follows a project's files until it is disposed. */
export class Following implements AsyncDisposable {
  readonly #options: FollowingOptions;
  readonly #stop = new AbortController();
  #watcher: SourceWatcher;
  #isBuilding = false;
  readonly #told: Promise<void>;

  /** @param files What is watched at first. */
  constructor(
    options: FollowingOptions,
    files: Omit<SourceWatcherOptions, "warn">,
  ) {
    this.#options = options;
    this.#watcher = this.#watch(files);
    this.#told = this.#tell();
  }

  /** Watches other files from now on. */
  async change(files: Omit<SourceWatcherOptions, "warn">): Promise<void> {
    const before = this.#watcher;
    const next = this.#watch(files);
    try {
      await next.ready;
    } catch (error) {
      this.#warn(error);
      return await next[Symbol.asyncDispose]();
    }
    this.#watcher = next;
    if (this.#isBuilding) next.buildBegins();
    await before[Symbol.asyncDispose]();
  }

  /** What is written from now on may be the build's. */
  buildBegins(): void {
    this.#isBuilding = true;
    this.#watcher.buildBegins();
  }

  buildEnds(): void {
    this.#isBuilding = false;
    this.#watcher.buildEnds();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#told;
    await this.#watcher[Symbol.asyncDispose]();
  }

  #watch(files: Omit<SourceWatcherOptions, "warn">): SourceWatcher {
    const { watch, log } = this.#options;
    const warn = (text: string) => log.emit({ event: "warning", text });
    return watch({ ...files, warn });
  }

  /** Never rejects. */
  async #tell(): Promise<void> {
    const { signal } = this.#stop;
    try {
      await this.#watcher.ready;
      while (!signal.aborted) {
        await this.#changed(await this.#watcher.next(signal));
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

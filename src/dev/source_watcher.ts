/**
 * Tells which sources of a project have changed, so that it can be built again.
 *
 * What the system tells is a hint where to look; `watch/source_tree.ts` says what has changed.
 *
 * @module
 */

import { relative } from "node:path";
import { FolderWatch } from "./watch/folder_watch.ts";
import { LoopGuard } from "./watch/loop_guard.ts";
import { Quiet } from "./watch/quiet.ts";
import {
  loadPatterns,
  type PatternFile,
  patternFilesAbove,
} from "./watch/repository.ts";
import { SingleFiles } from "./watch/single_files.ts";
import type { SourceRulesOptions } from "./watch/source_rules.ts";
import { type Finding, SourceTree } from "./watch/source_tree.ts";

/** What {@linkcode watchSources} watches. */
export interface SourceWatcherOptions {
  /** Absolute path of the project's folder. */
  readonly project: string;
  /** Patterns like those of a gitignore file, of what counts though it would be left out. */
  readonly include: readonly string[];
  /** Patterns like those of a gitignore file, of what does not count, whatever else is said. */
  readonly exclude: readonly string[];
  /** Absolute paths of the files and folders that builds write: never sources. */
  readonly outputs: readonly string[];
  /** Absolute paths of single files that count wherever they lie; they may be missing. */
  readonly files: readonly string[];
  /** `false`: nothing but {@linkcode SourceWatcherOptions.files} is watched. */
  readonly sources: boolean;
  /**
   * Files that have come to be as they are since then, in ms since the epoch, count as changed,
   * so that nothing is missed which is saved before the watch stands; default: none. A file
   * that was removed before is not missed.
   */
  readonly since?: number;
  /** Takes what the user should know, each once. */
  readonly warn: (text: string) => void;
}

/** Watches until it is disposed. */
export interface SourceWatcher extends AsyncDisposable {
  /** Resolves, and never rejects, when it stands: from then on no change is missed. */
  readonly ready: Promise<void>;
  /**
   * Absolute paths, sorted, of files whose content has changed since the last call: written,
   * made or removed. Resolves some 30 ms after the last of changes that follow each other, or
   * while they keep coming after half a second; while a build runs as well.
   *
   * A file that had not been read before counts as changed when its time has: its first touch
   * may be one too many. It is read when it changes or when the first build begins. Files of
   * more than 1 MiB are known by size and time alone.
   *
   * Rejects with the signal's reason; what has changed then waits for the next call.
   */
  next(signal: AbortSignal): Promise<readonly string[]>;
  /** What has changed and was not told, by a look at everything. */
  look(): Promise<readonly string[]>;
  /** What is written from now on may be the build's own. */
  buildBegins(): void;
  /** What is written from now on is not the build's. */
  buildEnds(): void;
}

/**
 * Starts to watch. Nothing is done in this turn of the event loop.
 *
 * @param open What stands in for the system in a test.
 */
export function watchSources(
  options: SourceWatcherOptions,
  open: typeof Deno.watchFs = Deno.watchFs,
): SourceWatcher {
  return new Watching(options, open);
}

/** As many events Deno holds for a reader; the next ones are lost. */
const EVENT_QUEUE = 16;

/** More folders than this are not looked at one by one. */
const FEW_FOLDERS = 16;

/** Milliseconds between two scans where the system tells nothing, and their share of all time. */
const POLL_PAUSE = 1000;
const POLL_SHARE = 1 / 20;

/** The times of file systems are up to so many ms behind. */
const CLOCK_LAG = 10;

interface Waiting {
  readonly resolve: (paths: readonly string[]) => void;
  readonly reject: (reason: unknown) => void;
}

class Watching implements SourceWatcher {
  readonly ready: Promise<void>;
  readonly #standing = Promise.withResolvers<void>();
  readonly #options: SourceWatcherOptions;
  readonly #folders: FolderWatch;
  readonly #quiet = new Quiet(() => this.#fall());
  readonly #guard = new LoopGuard((path) => this.#leaveOut(path));
  #parts: Parts | undefined;
  /** Heard in the burst that goes on. */
  #hearing = new Set<string>();
  #eventCount = 0;
  #wasDropped = false;
  /** Heard and to be looked at. */
  #heard = new Set<string>();
  #isScanDue = true;
  #running: Promise<void> | undefined;
  /** Changed and not yet told. */
  #changed = new Set<string>();
  readonly #waiting = new Set<Waiting>();
  #isLearnDue = false;
  #hasLearned = false;
  #pollTimer: ReturnType<typeof setTimeout> | undefined;
  #ended = false;

  constructor(options: SourceWatcherOptions, open: typeof Deno.watchFs) {
    this.#options = options;
    this.#folders = new FolderWatch({
      open,
      first: options.project,
      hear: (event) => this.#hear(event),
      fail: () => this.#fail(),
    });
    this.ready = this.#standing.promise;
    this.#begin();
  }

  next(signal: AbortSignal): Promise<readonly string[]> {
    if (signal.aborted) return Promise.reject(signal.reason);
    if (this.#ended) return Promise.reject(endedError());
    const { promise, resolve, reject } = Promise.withResolvers<
      readonly string[]
    >();
    const waiting = { resolve, reject };
    // Left in the turn of the abort, so that nothing is told to someone who has gone.
    const leave = () => {
      this.#waiting.delete(waiting);
      reject(signal.reason);
    };
    signal.addEventListener("abort", leave);
    this.#waiting.add(waiting);
    this.#tell();
    return promise.finally(() => signal.removeEventListener("abort", leave));
  }

  async look(): Promise<readonly string[]> {
    for (const path of this.#hearing) this.#heard.add(path);
    this.#isScanDue = true;
    // One under way may have looked already.
    await this.#running;
    await this.#run();
    return this.#take();
  }

  buildBegins(): void {
    this.#guard.buildBegins();
    if (this.#hasLearned) return;
    this.#hasLearned = this.#isLearnDue = true;
    this.#run();
  }

  buildEnds(): void {
    this.#guard.buildEnds();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ended = true;
    clearTimeout(this.#pollTimer);
    this.#quiet[Symbol.dispose]();
    this.#parts?.tree?.end();
    for (const { reject } of this.#waiting) reject(endedError());
    await this.#folders[Symbol.asyncDispose]();
    await this.#running;
    await this.ready;
  }

  async #begin(): Promise<void> {
    await new Promise<void>((resolve) => setTimeout(resolve, 0));
    if (!this.#ended) this.#parts = makeParts(this.#options);
    await this.#run();
  }

  #hear({ kind, paths, flag }: Deno.FsEvent): void {
    this.#eventCount++;
    if (flag === "rescan") this.#wasDropped = true;
    if (this.#eventCount >= EVENT_QUEUE) this.#wasDropped = true;
    // Whoever ends writing has written: that was told.
    const heard = kind === "access"
      ? []
      : paths.filter((path) => this.#concerns(path));
    for (const path of heard) this.#hearing.add(path);
    if (heard.length > 0) this.#quiet.disturb();
    else if (this.#wasDropped) this.#quiet.note();
  }

  #concerns(path: string): boolean {
    const { tree, single, outer } = this.#parts ?? {};
    return [tree, single, outer].some((part) => part?.concerns(path));
  }

  /** The burst is over. */
  #fall(): void {
    for (const path of this.#hearing) this.#heard.add(path);
    this.#hearing = new Set();
    if (this.#wasDropped) this.#isScanDue = true;
    this.#wasDropped = false;
    this.#eventCount = 0;
    this.#run();
  }

  /** Looks at all there is to look at; one call at a time does. */
  #run(): Promise<void> {
    if (this.#running !== undefined) return this.#running;
    const running = this.#lookAtAll().finally(() => {
      this.#running = undefined;
      if (this.#isDue) this.#run();
    });
    this.#running = running;
    return running;
  }

  get #isDue(): boolean {
    if (this.#ended || this.#parts === undefined) return false;
    return this.#isLookDue || this.#isLearnDue;
  }

  get #isLookDue(): boolean {
    return this.#isScanDue || this.#heard.size > 0;
  }

  async #lookAtAll(): Promise<void> {
    while (this.#isDue) {
      const { tree, ...parts } = this.#parts!;
      if (this.#isLookDue) {
        await this.#look({ tree, ...parts });
        continue;
      }
      this.#standing.resolve();
      // Reading everything takes a while, in which changes are not to wait.
      const isDone = await tree?.learn(() => this.#isLookDue) ?? true;
      if (isDone) this.#isLearnDue = false;
    }
    this.#standing.resolve();
  }

  async #look({ tree, single, outer, rules }: Parts): Promise<void> {
    const heard = this.#heard;
    this.#heard = new Set();
    const found = (finding: Finding) => this.#find(finding);
    single.look({ found });
    if (tree === undefined) {
      this.#isScanDue = false;
    } else {
      let ruled = false;
      outer.look({ found: () => ruled = true });
      if (ruled) tree.setRules(rules());
      for (const path of heard) await tree.look(path, { found, heard });
      // Few that were heard of are told before everything is looked at.
      if (ruled || this.#isScanDue && heard.size === 0) {
        this.#isScanDue = false;
        const { since = Infinity } = this.#options;
        await tree.scan({ found, heard, since: since - CLOCK_LAG });
      }
      if (tree.takeReplaced()) this.#folders.distrust();
    }
    const unheard = await this.#folders.follow([
      ...(tree === undefined ? [] : [...tree.folders(), ...outer.folders()]),
      ...single.folders(),
    ]);
    if (unheard.length > FEW_FOLDERS) this.#isScanDue = true;
    else for (const folder of unheard) this.#heard.add(folder);
    this.#tell();
  }

  #find(finding: Finding): void {
    if (this.#guard.admits(finding)) this.#changed.add(finding.path);
  }

  #tell(): void {
    if (this.#changed.size === 0) return;
    const { value: waiting } = this.#waiting.values().next();
    if (waiting === undefined) return;
    this.#waiting.delete(waiting);
    waiting.resolve(this.#take());
  }

  #take(): string[] {
    const changed = [...this.#changed].sort();
    this.#changed = new Set();
    return changed;
  }

  #leaveOut(path: string): void {
    this.#options.warn(
      `Cannot take "${
        this.#shown(path)
      }" for a source: each of three builds in a row changed it; name it in "dev.watch.exclude", or change it while nothing is built`,
    );
  }

  /** The system tells nothing any more. */
  #fail(): void {
    if (this.#ended || this.#pollTimer !== undefined) return;
    this.#options.warn(
      `Cannot watch all folders of "${this.#options.project}": the system watches no more, so files are looked at every second; raise fs.inotify.max_user_watches and fs.inotify.max_user_instances, or name folders in "dev.watch.exclude"`,
    );
    this.#poll(POLL_PAUSE);
  }

  #poll(pause: number): void {
    this.#pollTimer = setTimeout(async () => {
      const begin = performance.now();
      this.#isScanDue = true;
      await this.#run();
      const took = performance.now() - begin;
      if (!this.#ended) this.#poll(Math.max(POLL_PAUSE, took / POLL_SHARE));
    }, pause);
  }

  #shown(path: string): string {
    const inner = relative(this.#options.project, path);
    return inner.startsWith("..") ? path : inner;
  }
}

/** What is made when the first turn is over. */
interface Parts {
  readonly tree: SourceTree | undefined;
  /** The files that always count. */
  readonly single: SingleFiles;
  /** Files of patterns that are not in the project. */
  readonly outer: SingleFiles;
  readonly rules: () => SourceRulesOptions;
}

function makeParts(options: SourceWatcherOptions): Parts {
  const { project, files, sources, since = Infinity } = options;
  const patternFiles: readonly PatternFile[] = sources
    ? patternFilesAbove(project)
    : [];
  const rules = () => ({ ...options, outer: loadPatterns(patternFiles) });
  return {
    // Before the patterns are read, so that no change of theirs goes unseen.
    outer: new SingleFiles(patternFiles.map(({ path }) => path)),
    single: new SingleFiles(files, since - CLOCK_LAG),
    tree: sources ? new SourceTree(rules()) : undefined,
    rules,
  };
}

function endedError(): Error {
  return new DOMException("The watch of the sources has ended", "AbortError");
}

/**
 * Build, load, swap: one at a time, again with each save. What serves goes on until there is
 * something newer, and finishes what it was given after that.
 *
 * @module
 */

import type { BuildRecord } from "../explorer/api.ts";
import { changedFiles } from "../log.ts";
import { BuildRecords } from "./build_records.ts";
import type { DevState } from "./dev_state.ts";
import type { DrainedApp, Draining } from "./draining.ts";
import type { LoadedApp } from "./load_app.ts";

/** What is to be done. */
export interface LoopWork {
  /** The files that changed, relative to the project. */
  readonly changed: readonly string[];
  /** Whether the build command runs, or what lies there is loaded again. */
  readonly build: boolean;
  /** Told in place of the files, where there are none. */
  readonly cause?: string;
}

/** One attempt. */
export interface LoopTurn extends LoopWork {
  /** Aborts when the result is not wanted any more. */
  readonly signal: AbortSignal;
  /** Takes a line that the build command wrote. */
  readonly onOutput: (line: string) => void;
}

/** An app that is to serve. */
export interface NextApp extends LoadedApp, DrainedApp {
  /** Called when it has taken its place. */
  swapped(): void;
}

/** What a loop does, and whom it tells. */
export interface DevLoopOptions<Next extends NextApp> {
  /** Makes the next app. Rejects when there is none. */
  readonly make: (turn: LoopTurn) => Promise<Next>;
  readonly swapped: (next: Next, work: LoopWork, isFirst: boolean) => void;
  readonly failed: (error: Error, isServing: boolean) => void;
  readonly draining: Draining;
}

/** Serves one project. */
export class DevLoop<Next extends NextApp> {
  readonly #options: DevLoopOptions<Next>;
  readonly #records = new BuildRecords();
  readonly #listeners = new Set<(state: DevState) => void>();
  #settled = Promise.withResolvers<DevState>();
  #state: DevState;
  #serving: Next | undefined;
  #asked: LoopWork | undefined;
  /** What a failed turn has left to do. */
  #left: LoopWork | undefined;
  #turn: AbortController | undefined;
  #running: Promise<void> = Promise.resolve();
  #failure: Error | undefined;
  #fault: Error | undefined;
  #isRunning = false;
  #isStopping = false;

  constructor(options: DevLoopOptions<Next>) {
    this.#options = options;
    this.#state = {
      phase: "building",
      since: Date.now(),
      settled: this.#settled.promise,
    };
  }

  get state(): DevState {
    return this.#state;
  }

  /** What serves, with all that it holds. */
  get serving(): Next | undefined {
    return this.#serving;
  }

  /** The last builds, the newest first. */
  builds(): readonly BuildRecord[] {
    return this.#records.list();
  }

  /** Calls back at each change of the state, until the signal aborts. */
  onState(listener: (state: DevState) => void, signal: AbortSignal): void {
    if (signal.aborted) return;
    this.#listeners.add(listener);
    const end = () => this.#listeners.delete(listener);
    signal.addEventListener("abort", end, { once: true });
  }

  /** Whether the last turn failed, so that something is left to do. */
  get hasFailed(): boolean {
    return this.#left !== undefined;
  }

  /** Does this next. A turn under way is ended first. */
  ask(work: LoopWork): void {
    if (this.#isStopping) return;
    this.#asked = joined(this.#asked, work);
    if (this.#isRunning) this.#turn?.abort();
    else this.#running = this.#run();
  }

  /** What is wrong with the project beside its component. */
  get fault(): Error | undefined {
    return this.#fault;
  }

  /** Says what is wrong with the project beside its component, or that nothing is any more. */
  setFault(fault: Error | undefined): void {
    if (fault === this.#fault) return;
    this.#fault = fault;
    this.#publish();
  }

  /** Ends a turn under way; resolves when nothing begins any more. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    this.#turn?.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    while (this.#asked !== undefined && !this.#isStopping) {
      const work = joined(this.#left, this.#asked);
      this.#asked = this.#left = undefined;
      const turn = this.#turn = new AbortController();
      this.#publish();
      await this.#attempt(work, turn.signal);
      this.#turn = undefined;
    }
    this.#isRunning = false;
    this.#publish();
  }

  async #attempt(work: LoopWork, signal: AbortSignal): Promise<void> {
    const record = this.#records.begin(
      work.changed.length > 0
        ? changedFiles(work.changed, 1)
        : work.cause ?? "asked for",
    );
    const { make, failed, swapped, draining } = this.#options;
    let next: Next;
    try {
      next = await make({
        ...work,
        signal,
        onOutput: (line) => record.line(line),
      });
    } catch (cause) {
      const error = cause instanceof Error ? cause : new Error(String(cause));
      this.#left = work;
      if (this.#asked !== undefined && !this.#isStopping) {
        return record.superseded();
      }
      record.failed(error);
      this.#failure = error;
      failed(error, this.#serving !== undefined);
      return;
    }
    // One that was made although a newer one is asked for serves until that is there.
    const before = this.#serving;
    this.#serving = next;
    this.#failure = undefined;
    record.swapped(next.timings);
    this.#turn = undefined;
    this.#publish();
    next.swapped();
    swapped(next, work, before === undefined);
    if (before !== undefined) draining.take(before);
  }

  #publish(): void {
    const state = this.#next();
    const before = this.#state;
    const isSame = state.phase === before.phase &&
      state.serving === before.serving &&
      (state.phase !== "failed" || before.phase === "failed" &&
          state.error === before.error);
    if (isSame) return;
    this.#state = state;
    if (state.phase !== "building" || state.serving !== undefined) {
      this.#settled.resolve(state);
      this.#settled = Promise.withResolvers();
    }
    for (const listener of this.#listeners) listener(state);
  }

  #next(): DevState {
    const app = this.#serving?.app;
    const serving = app === undefined ? {} : { serving: app };
    const since = Date.now();
    if (this.#turn !== undefined && !this.#isStopping) {
      const { phase, since: before } = this.#state;
      return {
        phase: "building",
        since: phase === "building" ? before : since,
        ...serving,
        settled: this.#settled.promise,
      };
    }
    const error = this.#fault ?? this.#failure;
    if (error !== undefined) {
      return { phase: "failed", since, error, ...serving };
    }
    // Nothing has failed and nothing is under way: there is an app.
    return { phase: "ready", since, serving: app! };
  }
}

function joined(before: LoopWork | undefined, after: LoopWork): LoopWork {
  if (before === undefined) return after;
  const cause = after.cause ?? before.cause;
  return {
    changed: [...new Set([...before.changed, ...after.changed])],
    build: before.build || after.build,
    ...(cause === undefined ? {} : { cause }),
  };
}

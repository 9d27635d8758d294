/**
 * Who watches a bucket, and the keys that each has yet to be told of.
 *
 * A watcher is handed keys that may have changed and looks at them when its reader asks: what
 * waits for a slow reader is a set of keys without values, and the last state of each is told.
 *
 * @module
 */

import { BoundedCache } from "./bounded_cache.ts";
import {
  type Change,
  type Entry,
  KeyValueError,
  type WatchOptions,
} from "./store.ts";

/** What may wait for one reader. */
const MOST_KEYS = 2 ** 18;
const MOST_CHARACTERS = 2 ** 25;
/** Keys whose last told state is remembered, so that it is not told twice. */
const REMEMBERED_KEYS = 1024;

const GONE = "";

/** What {@linkcode Watchers} needs of its store. */
export interface Watched {
  /** What the key is now. */
  look(key: string): Promise<Entry | undefined>;
  /** Called when the first watcher comes. */
  begin?(): void;
  /** Called when nobody watches any more, more than once maybe. */
  end?(): void;
}

/** The watchers of one bucket. */
export class Watchers {
  readonly #store: Watched;
  readonly #open = new Set<Watcher>();

  constructor(store: Watched) {
    this.#store = store;
  }

  /** Whether anyone watches. */
  get any(): boolean {
    return this.#open.size > 0;
  }

  /** Tells of every key that is touched from this call on. */
  watch(options: WatchOptions): AsyncIterable<Change> {
    const { signal, prefix = "" } = options;
    const watcher: Watcher = new Watcher({
      prefix,
      look: (key) => this.#store.look(key),
      left: () => {
        signal.removeEventListener("abort", leave);
        this.#open.delete(watcher);
        if (!this.any) this.#store.end?.();
      },
    });
    const leave = () => watcher.end();
    if (signal.aborted) {
      leave();
    } else {
      signal.addEventListener("abort", leave);
      this.#open.add(watcher);
      if (this.#open.size === 1) this.#store.begin?.();
    }
    return watcher;
  }

  /** Takes note that a key may have changed. */
  touch(key: string): void {
    for (const watcher of this.#open) watcher.touch(key);
  }

  /** Ends every watcher with a failure. */
  fail(cause: unknown): void {
    for (const watcher of [...this.#open]) watcher.end({ cause });
  }
}

interface WatcherParts {
  readonly prefix: string;
  readonly look: (key: string) => Promise<Entry | undefined>;
  /** Called once it has ended. */
  readonly left: () => void;
}

/** One watcher, for one reader. */
class Watcher implements AsyncIterable<Change> {
  readonly #parts: WatcherParts;
  /** In the order they were touched. */
  readonly #keys = new Set<string>();
  readonly #told = new BoundedCache<string>(REMEMBERED_KEYS);
  #characters = 0;
  #wake: () => void = () => {};
  #ended = false;
  #failure: { readonly cause: unknown } | undefined;

  constructor(parts: WatcherParts) {
    this.#parts = parts;
  }

  touch(key: string): void {
    if (!key.startsWith(this.#parts.prefix) || this.#keys.has(key)) return;
    this.#keys.add(key);
    this.#characters += key.length;
    if (
      this.#keys.size > MOST_KEYS || this.#characters > MOST_CHARACTERS
    ) this.end({ cause: leftBehind() });
    else this.#wake();
  }

  end(failure?: { readonly cause: unknown }): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#failure = failure;
    this.#keys.clear();
    this.#parts.left();
    this.#wake();
  }

  [Symbol.asyncIterator](): AsyncIterator<Change, undefined> {
    const changes = this.#changes();
    return {
      next: () => changes.next(),
      // A generator that was not begun has nothing that would run at its end.
      return: () => {
        this.end();
        return changes.return(undefined);
      },
    };
  }

  async *#changes(): AsyncGenerator<Change, undefined> {
    while (!this.#ended) {
      const key = this.#take();
      if (key === undefined) {
        await new Promise<void>((resolve) => this.#wake = resolve);
        continue;
      }
      const entry = await this.#lookAt(key);
      const state = entry?.version ?? GONE;
      if (this.#ended || this.#told.get(key) === state) continue;
      this.#told.set(key, state);
      yield entry === undefined
        ? { kind: "delete", key }
        : { kind: "set", key, entry };
    }
    const failure = this.#failure;
    this.#failure = undefined;
    if (failure !== undefined) throw failure.cause;
    return undefined;
  }

  #take(): string | undefined {
    const { value: key } = this.#keys.values().next();
    if (key === undefined) return undefined;
    this.#keys.delete(key);
    this.#characters -= key.length;
    return key;
  }

  async #lookAt(key: string): Promise<Entry | undefined> {
    try {
      return await this.#parts.look(key);
    } catch (cause) {
      this.end({ cause });
      return undefined;
    }
  }
}

function leftBehind(): KeyValueError {
  return new KeyValueError(
    "other",
    `Cannot watch the bucket: more than ${MOST_KEYS} changed keys wait to be read; read the keys and watch again`,
  );
}

/** What a watcher hears when its store is closed. */
export function watchClosed(): KeyValueError {
  return new KeyValueError(
    "other",
    "Cannot watch the bucket: the store was closed",
  );
}

/**
 * The keys of a bucket as far as they have been read, and what became of them since. What one
 * reads never moves: keys that are written meanwhile are counted, and shown when asked for.
 *
 * @module
 */

import { type ReadonlySignal, signal } from "@preact/signals";
import type { KeyChange, KeyList } from "../../api.ts";

/** What became of a key since it was listed. */
export type KeyMark = "new" | "changed" | "deleted";

/** What the listing shows, as one value. */
export interface ListingState {
  readonly prefix: string;
  /** In the order of the store, those that were waiting before them. */
  readonly keys: readonly string[];
  readonly marks: ReadonlyMap<string, KeyMark>;
  /** Keys that were written and are not among `keys`; at most {@linkcode MOST_WAITING}. */
  readonly waiting: number;
  readonly loading: boolean;
  /** Whether the store has more. */
  readonly more: boolean;
  /** How many keys were passed over, because a page cannot hold all of a bucket. */
  readonly passed: number;
  readonly failure?: unknown;
}

/** How many keys are asked for at once. */
const PAGE_SIZE = 500;

/** How many keys are held; those before them make room. */
export const MOST_KEYS = 100_000;

/** How many written keys are remembered. */
export const MOST_WAITING = 1000;

/** What a listing needs of its surroundings. */
export interface ListingSource {
  /** One page of keys. */
  readonly load: (
    query: { prefix: string; limit: number; cursor?: string },
    signal: AbortSignal,
  ) => Promise<KeyList>;
  /** Runs soon, once for all changes until then. */
  readonly soon: (run: () => void) => void;
}

/** The listing of one bucket. */
export class KeyListing {
  readonly #source: ListingSource;
  readonly #state = signal<ListingState>(emptyState(""));
  #keys: string[] = [];
  #known = new Set<string>();
  #marks = new Map<string, KeyMark>();
  #waiting = new Set<string>();
  #cursor: string | undefined;
  #underWay: AbortController | undefined;
  #isTold = true;

  constructor(source: ListingSource) {
    this.#source = source;
  }

  get state(): ReadonlySignal<ListingState> {
    return this.#state;
  }

  /** Lists from the start; what was asked for before is given up. */
  async search(prefix: string): Promise<void> {
    this.#underWay?.abort();
    this.#underWay = undefined;
    this.#forget();
    this.#state.value = { ...emptyState(prefix), loading: true };
    await this.#load();
  }

  /** Reads the next page, unless one is being read. */
  async more(): Promise<void> {
    if (this.#cursor === undefined || this.#underWay !== undefined) return;
    this.#state.value = { ...this.#state.value, loading: true };
    await this.#load();
  }

  /** Puts the keys that were written meanwhile before the others. */
  showWaiting(): void {
    this.#showFirst([...this.#waiting]);
  }

  /** Puts a key that this page has made before the others, unless it is listed. */
  show(key: string): void {
    if (!this.#known.has(key)) this.#showFirst([key]);
  }

  /** Takes note of a change. */
  note(change: KeyChange): void {
    const { key } = change;
    if (!key.startsWith(this.#state.value.prefix)) return;
    if (this.#known.has(key)) {
      const before = this.#marks.get(key);
      if (change.kind === "delete") this.#marks.set(key, "deleted");
      else if (before !== "new") this.#marks.set(key, "changed");
    } else if (change.kind === "delete") {
      this.#waiting.delete(key);
    } else if (this.#waiting.size < MOST_WAITING) {
      this.#waiting.add(key);
    }
    if (!this.#isTold) return;
    this.#isTold = false;
    this.#source.soon(() => {
      this.#isTold = true;
      this.#tell({});
    });
  }

  /** Gives up what is under way. */
  close(): void {
    this.#underWay?.abort();
  }

  async #load(): Promise<void> {
    const underWay = this.#underWay = new AbortController();
    try {
      const page = await this.#source.load({
        prefix: this.#state.value.prefix,
        limit: PAGE_SIZE,
        ...(this.#cursor !== undefined && { cursor: this.#cursor }),
      }, underWay.signal);
      if (underWay.signal.aborted) return;
      this.#underWay = undefined;
      this.#take(page);
    } catch (failure) {
      if (underWay.signal.aborted) return;
      this.#underWay = undefined;
      this.#tell({ loading: false, failure });
    }
  }

  #take(page: KeyList): void {
    let passed = this.#state.value.passed;
    if (this.#keys.length + page.keys.length > MOST_KEYS) {
      passed += this.#keys.length;
      this.#forget();
    }
    for (const key of page.keys) {
      // One that was written meanwhile may stand at the top already.
      if (this.#known.has(key)) continue;
      this.#known.add(key);
      this.#keys.push(key);
      if (this.#waiting.delete(key)) this.#marks.set(key, "changed");
    }
    this.#cursor = page.cursor;
    this.#tell({ loading: false, more: page.cursor !== undefined, passed });
  }

  #showFirst(keys: readonly string[]): void {
    for (const key of keys) {
      this.#waiting.delete(key);
      this.#known.add(key);
      this.#marks.set(key, "new");
    }
    this.#keys = [...keys, ...this.#keys];
    this.#tell({});
  }

  #forget(): void {
    this.#keys = [];
    this.#known = new Set();
    this.#marks = new Map();
    this.#waiting = new Set();
    this.#cursor = undefined;
  }

  #tell(news: Partial<ListingState>): void {
    const { failure: _, ...before } = this.#state.value;
    this.#state.value = {
      ...before,
      keys: this.#keys,
      marks: this.#marks,
      waiting: this.#waiting.size,
      ...news,
    };
  }
}

function emptyState(prefix: string): ListingState {
  return {
    prefix,
    keys: [],
    marks: new Map(),
    waiting: 0,
    loading: false,
    more: false,
    passed: 0,
  };
}

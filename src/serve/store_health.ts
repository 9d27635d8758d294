/**
 * Whether the stores that buckets are kept in can be used now.
 *
 * @module
 */

import type { Host } from "../assemble.ts";
import { settlesWithin } from "../runtime/settles_within.ts";

/**
 * Milliseconds that a store may take to answer: whoever asks waits a few seconds at most. More
 * than the two seconds that stores give their servers, for their own word says more.
 */
const PATIENCE = 2500;

/** What is known of one store. */
export interface StoreReport {
  readonly store: string;
  /** Where it is; holds no password. */
  readonly location: string;
  readonly usable: boolean;
  /** Why it is not; absent where it is. */
  readonly problem?: string;
}

/** A store, by one of the names that lead to it. */
interface Store {
  readonly name: string;
  readonly backend: string;
  readonly location: string;
}

/** Asks stores. However many ask, each store is asked once at a time. */
export class StoreHealth {
  readonly #buckets: Host["buckets"];
  readonly #stores: readonly Store[];
  readonly #asked = new Map<Store, Promise<void>>();
  readonly #reports = new Map<Store, Promise<StoreReport>>();

  constructor({ buckets }: Pick<Host, "buckets">) {
    this.#buckets = buckets;
    const stores = new Map<string, Store>();
    for (const { name = "", backend, location, access } of buckets.list()) {
      // What guests may not open, none can miss.
      if (access === "denied" || stores.has(location)) continue;
      stores.set(location, { name, backend, location });
    }
    this.#stores = [...stores.values()];
  }

  /** How it is with each of them. Never rejects, and takes no longer than a while. */
  report(): Promise<readonly StoreReport[]> {
    return Promise.all(this.#stores.map((store) => {
      // Who asks at the same time is told the same.
      const known = this.#reports.get(store);
      if (known !== undefined) return known;
      const report = this.#reportOf(store)
        .finally(() => this.#reports.delete(store));
      this.#reports.set(store, report);
      return report;
    }));
  }

  async #reportOf(store: Store): Promise<StoreReport> {
    const { backend, location } = store;
    const answer = this.#ask(store);
    if (!await settlesWithin(answer, PATIENCE)) {
      const problem = `no answer within ${PATIENCE} ms`;
      return { store: backend, location, usable: false, problem };
    }
    try {
      await answer;
      return { store: backend, location, usable: true };
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error);
      return { store: backend, location, usable: false, problem };
    }
  }

  #ask(store: Store): Promise<void> {
    const asked = this.#asked.get(store);
    if (asked !== undefined) return asked;
    const answer = this.#try(store)
      .finally(() => this.#asked.delete(store));
    // Whoever asked may have given up on it.
    answer.catch(() => {});
    this.#asked.set(store, answer);
    return answer;
  }

  async #try({ name }: Store): Promise<void> {
    const { backend } = await this.#buckets.locate(name);
    await backend.check?.();
  }
}

/**
 * Buckets in memory that count who watches them.
 *
 * @module
 */

import { openInMemory } from "../../src/keyvalue/in_memory.ts";
import type {
  Backend,
  Bucket,
  Change,
  WatchOptions,
} from "../../src/keyvalue/store.ts";

/** A number that can be waited for. */
export class WatchCount {
  #now = 0;
  #begun = 0;
  #waiting: (() => void)[] = [];

  /** How many watch now. */
  get now(): number {
    return this.#now;
  }

  /** How many ever have. */
  get begun(): number {
    return this.#begun;
  }

  /** Resolves when so many watch. */
  async reaches(count: number): Promise<void> {
    while (this.#now !== count) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  change(by: 1 | -1): void {
    this.#now += by;
    if (by > 0) this.#begun++;
    for (const wake of this.#waiting.splice(0)) wake();
  }
}

/** Opens such a store. */
export async function openCounted(count: WatchCount): Promise<Backend> {
  const backend = await openInMemory();
  return {
    summary: backend.summary,
    open: async (name) => counted(await backend.open(name), count),
    info: (name) => backend.info(name),
    drop: (name) => backend.drop(name),
    [Symbol.asyncDispose]: () => backend[Symbol.asyncDispose](),
  };
}

function counted(bucket: Bucket, count: WatchCount): Bucket {
  const watch = async function* (
    options: WatchOptions,
  ): AsyncGenerator<Change> {
    count.change(1);
    try {
      yield* bucket.watch!(options);
    } finally {
      count.change(-1);
    }
  };
  return new Proxy(bucket, {
    get(target, name) {
      if (name === "watch") return watch;
      const member: unknown = Reflect.get(target, name);
      return typeof member === "function" ? member.bind(target) : member;
    },
  });
}

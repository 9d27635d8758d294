/**
 * Order between those that follow paths and those that change what paths mean.
 *
 * Deno cannot open a file relative to an open directory. So between a look at a component and
 * its use another guest could put a symbolic link in its place; here the guests of this process
 * wait for one another. What other processes do is found out afterwards, in `resolve_path.ts`.
 *
 * @module
 */

import type { Gate } from "../../runtime/gate.ts";

/** Many may follow paths at once, one alone may change them. */
export class PathGate implements Gate {
  #changed: Promise<unknown> = Promise.resolve();
  #following: Promise<unknown>[] = [];

  follow<T>(task: () => Promise<T>): Promise<T> {
    const done = this.#changed.then(task);
    const over = settled(done);
    this.#following.push(over);
    over.then(() => {
      const at = this.#following.indexOf(over);
      if (at >= 0) this.#following.splice(at, 1);
    });
    return done;
  }

  change<T>(task: () => Promise<T>): Promise<T> {
    const before = [this.#changed, ...this.#following];
    this.#following = [];
    const done = Promise.all(before).then(task);
    this.#changed = settled(done);
    return done;
  }
}

function settled(promise: Promise<unknown>): Promise<void> {
  return promise.then(() => {}, () => {});
}

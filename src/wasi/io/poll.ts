/**
 * `wasi:io/poll@0.2`: waiting for any of several things.
 *
 * What is ready is answered at once, without a turn of the event loop; what is not
 * suspends the guest under JSPI until one of its sources says so.
 *
 * @module
 */

import type {
  HostInterface,
  InstanceContext,
} from "../../runtime/host_interface.ts";

/** Something a guest can wait for. */
export interface Readiness {
  /** Whether waiting would end at once. */
  isReady(): boolean;
  /** Resolves when it may have become ready; never rejects. */
  whenReady(): Promise<void>;
  /** The guest dropped its handle: let go of timers and listeners. */
  dispose?(): void;
}

/** `resource pollable` */
export class Pollable {
  readonly #source: Readiness;

  constructor(source: Readiness) {
    this.#source = source;
  }

  /** `ready: func() -> bool` */
  ready(): boolean {
    return this.#source.isReady();
  }

  /** `block: func()` */
  async block(): Promise<void> {
    while (!this.#source.isReady()) await this.#source.whenReady();
  }

  /** Resolves when the pollable may have become ready. For the host. */
  whenReady(): Promise<void> {
    return this.#source.whenReady();
  }

  [Symbol.dispose](): void {
    this.#source.dispose?.();
  }
}

/**
 * `poll: func(in: list<borrow<pollable>>) -> list<u32>`
 *
 * Returns the indexes of those that are ready, at least one. An empty list can never
 * become ready, and so it traps, as the WIT asks.
 */
export function poll(
  pollables: readonly Pollable[],
): Uint32Array | Promise<Uint32Array> {
  if (pollables.length === 0) {
    throw new TypeError("wasi:io/poll#poll was called with an empty list");
  }
  const ready = readyIndexes(pollables);
  return ready.length > 0 ? ready : pollLater(pollables);
}

async function pollLater(pollables: readonly Pollable[]): Promise<Uint32Array> {
  while (true) {
    await Promise.race(pollables.map((pollable) => pollable.whenReady()));
    const ready = readyIndexes(pollables);
    if (ready.length > 0) return ready;
  }
}

function readyIndexes(pollables: readonly Pollable[]): Uint32Array {
  const ready: number[] = [];
  for (const [index, pollable] of pollables.entries()) {
    if (pollable.ready()) ready.push(index);
  }
  return Uint32Array.from(ready);
}

/** After how many polls in a row that waited for nothing the event loop gets a turn. */
const POLLS_A_TURN = 64;

/**
 * `poll` for one instance, which lets the event loop go on now and then. A suspended guest is
 * resumed from a microtask: one that always finds something ready, as a guest's own
 * `setTimeout(again, 0)` does, would else hold back the sockets and the deadline that it or
 * another request depends on. A guest that was dropped meanwhile is not resumed at all.
 */
function makePoll(instance: InstanceContext): typeof poll {
  let atOnce = 0;
  let dropped = false;
  instance.onDrop(() => dropped = true);
  return (pollables) => {
    const answer = poll(pollables);
    if (answer instanceof Promise) {
      atOnce = 0;
      return answer;
    }
    if (++atOnce < POLLS_A_TURN) return answer;
    atOnce = 0;
    return new Promise((resolve) => {
      setImmediate(() => {
        if (!dropped) resolve(answer);
      });
    });
  };
}

/** A source that is ready from the start. */
export const ALWAYS_READY: Readiness = {
  isReady: () => true,
  whenReady: () => Promise.resolve(),
};

export const pollInterface: HostInterface = {
  name: "wasi:io/poll",
  version: "0.2.x",
  types: { pollable: "resource" },
  functions: {
    "[method]pollable.ready": "func(self: borrow<pollable>) -> bool",
    "[method]pollable.block": "func(self: borrow<pollable>)",
    "poll": "func(in: list<borrow<pollable>>) -> list<u32>",
  },
  waits: ["[method]pollable.block", "poll"],
  plain: "all",
  resources: { "pollable": Pollable },
  imports: (instance) => ({ poll: makePoll(instance) }),
};

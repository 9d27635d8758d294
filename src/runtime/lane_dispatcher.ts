/**
 * Several lanes as one: requests go where the least is under way, and a lane that ended by
 * itself is replaced.
 *
 * @module
 */

import type { BucketChange } from "./guest.ts";
import type { HttpAnswer, HttpRequest } from "./http_message.ts";
import { allInstances, type LaneInstances, NO_INSTANCES } from "./instances.ts";
import { type Lane, LaneBusyError } from "./lane.ts";
import type { WorkerLane } from "./worker_lane.ts";

/** Milliseconds before a lane that could not be replaced is tried again, doubled each time. */
const FIRST_PAUSE = 100;

/** The longest such pause. */
const LONGEST_PAUSE = 10_000;

/** How lanes are kept. */
export interface DispatcherOptions {
  /** How many there are; at least one. */
  readonly count: number;
  /** Opens one. */
  readonly open: () => Promise<WorkerLane>;
  /** How long a call waits while no lane is there, in milliseconds. */
  readonly queueTimeout: number;
  /** A lane ended, or could not be opened, and another one is to take its place. */
  readonly replacing: (reason: string) => void;
}

/** Several lanes of one component. */
export interface Lanes extends Lane {
  /** Whether its guests answer requests. */
  readonly answersHttp: boolean;
  /** Whether its guests are told of changes. */
  readonly takesChanges: boolean;
  /** Names of the components beside that none of its calls can reach. */
  readonly unreached: readonly string[];
}

/**
 * Opens lanes, and resolves when the first one is there.
 *
 * @throws {GuestTrap} The component traps when it is instantiated.
 * @throws {LinkError} It imports what is not offered.
 */
export async function openLanes(options: DispatcherOptions): Promise<Lanes> {
  const first = await options.open();
  const lanes = new Dispatcher(options);
  lanes.start(first);
  return {
    answersHttp: first.answersHttp,
    takesChanges: first.takesChanges,
    unreached: first.unreached,
    fetch: (request, id) => lanes.fetch(request, id),
    tell: (change, id) => lanes.tell(change, id),
    underWay: () => lanes.underWay(),
    instances: () => lanes.instances(),
    breakOff: () => lanes.breakOff(),
    [Symbol.asyncDispose]: () => lanes.close(),
  };
}

class Dispatcher {
  readonly #options: DispatcherOptions;
  readonly #lanes = new Set<WorkerLane>();
  readonly #places: Promise<void>[] = [];
  readonly #stop = new AbortController();
  #arrival = Promise.withResolvers<void>();
  /** Of lanes that have ended: what is counted never gets less. */
  #gone: LaneInstances = NO_INSTANCES;
  readonly #counted = new WeakMap<WorkerLane, LaneInstances>();

  constructor(options: DispatcherOptions) {
    this.#options = options;
  }

  start(first: WorkerLane): void {
    this.#places.push(this.#keep(first));
    for (let place = 1; place < this.#options.count; place++) {
      this.#places.push(this.#keep());
    }
  }

  fetch(request: HttpRequest, id: string): HttpAnswer {
    const lane = this.#leastBusy();
    return lane === undefined
      ? this.#next().then((lane) => lane.fetch(request, id))
      : lane.fetch(request, id);
  }

  async tell(change: BucketChange, id: string): Promise<void> {
    const lane = this.#leastBusy() ?? await this.#next();
    await lane.tell(change, id);
  }

  underWay(): readonly number[] {
    return [...this.#lanes].map(({ load }) => load);
  }

  async instances(): Promise<LaneInstances> {
    await Promise.all([...this.#lanes].map(async (lane) => {
      const counted = await lane.instances();
      // One that has ended meanwhile is among those that are gone.
      if (this.#lanes.has(lane)) this.#counted.set(lane, counted);
    }));
    const counted = [...this.#lanes].map((lane) =>
      this.#counted.get(lane) ?? NO_INSTANCES
    );
    return allInstances([...counted, this.#gone]);
  }

  breakOff(): void {
    this.#stop.abort();
    this.#arrival.resolve();
    for (const lane of this.#lanes) lane.breakOff();
  }

  async close(): Promise<void> {
    this.#stop.abort();
    this.#arrival.resolve();
    await Promise.all(
      [...this.#lanes].map((lane) => lane[Symbol.asyncDispose]()),
    );
    await Promise.all(this.#places);
  }

  #leastBusy(): WorkerLane | undefined {
    let found: WorkerLane | undefined;
    for (const lane of this.#lanes) {
      if (found === undefined || lane.load < found.load) found = lane;
    }
    return found;
  }

  /** A lane as soon as there is one. */
  async #next(): Promise<WorkerLane> {
    const { queueTimeout } = this.#options;
    const timeout = AbortSignal.timeout(queueTimeout);
    const { signal } = this.#stop;
    for (;;) {
      await settled(this.#arrival.promise, timeout);
      const lane = this.#leastBusy();
      if (lane !== undefined) return lane;
      if (timeout.aborted || signal.aborted) {
        throw new LaneBusyError("No thread is there to run the component");
      }
    }
  }

  /** Sees to it that there is a lane in one place, until all are to end. Never rejects. */
  async #keep(first?: WorkerLane): Promise<void> {
    const { signal } = this.#stop;
    let lane = first;
    let pause = FIRST_PAUSE;
    while (!signal.aborted) {
      try {
        lane ??= await this.#options.open();
      } catch (error) {
        if (signal.aborted) return;
        this.#options.replacing(
          error instanceof Error ? error.message : String(error),
        );
        await pauseFor(pause, signal);
        pause = Math.min(LONGEST_PAUSE, pause * 2);
        continue;
      }
      if (signal.aborted) return await lane[Symbol.asyncDispose]();
      pause = FIRST_PAUSE;
      this.#add(lane);
      const reason = await lane.ended;
      this.#remove(lane);
      lane = undefined;
      if (!signal.aborted && reason !== undefined) {
        this.#options.replacing(reason);
      }
    }
  }

  #add(lane: WorkerLane): void {
    this.#lanes.add(lane);
    this.#arrival.resolve();
  }

  #remove(lane: WorkerLane): void {
    this.#lanes.delete(lane);
    const { made } = this.#counted.get(lane) ?? NO_INSTANCES;
    const gone = { threads: [], made, dropped: made };
    this.#gone = allInstances([this.#gone, gone]);
    if (this.#lanes.size === 0) this.#arrival = Promise.withResolvers();
  }
}

/** Resolves when the promise does, or the signal aborts. */
function settled(promise: Promise<void>, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const end = () => {
      signal.removeEventListener("abort", end);
      resolve();
    };
    signal.addEventListener("abort", end);
    promise.then(end);
  });
}

function pauseFor(milliseconds: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, milliseconds);
  return settled(promise, signal).finally(() => clearTimeout(timer));
}

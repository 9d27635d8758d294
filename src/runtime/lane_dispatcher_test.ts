import assert from "node:assert/strict";
import { openLanes } from "./lane_dispatcher.ts";
import { type LaneInstances, NO_INSTANCES } from "./instances.ts";
import { LaneBusyError } from "./lane.ts";
import { GuestTrap } from "./trap.ts";
import type { WorkerLane } from "./worker_lane.ts";

const REQUEST = {
  method: "GET",
  url: "http://guest.test/",
  headers: [],
  body: null,
};

/** A lane without a Worker. */
class FakeLane implements WorkerLane {
  readonly answersHttp = true;
  readonly takesChanges = false;
  readonly unreached: readonly string[] = [];
  readonly served: string[] = [];
  readonly end = Promise.withResolvers<string | undefined>();
  load = 0;
  counts: LaneInstances = NO_INSTANCES;
  disposed = false;

  get ended(): Promise<string | undefined> {
    return this.end.promise;
  }

  fetch(_request: unknown, id: string) {
    this.served.push(id);
    this.load++;
    return Promise.resolve({ status: 200, headers: [], body: null });
  }

  tell(): Promise<void> {
    return Promise.resolve();
  }

  underWay(): readonly number[] {
    return [this.load];
  }

  instances(): Promise<LaneInstances> {
    return Promise.resolve(this.counts);
  }

  breakOff(): void {
    this.end.resolve(undefined);
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.disposed = true;
    this.end.resolve(undefined);
    return Promise.resolve();
  }
}

/** Opens lanes one after the other, each as it is let. */
async function open(count: number, queueTimeout = 10_000) {
  const lanes: FakeLane[] = [];
  const replaced: string[] = [];
  const arrivals: (() => void)[] = [];
  let openLane = () => Promise.resolve(new FakeLane());
  const dispatcher = await openLanes({
    count,
    queueTimeout,
    replacing: (reason) => replaced.push(reason),
    open: async () => {
      const lane = await openLane();
      lanes.push(lane);
      for (const arrived of arrivals.splice(0)) queueMicrotask(arrived);
      return lane;
    },
  });
  return {
    dispatcher,
    lanes,
    replaced,
    openBy: (next: () => Promise<FakeLane>) => openLane = next,
    arrival: () => new Promise<void>((resolve) => arrivals.push(resolve)),
  };
}

/** Every promise that can be settled is. */
function settle(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

Deno.test("openLanes() rejects with what the first lane rejects with", async () => {
  const trap = new GuestTrap("trapped", "at the start");
  await assert.rejects(
    openLanes({
      count: 3,
      queueTimeout: 1,
      replacing: () => assert.fail("nothing is to be replaced"),
      open: () => Promise.reject(trap),
    }),
    (error) => error === trap,
  );
});

Deno.test("fetch() goes where the least is under way", async () => {
  const { dispatcher, lanes } = await open(3);
  await settle();
  assert.equal(lanes.length, 3);
  lanes[0]!.load = 2;
  lanes[1]!.load = 0;
  lanes[2]!.load = 1;
  for (const id of ["1", "2", "3"]) await dispatcher.fetch(REQUEST, id);
  assert.deepEqual(lanes.map(({ load }) => load), [2, 2, 2]);
  assert.deepEqual(lanes[0]!.served, []);
  await dispatcher[Symbol.asyncDispose]();
  assert.deepEqual(lanes.map(({ disposed }) => disposed), [true, true, true]);
});

Deno.test("fetch() waits for the lane that replaces one that ended", async () => {
  const { dispatcher, lanes, replaced, openBy } = await open(1);
  const next = Promise.withResolvers<FakeLane>();
  openBy(() => next.promise);
  lanes[0]!.end.resolve("it broke");
  await settle();
  assert.deepEqual(replaced, ["it broke"]);
  const answering = dispatcher.fetch(REQUEST, "1");
  next.resolve(new FakeLane());
  await answering;
  assert.deepEqual(lanes[1]!.served, ["1"]);
  await dispatcher[Symbol.asyncDispose]();
});

Deno.test("fetch() turns away what waits for a lane for too long", async () => {
  const { dispatcher, lanes, openBy } = await open(1, 1);
  const next = Promise.withResolvers<FakeLane>();
  openBy(() => next.promise);
  lanes[0]!.end.resolve("it broke");
  await settle();
  await assert.rejects(
    async () => await dispatcher.fetch(REQUEST, "1"),
    LaneBusyError,
  );
  const late = new FakeLane();
  const disposing = dispatcher[Symbol.asyncDispose]();
  next.resolve(late);
  await disposing;
  assert.equal(late.disposed, true);
});

Deno.test("a lane that cannot be replaced is tried again", async () => {
  const { dispatcher, lanes, replaced, openBy, arrival } = await open(1);
  let failures = 1;
  openBy(() =>
    failures-- > 0
      ? Promise.reject(new Error("no thread"))
      : Promise.resolve(new FakeLane())
  );
  const arrived = arrival();
  lanes[0]!.end.resolve("it broke");
  await arrived;
  assert.deepEqual(replaced, ["it broke", "no thread"]);
  await dispatcher.fetch(REQUEST, "1");
  assert.deepEqual(lanes[1]!.served, ["1"]);
  await dispatcher[Symbol.asyncDispose]();
});

Deno.test("underWay() counts each lane, and breakOff() ends all and replaces none", async () => {
  const { dispatcher, lanes, replaced } = await open(2);
  await settle();
  await dispatcher.fetch(REQUEST, "1");
  assert.deepEqual(dispatcher.underWay(), [1, 0]);
  dispatcher.breakOff();
  await Promise.all(lanes.map(({ ended }) => ended));
  await dispatcher[Symbol.asyncDispose]();
  assert.deepEqual([lanes.length, replaced], [2, []]);
});

Deno.test("instances() tells of each lane, and never counts less", async () => {
  const { dispatcher, lanes } = await open(2);
  await settle();
  const counts = (made: number) => ({
    threads: [{ ready: 1, busy: made }],
    made,
    dropped: made - 1,
  });
  [lanes[0]!.counts, lanes[1]!.counts] = [counts(5), counts(3)];
  assert.deepEqual(await dispatcher.instances(), {
    threads: [{ ready: 1, busy: 5 }, { ready: 1, busy: 3 }],
    made: 8,
    dropped: 6,
  });
  lanes[0]!.end.resolve("it broke");
  await settle();
  lanes[2]!.counts = counts(1);
  assert.deepEqual(await dispatcher.instances(), {
    threads: [{ ready: 1, busy: 3 }, { ready: 1, busy: 1 }],
    made: 9,
    dropped: 7,
  });
  await dispatcher[Symbol.asyncDispose]();
});

import assert from "node:assert/strict";
import { bytes } from "../../../tests/support/keyvalue_values.ts";
import { stubBucket } from "../../../tests/support/stub_bucket.ts";
import {
  type Bucket,
  type Change,
  KeyValueError,
} from "../../keyvalue/store.ts";
import type { BucketChange } from "../../runtime/guest.ts";
import { LaneBusyError } from "../../runtime/lane.ts";
import {
  type LostChange,
  MOST_CALLS,
  MOST_IN_HAND,
  type ServedChange,
  watchBuckets,
} from "./watching.ts";

/** A call of the component that goes on until the test ends it. */
interface Told {
  readonly change: BucketChange;
  readonly id: string;
  readonly end: PromiseWithResolvers<void>;
}

interface Setup {
  /** What one watch after the other does; the last one is repeated. */
  readonly watches?: readonly ((
    signal: AbortSignal,
  ) => AsyncIterable<Change>)[];
  readonly open?: (name: string) => Promise<Bucket>;
  readonly watched?: readonly string[];
  readonly drainTimeout?: number;
}

function set(key: string, value = ""): Change {
  return { kind: "set", key, entry: { value: bytes(value), version: "1" } };
}

/** A watch that yields these and then waits for its end. */
function watchOf(...changes: readonly Change[]) {
  return async function* (signal: AbortSignal): AsyncGenerator<Change> {
    yield* changes;
    if (signal.aborted) return;
    await new Promise((resolve) => signal.addEventListener("abort", resolve));
  };
}

function start(
  { watches = [], open, watched = ["b"], drainTimeout = 10_000 }: Setup,
) {
  const told: Told[] = [];
  const served: ServedChange[] = [];
  const lost: LostChange[] = [];
  const unwatchable: string[] = [];
  const interrupted: unknown[] = [];
  const pauses: number[] = [];
  const arrivals = new EventTarget();
  const arrive = () => arrivals.dispatchEvent(new Event("arrival"));
  let begun = 0;
  const bucket = stubBucket({
    watch: ({ signal }) =>
      (watches[Math.min(begun++, watches.length - 1)] ?? watchOf())(signal),
  });
  const watching = watchBuckets({
    watched,
    buckets: { open: open ?? (() => Promise.resolve(bucket)) },
    tell(change, id) {
      const end = Promise.withResolvers<void>();
      told.push({ change, id, end });
      arrive();
      return end.promise;
    },
    events: {
      served: (event) => (served.push(event), arrive()),
      lost: (event) => (lost.push(event), arrive()),
      unwatchable: (name) => (unwatchable.push(name), arrive()),
      interrupted: (_, cause) => (interrupted.push(cause), arrive()),
    },
    drainTimeout,
    pause: (milliseconds) => {
      pauses.push(milliseconds);
      return settle();
    },
  });
  return {
    told,
    served,
    lost,
    unwatchable,
    interrupted,
    pauses,
    async until(isSo: () => boolean) {
      while (!isSo()) {
        await new Promise((resolve) =>
          arrivals.addEventListener("arrival", resolve, { once: true })
        );
      }
    },
    stop: () => watching[Symbol.asyncDispose](),
  };
}

/** Lets everything happen that waits for nothing but promises. */
function settle(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

Deno.test("watchBuckets() tells of each change as plain data, with an id of its own", async () => {
  const { told, served, until, stop } = start({
    watches: [watchOf(set("a", "1"), { kind: "delete", key: "b" })],
  });
  await until(() => told.length === 2);
  assert.deepEqual(told.map(({ id, change }) => [id, change]), [
    ["change-1", { kind: "set", bucket: "b", key: "a", value: bytes("1") }],
    ["change-2", { kind: "delete", bucket: "b", key: "b" }],
  ]);
  for (const { end } of told) end.resolve();
  await until(() => served.length === 2);
  assert.deepEqual(served.map(({ id, calls }) => [id, calls]), [
    ["change-1", 1],
    ["change-2", 1],
  ]);
  await stop();
});

Deno.test("watchBuckets() keeps the order of a key, and lets other keys go ahead", async () => {
  const { told, until, stop } = start({
    watches: [watchOf(set("a", "1"), set("a", "2"), set("b", "3"))],
  });
  await until(() => told.length === 2);
  await settle();
  assert.deepEqual(told.map(({ change }) => change.key), ["a", "b"]);
  told[0]!.end.resolve();
  await until(() => told.length === 3);
  assert.deepEqual(told[2]!.change, {
    kind: "set",
    bucket: "b",
    key: "a",
    value: bytes("2"),
  });
  for (const { end } of told) end.resolve();
  await stop();
});

Deno.test("watchBuckets() keeps the order of a key whose call is repeated", async () => {
  const { told, until, stop } = start({
    watches: [watchOf(set("a", "1"), set("a", "2"))],
  });
  await until(() => told.length === 1);
  told[0]!.end.reject(new Error("trapped"));
  await until(() => told.length === 2);
  assert.equal(told[1]!.id, told[0]!.id);
  told[1]!.end.resolve();
  await until(() => told.length === 3);
  assert.equal(told[2]!.id, "change-2");
  told[2]!.end.resolve();
  await stop();
});

Deno.test("watchBuckets() calls for a change a few times, with longer pauses, and reports it as lost", async () => {
  const { told, lost, pauses, until, stop } = start({
    watches: [watchOf(set("a"), set("a"))],
  });
  const trap = new Error("trapped");
  for (let calls = 1; calls <= MOST_CALLS; calls++) {
    await until(() => told.length === calls);
    told.at(-1)!.end.reject(trap);
  }
  await until(() => lost.length === 1);
  assert.deepEqual(pauses, [100, 400, 1600, 6400]);
  assert.equal(lost[0]!.id, "change-1");
  assert.equal(lost[0]!.calls, MOST_CALLS);
  assert.equal(lost[0]!.cause, trap);
  await until(() => told.length === MOST_CALLS + 1);
  told.at(-1)!.end.resolve();
  await stop();
  assert.equal(lost.length, 1);
});

Deno.test("watchBuckets() does not count calls for which no instance came free", async () => {
  const { told, served, until, stop } = start({ watches: [watchOf(set("a"))] });
  for (let calls = 1; calls <= MOST_CALLS * 2; calls++) {
    await until(() => told.length === calls);
    told.at(-1)!.end.reject(new LaneBusyError("busy"));
  }
  await until(() => told.length === MOST_CALLS * 2 + 1);
  told.at(-1)!.end.resolve();
  await until(() => served.length === 1);
  assert.equal(served[0]!.calls, 1);
  await stop();
});

Deno.test("watchBuckets() takes no more of the store than it has in hand", async () => {
  let pulled = 0;
  const { told, until, stop } = start({
    watches: [async function* () {
      while (true) {
        await settle();
        yield set(`key ${pulled++}`);
      }
    }],
  });
  await until(() => told.length === MOST_IN_HAND);
  for (let turn = 0; turn < 10; turn++) await settle();
  assert.equal(pulled, MOST_IN_HAND);
  told[3]!.end.resolve();
  await until(() => told.length === MOST_IN_HAND + 1);
  assert.equal(pulled, MOST_IN_HAND + 1);
  const stopping = stop();
  for (const { end } of told) end.resolve();
  await stopping;
});

Deno.test("watchBuckets() begins a watch anew that failed or ended, and tells of it once", async () => {
  const away = new KeyValueError("other", "Cannot watch: the store is away");
  const fail = () => {
    throw away;
  };
  const { told, interrupted, pauses, until, stop } = start({
    watches: [
      fail,
      fail,
      async function* () {},
      watchOf(set("a")),
    ],
  });
  await until(() => told.length === 1);
  assert.deepEqual(interrupted, [away]);
  assert.deepEqual(pauses, [500, 1000, 2000]);
  told[0]!.end.resolve();
  await stop();
});

Deno.test("watchBuckets() tells of an interruption again when there were changes between", async () => {
  const broken = async function* () {
    yield set("a");
    throw new Error("lost");
  };
  const { told, served, interrupted, pauses, until, stop } = start({
    watches: [broken, broken, watchOf()],
  });
  await until(() => told.length > 0);
  told[0]!.end.resolve();
  await until(() => told.length === 2);
  told[1]!.end.resolve();
  await until(() => interrupted.length === 2);
  assert.deepEqual(pauses, [500, 500]);
  await until(() => served.length === 2);
  await stop();
});

Deno.test("watchBuckets() waits for a store that cannot be opened, and other buckets do not", async () => {
  let tries = 0;
  const { told, interrupted, until, stop } = start({
    watched: ["away", "b", "b"],
    open: (name) => {
      if (name === "away" && tries++ < 4) {
        return Promise.reject(new KeyValueError("other", "away"));
      }
      return Promise.resolve(
        stubBucket({ watch: ({ signal }) => watchOf(set(name))(signal) }),
      );
    },
  });
  await until(() => told.length === 2);
  assert.deepEqual(told.map(({ change }) => change.bucket), ["b", "away"]);
  assert.equal(interrupted.length, 1);
  for (const { end } of told) end.resolve();
  await stop();
});

Deno.test("watchBuckets() names a bucket that cannot be watched, and does not try again", async () => {
  const { unwatchable, pauses, until, stop } = start({
    open: () => Promise.resolve(stubBucket({})),
  });
  await until(() => unwatchable.length === 1);
  await settle();
  assert.deepEqual(unwatchable, ["b"]);
  assert.deepEqual(pauses, []);
  await stop();
});

Deno.test("disposing waits for the changes in hand, and takes no further ones", async () => {
  const { told, served, until, stop } = start({
    watches: [async function* () {
      for (let number = 0;; number++) yield set("a", String(number));
    }],
  });
  await until(() => told.length === 1);
  await settle();
  let stopped = false;
  const stopping = stop().then(() => stopped = true);
  for (let number = 0; number < MOST_IN_HAND; number++) {
    await until(() => told.length === number + 1);
    await settle();
    assert.equal(stopped, false);
    told[number]!.end.resolve();
  }
  await stopping;
  assert.equal(told.length, MOST_IN_HAND);
  assert.equal(served.length, MOST_IN_HAND);
});

Deno.test("disposing tells of a change once more whose call failed, and reports it as lost", async () => {
  const { told, lost, until, stop } = start({ watches: [watchOf(set("a"))] });
  await until(() => told.length === 1);
  const stopping = stop();
  told[0]!.end.reject(new Error("trapped"));
  await until(() => told.length === 2);
  told[1]!.end.reject(new Error("trapped again"));
  await stopping;
  assert.equal(told.length, 2);
  assert.equal(lost[0]!.calls, 2);
});

Deno.test("disposing reports changes as lost that cannot begin in time", async () => {
  const { told, lost, until, stop } = start({
    watches: [watchOf(set("a"), set("a"))],
    drainTimeout: 0,
  });
  await until(() => told.length === 1);
  await settle();
  const stopping = stop();
  await settle();
  await settle();
  told[0]!.end.resolve();
  await stopping;
  assert.equal(told.length, 1);
  assert.deepEqual(
    lost.map(({ id, calls, cause }) => ({ id, calls, cause })),
    [{ id: "change-2", calls: 0, cause: undefined }],
  );
});

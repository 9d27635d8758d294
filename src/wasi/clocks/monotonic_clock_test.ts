import assert from "node:assert/strict";
import { RecordedInstance } from "../../../tests/support/recorded_instance.ts";
import type { Pollable } from "../io/poll.ts";
import { monotonicClockInterface } from "./monotonic_clock.ts";

interface MonotonicClock {
  now(): bigint;
  resolution(): bigint;
  subscribeInstant(when: bigint): Pollable;
  subscribeDuration(when: bigint): Pollable;
}

function clockOf(instance: RecordedInstance): MonotonicClock {
  return monotonicClockInterface
    .imports(instance) as unknown as MonotonicClock;
}

interface HeldTimer {
  readonly delay: number;
  fire(): void;
}

/** Timers that are held until the test fires them. */
function holdTimers() {
  const { setTimeout, clearTimeout } = globalThis;
  const running = new Map<number, HeldTimer>();
  let nextId = 1;
  Object.assign(globalThis, {
    setTimeout(callback: () => void, delay: number): number {
      const id = nextId++;
      const fire = () => {
        running.delete(id);
        callback();
      };
      running.set(id, { delay, fire });
      return id;
    },
    clearTimeout: (id: number) => running.delete(id),
  });
  return {
    get running(): HeldTimer[] {
      return [...running.values()];
    },
    get started(): number {
      return nextId - 1;
    },
    [Symbol.dispose](): void {
      Object.assign(globalThis, { setTimeout, clearTimeout });
    },
  };
}

Deno.test("now() never goes back", () => {
  using instance = new RecordedInstance();
  const { now } = clockOf(instance);
  let last = now();
  for (let count = 0; count < 1000; count++) {
    const next = now();
    assert.ok(next >= last);
    last = next;
  }
});

Deno.test("resolution() is a duration", () => {
  using instance = new RecordedInstance();
  assert.ok(clockOf(instance).resolution() > 0n);
});

for (const duration of [1n, 1_000n, 999_999n, 1_000_001n, 3_000_000n]) {
  Deno.test(`a wait for ${duration} ns never ends early`, async () => {
    using instance = new RecordedInstance();
    const { now, subscribeDuration, subscribeInstant } = clockOf(instance);
    const start = now();
    await subscribeDuration(duration).block();
    assert.ok(now() - start >= duration);
    const until = now() + duration;
    await subscribeInstant(until).block();
    assert.ok(now() >= until);
  });
}

Deno.test("what is past is ready at once, without a timer", async () => {
  using timers = holdTimers();
  using instance = new RecordedInstance();
  const { now, subscribeDuration, subscribeInstant } = clockOf(instance);
  for (
    const pollable of [
      subscribeDuration(0n),
      subscribeInstant(0n),
      subscribeInstant(now()),
    ]
  ) {
    assert.equal(pollable.ready(), true);
    await pollable.block();
  }
  assert.equal(timers.started, 0);
});

Deno.test("a pollable has one timer, made by the first wait", () => {
  using timers = holdTimers();
  using instance = new RecordedInstance();
  const pollable = clockOf(instance).subscribeDuration(10n ** 9n);
  assert.equal(pollable.ready(), false);
  assert.equal(timers.started, 0);
  pollable.whenReady();
  pollable.whenReady();
  assert.equal(timers.started, 1);
  assert.ok(Math.abs(timers.running[0]!.delay - 1000) <= 1);
});

for (
  const duration of [
    2n ** 31n * 1_000_000n,
    10n ** 18n,
    2n ** 63n,
    2n ** 64n - 1n,
  ]
) {
  Deno.test(`a wait for ${duration} ns is made of delays a timer can carry`, () => {
    using timers = holdTimers();
    using instance = new RecordedInstance();
    const pollable = clockOf(instance).subscribeDuration(duration);
    pollable.whenReady();
    for (let count = 0; count < 3; count++) {
      const [timer, ...others] = timers.running;
      assert.ok(timer && others.length === 0);
      assert.equal(timer.delay, 2 ** 31 - 1);
      timer.fire();
      assert.equal(pollable.ready(), false);
    }
  });
}

Deno.test("dropping a pollable stops its timer", () => {
  using timers = holdTimers();
  using instance = new RecordedInstance();
  const pollable = clockOf(instance).subscribeDuration(10n ** 12n);
  pollable.whenReady();
  pollable[Symbol.dispose]();
  assert.deepEqual(timers.running, []);
});

Deno.test("dropping the instance stops every timer, and no other one's", () => {
  using timers = holdTimers();
  const instance = new RecordedInstance();
  using other = new RecordedInstance();
  const clock = clockOf(instance);
  clock.subscribeDuration(10n ** 12n).whenReady();
  clock.subscribeDuration(10n ** 13n).whenReady();
  clockOf(other).subscribeDuration(10n ** 12n).whenReady();
  instance.drop();
  assert.equal(timers.running.length, 1);
});

Deno.test("a dropped instance starts no timer any more", () => {
  using timers = holdTimers();
  const instance = new RecordedInstance();
  const clock = clockOf(instance);
  instance.drop();
  clock.subscribeDuration(10n ** 12n).whenReady();
  assert.equal(timers.started, 0);
});

Deno.test("a wait whose time comes while its timer is set asks for no negative delay", () => {
  using instance = new RecordedInstance();
  const { subscribeDuration } = clockOf(instance);
  using timers = holdTimers();
  // A busy machine may take the processor away between two looks at the clock.
  const { now } = performance;
  let looks = 0;
  performance.now = () => 1000 + 10 * looks++;
  try {
    subscribeDuration(15_000_000n).whenReady();
  } finally {
    performance.now = now;
  }
  assert.deepEqual(timers.running.map(({ delay }) => delay), [0]);
});

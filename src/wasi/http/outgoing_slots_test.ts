import assert from "node:assert/strict";
import { RecordedInstance } from "../../../tests/support/recorded_instance.ts";
import { CallCounter, Slots } from "./outgoing_slots.ts";

Deno.test("take() gives no more slots than there are", () => {
  const slots = new Slots(1);
  const release = slots.take();
  assert.ok(release);
  assert.equal(slots.take(), undefined);
  release();
  release(); // twice is once
  assert.ok(slots.take());
  assert.equal(slots.take(), undefined);
});

Deno.test("wait() gives slots to those that wait, first come, first served", async () => {
  const slots = new Slots(1);
  const never = new Promise<void>(() => {});
  let release = slots.take()!;
  const order: number[] = [];
  const waiting = [1, 2, 3].map(async (number) => {
    const mine = await slots.wait(never);
    order.push(number);
    release = mine!;
  });
  for (const each of waiting) {
    release();
    await each;
  }
  assert.deepEqual(order, [1, 2, 3]);
});

Deno.test("wait() ends without a slot when it is over, and leaves none behind", async () => {
  const slots = new Slots(1);
  const release = slots.take()!;
  const over = Promise.withResolvers<void>();
  const given = slots.wait(over.promise);
  const next = slots.wait(new Promise(() => {}));
  over.resolve();
  assert.equal(await given, undefined);
  release();
  assert.ok(await next);
});

Deno.test("take() of a counter begins anew with each request", () => {
  const instance = new RecordedInstance();
  const counter = new CallCounter(instance, { concurrent: 2, total: 3 });
  const take = () => {
    const taken = counter.take();
    return typeof taken === "string" ? taken : (taken(), "taken");
  };
  instance.requestId = "1";
  assert.deepEqual([take(), take(), take(), take()], [
    "taken",
    "taken",
    "taken",
    "total",
  ]);
  instance.requestId = "2";
  const held = counter.take();
  assert.equal(typeof held, "function");
  assert.equal(typeof counter.take(), "function");
  assert.equal(counter.take(), "concurrent");
});

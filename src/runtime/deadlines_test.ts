import assert from "node:assert/strict";
import { FakeCall } from "./_fake_guests.ts";
import { Deadlines } from "./deadlines.ts";

/** A call that keeps its client waiting from now on. */
function keeping(): FakeCall {
  const call = new FakeCall();
  call.since = performance.now();
  return call;
}

/** Watches a call until it is aborted. */
async function watchToItsEnd(
  deadlines: Deadlines,
  call: FakeCall,
): Promise<void> {
  const watched = deadlines.watch(call);
  await call.aborted.promise;
  deadlines.forget(watched);
}

Deno.test("Deadlines ends a call that keeps its client waiting", async () => {
  const deadlines = new Deadlines(20);
  const call = keeping();
  const started = performance.now();
  const watched = deadlines.watch(call);
  const trap = await call.aborted.promise;
  deadlines.forget(watched);
  assert.ok(performance.now() - started >= 20);
  assert.equal(trap.kind, "deadline");
  assert.equal(trap.status, 504);
  assert.equal(
    trap.message,
    "The guest kept the client waiting for more than 0.02 seconds; " +
      "dev.request_timeout allows more",
  );
});

Deno.test("Deadlines leaves a call alone that waits for its client", async () => {
  const deadlines = new Deadlines(20);
  const waits = new FakeCall();
  const watched = deadlines.watch(waits);
  for (let deadline = 0; deadline < 3; deadline++) {
    await watchToItsEnd(deadlines, keeping());
  }
  assert.equal(waits.aborts, 0);

  // Now it is the client who waits.
  waits.since = performance.now();
  await waits.aborted.promise;
  deadlines.forget(watched);
});

Deno.test("Deadlines counts from when the client began to wait, not from the call", async () => {
  const deadlines = new Deadlines(30);
  const goesOn = keeping();
  goesOn.since = Infinity; // whenever it is asked, the client got something just now
  const watched = deadlines.watch(goesOn);
  for (let deadline = 0; deadline < 3; deadline++) {
    await watchToItsEnd(deadlines, keeping());
  }
  assert.equal(goesOn.aborts, 0);
  deadlines.forget(watched);
});

Deno.test("Deadlines has no timer left when every call is forgotten", () => {
  // The test runner's own check is the assertion: a timer left behind fails the test.
  const deadlines = new Deadlines(30_000);
  const calls = [keeping(), keeping()];
  const watched = calls.map((call) => deadlines.watch(call));
  for (const call of watched) deadlines.forget(call);
  deadlines.forget(watched[0]!);
  deadlines.forget(deadlines.watch(calls[0]!));
});

Deno.test("Deadlines forgets the call that is meant, and no other", async () => {
  const deadlines = new Deadlines(20);
  const calls = [keeping(), keeping(), keeping(), keeping()];
  const watched = calls.map((call) => deadlines.watch(call));
  for (const call of [0, 2, 0]) deadlines.forget(watched[call]!);
  await Promise.all([calls[1]!.aborted.promise, calls[3]!.aborted.promise]);
  assert.deepEqual(calls.map(({ aborts }) => aborts > 0), [
    false,
    true,
    false,
    true,
  ]);
  for (const call of watched) deadlines.forget(call);
});

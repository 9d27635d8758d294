import assert from "node:assert/strict";
import { Wake } from "./wake.ts";

Deno.test("wake() ends every wait that began before it", async () => {
  const wake = new Wake({ dropped: false });
  const waits = [wake.wait(), wake.wait()];
  wake.wake();
  await Promise.all(waits);
  let ended = false;
  wake.wait().then(() => ended = true);
  await Promise.resolve();
  assert.equal(ended, false);
});

Deno.test("wake() ends no wait of one that was dropped", async () => {
  const waiter = { dropped: false };
  const wake = new Wake(waiter);
  let ended = false;
  wake.wait().then(() => ended = true);
  waiter.dropped = true;
  wake.wake();
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(ended, false);
});

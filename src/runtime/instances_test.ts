import assert from "node:assert/strict";
import { RemoteInstances } from "./instances.ts";

const TOLD = { threads: [{ ready: 2, busy: 1 }], made: 9, dropped: 6 };

Deno.test("RemoteInstances asks once for all who ask meanwhile", async () => {
  let asked = 0;
  const instances = new RemoteInstances(() => asked++);
  const both = Promise.all([instances.now(), instances.now()]);
  instances.take(TOLD);
  assert.deepEqual(await both, [TOLD, TOLD]);
  assert.equal(asked, 1);
  const again = instances.now();
  instances.take({ ...TOLD, made: 10 });
  assert.equal((await again).made, 10);
  assert.equal(asked, 2);
});

Deno.test("RemoteInstances has what was told last of a thread that stands still", async () => {
  const instances = new RemoteInstances(() => {});
  assert.equal((await instances.now()).made, 0);
  instances.take(TOLD);
  assert.deepEqual(await instances.now(), TOLD);
});

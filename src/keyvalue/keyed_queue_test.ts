import assert from "node:assert/strict";
import { Gate, KeyedQueue } from "./keyed_queue.ts";

Deno.test("KeyedQueue.run() runs the tasks of a key in order, one at a time", async () => {
  const queue = new KeyedQueue<string>();
  const log: string[] = [];
  const gates = [
    Promise.withResolvers<void>(),
    Promise.withResolvers<void>(),
  ] as const;
  const first = queue.run("key", async () => {
    log.push("first begins");
    await gates[0].promise;
    log.push("first ends");
  });
  const second = queue.run("key", async () => {
    log.push("second begins");
    await gates[1].promise;
    log.push("second ends");
  });
  // Another key does not wait.
  assert.equal(
    await queue.run("other", () => Promise.resolve("other")),
    "other",
  );
  assert.deepEqual(log, ["first begins"]);
  gates[1].resolve();
  gates[0].resolve();
  await Promise.all([first, second]);
  assert.deepEqual(log, [
    "first begins",
    "first ends",
    "second begins",
    "second ends",
  ]);
});

Deno.test("KeyedQueue.run() goes on after a task that failed, and gives each caller its own outcome", async () => {
  const queue = new KeyedQueue<string>();
  const failed = queue.run("key", () => Promise.reject(new Error("one")));
  const done = queue.run("key", () => Promise.resolve("two"));
  await assert.rejects(failed, { message: "one" });
  assert.equal(await done, "two");
});

Deno.test("KeyedQueue.idle() waits for tasks that were added meanwhile", async () => {
  const queue = new KeyedQueue<number>();
  const log: number[] = [];
  queue.run(1, async () => {
    await Promise.resolve();
    queue.run(2, async () => {
      await Promise.resolve();
      log.push(2);
    });
    log.push(1);
  });
  await queue.idle();
  assert.deepEqual(log, [1, 2]);
});

Deno.test("Gate.run() lets no more tasks run at once than it is wide, and all in turn", async () => {
  const gate = new Gate(3);
  let running = 0;
  let most = 0;
  const tasks = Array.from({ length: 20 }, (_, index) =>
    gate.run(async () => {
      most = Math.max(most, ++running);
      for (let turn = 0; turn < index % 4; turn++) await Promise.resolve();
      running--;
      if (index % 5 === 0) throw new Error("failed");
      return index;
    }));
  const ended = await Promise.allSettled(tasks);
  assert.equal(most, 3);
  assert.equal(ended.filter((task) => task.status === "rejected").length, 4);
});

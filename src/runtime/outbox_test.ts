import assert from "node:assert/strict";
import { Outbox } from "./outbox.ts";

/** An outbox, and the batches that have left it. */
function makeOutbox(calls = 0) {
  const batches: string[][] = [];
  const outbox = new Outbox<string>({
    postMessage: (messages) => void batches.push(messages as string[]),
  }, () => calls);
  return { outbox, batches };
}

/** The end of this turn of the event loop, behind what was due before. */
function endOfTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

Deno.test("post() sends the messages of one turn together", async () => {
  for (const calls of [0, 100]) {
    const { outbox, batches } = makeOutbox(calls);
    outbox.post("a");
    outbox.post("b");
    assert.deepEqual(batches, []);
    await endOfTurn();
    assert.deepEqual(batches, [["a", "b"]]);
  }
});

Deno.test("postAlong() sends a message with the next one, in order", async () => {
  const { outbox, batches } = makeOutbox();
  outbox.postAlong("a");
  await Promise.resolve();
  assert.deepEqual(batches, []);
  outbox.postAlong("b");
  outbox.post("c");
  outbox.postAlong("d");
  await Promise.resolve();
  assert.deepEqual(batches, [["a", "b", "c", "d"]]);
  await endOfTurn();
  assert.equal(batches.length, 1, "an empty batch was sent");
});

Deno.test("postAlong() sends a message at the end of the turn where no other comes", async () => {
  const { outbox, batches } = makeOutbox();
  outbox.postAlong("a");
  await endOfTurn();
  assert.deepEqual(batches, [["a"]]);
  outbox.postAlong("b");
  await endOfTurn();
  assert.deepEqual(batches, [["a"], ["b"]]);
});

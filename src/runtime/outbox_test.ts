import assert from "node:assert/strict";
import { type Batch, eachMessage, Outbox } from "./outbox.ts";

interface Message {
  readonly text?: string;
  readonly bytes?: Uint8Array;
}

/** An outbox, and the batches that have left it, cloned as between threads. */
function makeOutbox(calls = 0) {
  const sent: Batch<Message>[] = [];
  const outbox = new Outbox<Message>({
    postMessage: (batch) =>
      void sent.push(structuredClone(batch) as Batch<Message>),
  }, () => calls);
  return {
    outbox,
    sent,
    post: (text: string) => outbox.post({ text }),
    postPlain: (text: string) => outbox.postPlain({ text }),
    postAlong: (text: string) => outbox.postAlong({ text }),
    texts: () => sent.map((batch) => messagesOf(batch).map(({ text }) => text)),
  };
}

function messagesOf(batch: Batch<Message>): Message[] {
  const messages: Message[] = [];
  eachMessage(batch, (message) => messages.push(message));
  return messages;
}

/** The end of this turn of the event loop, behind what was due before. */
function endOfTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

Deno.test("post() sends the messages of one turn together", async () => {
  for (const calls of [0, 100]) {
    const { post, texts } = makeOutbox(calls);
    post("a");
    post("b");
    assert.deepEqual(texts(), []);
    await endOfTurn();
    assert.deepEqual(texts(), [["a", "b"]]);
  }
});

Deno.test("postAlong() sends a message with the next one, in order", async () => {
  const { post, postAlong, sent, texts } = makeOutbox();
  postAlong("a");
  await Promise.resolve();
  assert.deepEqual(texts(), []);
  postAlong("b");
  post("c");
  postAlong("d");
  await Promise.resolve();
  assert.deepEqual(texts(), [["a", "b", "c", "d"]]);
  await endOfTurn();
  assert.equal(sent.length, 1, "an empty batch was sent");
});

Deno.test("postAlong() sends a message at the end of the turn where no other comes", async () => {
  const { postAlong, texts } = makeOutbox();
  postAlong("a");
  await endOfTurn();
  assert.deepEqual(texts(), [["a"]]);
  postAlong("b");
  await endOfTurn();
  assert.deepEqual(texts(), [["a"], ["b"]]);
});

Deno.test("postPlain() sends messages that follow each other as one text, in order with others", async () => {
  const { outbox, post, postPlain, postAlong, sent, texts } = makeOutbox();
  const strange = 'é \u0000 \ud800 " \u2028';
  postPlain("a");
  postPlain(strange);
  post("b");
  outbox.post({ bytes: Uint8Array.of(1) });
  postPlain("c");
  postAlong("d");
  postPlain("e");
  await endOfTurn();
  assert.deepEqual(texts(), [["a", strange, "b", undefined, "c", "d", "e"]]);
  assert.deepEqual(
    sent[0]!.map((part) => typeof part),
    ["string", "object", "object", "string", "object", "string"],
  );
  assert.deepEqual(messagesOf(sent[0]!)[3]!.bytes, Uint8Array.of(1));
});

Deno.test("post() sends with the next message what could not be scheduled", async () => {
  const sent: Batch<Message>[] = [];
  let isDeep = true;
  const outbox = new Outbox<Message>(
    { postMessage: (batch) => void sent.push(batch as Batch<Message>) },
    () => {
      if (isDeep) throw new RangeError("Maximum call stack size exceeded");
      return 0;
    },
  );
  assert.throws(() => outbox.post({ text: "a" }), RangeError);
  isDeep = false;
  outbox.post({ text: "b" });
  await endOfTurn();
  assert.deepEqual(sent, [[{ text: "a" }, { text: "b" }]]);
});

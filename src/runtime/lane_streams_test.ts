import assert from "node:assert/strict";
import type { HeaderLine } from "./http_message.ts";
import type { StreamMessage } from "./lane_protocol.ts";
import { LaneStreams, STREAM_WINDOW } from "./lane_streams.ts";
import { Outbox } from "./outbox.ts";
import { GuestTrap } from "./trap.ts";

/** Two sides, with messages cloned on their way as between threads. */
function connected(): { sender: LaneStreams; receiver: LaneStreams } {
  const outbox = (other: () => LaneStreams) =>
    new Outbox<StreamMessage>({
      postMessage(messages, transfer) {
        const batch: StreamMessage[] = structuredClone(
          messages as StreamMessage[],
          { transfer },
        );
        for (const message of batch) other().take(message);
      },
    });
  const sender: LaneStreams = new LaneStreams(outbox(() => receiver));
  const receiver: LaneStreams = new LaneStreams(outbox(() => sender));
  return { sender, receiver };
}

/** Pieces of so many bytes, without end, and how many were asked for. */
function pieces(size: number) {
  const asked = { count: 0, cancelled: false };
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      asked.count++;
      controller.enqueue(new Uint8Array(size));
    },
    cancel: () => void (asked.cancelled = true),
  }, { highWaterMark: 0 });
  return { asked, body };
}

/** Resolves when all that was begun has come to rest: it has no timer and no thread. */
function rest(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

const NO_TRAILERS = { trailers: undefined };

Deno.test("LaneStreams read nothing of a body before the receiver's reader asks", async () => {
  const { sender, receiver } = connected();
  const { asked, body } = pieces(1000);
  const sent = sender.send("r", { body, credit: 0, ...NO_TRAILERS });
  const incoming = receiver.receive("r", 0, () => {});
  await rest();
  assert.equal(asked.count, 0);
  const reader = incoming.body.getReader();
  assert.equal((await reader.read()).value?.length, 1000);
  await reader.cancel();
  await sent;
  assert.equal(asked.cancelled, true);
});

Deno.test("LaneStreams have no more than a window under way", async () => {
  const { sender, receiver } = connected();
  const { asked, body } = pieces(1024);
  const sent = sender.send("r", {
    body,
    credit: STREAM_WINDOW,
    ...NO_TRAILERS,
  });
  const incoming = receiver.receive("r", STREAM_WINDOW, () => {});
  await rest();
  assert.equal(asked.count, STREAM_WINDOW / 1024);
  const reader = incoming.body.getReader();
  for (let taken = 1; taken <= 200; taken++) {
    await reader.read();
    await rest();
    const underWay = (asked.count - taken) * 1024;
    assert.ok(underWay <= STREAM_WINDOW, `${underWay} bytes are under way`);
  }
  assert.ok(asked.count >= 200);
  await reader.cancel();
  await sent;
});

Deno.test("LaneStreams carry bytes in order, the end, and the lines behind it", async () => {
  const { sender, receiver } = connected();
  const lines: readonly HeaderLine[] = [["x-sum", "1"], ["x-sum", "2"]];
  const all = crypto.getRandomValues(new Uint8Array(60_000));
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      // A view of a part: the rest of its buffer must not go along.
      for (let at = 0; at < all.length; at += 17_000) {
        controller.enqueue(all.subarray(at, at + 17_000));
      }
      controller.close();
    },
  });
  let ended = 0;
  const incoming = receiver.receive("r", 0, () => ended++);
  const sent = sender.send("r", {
    body,
    credit: 0,
    trailers: Promise.resolve(lines),
  });
  const got = await new Response(incoming.body).bytes();
  assert.deepEqual(got, all);
  assert.deepEqual(await incoming.trailers, lines);
  await sent;
  assert.equal(ended, 1);
});

Deno.test("LaneStreams break off with the error of the other side", async () => {
  const { sender, receiver } = connected();
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(new Uint8Array(3));
      controller.error(new GuestTrap("deadline", "too long"));
    },
  });
  const incoming = receiver.receive("r", 0, () => {});
  await sender.send("r", { body, credit: 10, ...NO_TRAILERS });
  await assert.rejects(new Response(incoming.body).bytes(), {
    name: "GuestTrap",
    kind: "deadline",
    message: "too long",
  });
  await assert.rejects(incoming.trailers, { kind: "deadline" });
});

Deno.test("sendAll() sends what is left whether or not anyone reads", async () => {
  const { sender, receiver } = connected();
  let left = 300;
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (left-- > 0) controller.enqueue(new Uint8Array(1024));
      else controller.close();
    },
  }, { highWaterMark: 0 });
  const incoming = receiver.receive("r", 0, () => {});
  const sent = sender.send("r", { body, credit: 0, ...NO_TRAILERS });
  sender.sendAll();
  await sent;
  const got = await new Response(incoming.body).bytes();
  assert.equal(got.length, 300 * 1024);
});

import assert from "node:assert/strict";
import { eventsOf, type ReceivedEvent } from "./dev_server_events.ts";

/** The events of bytes that come in pieces of a length. */
async function received(
  text: string,
  length: number,
): Promise<readonly ReceivedEvent[]> {
  const bytes = new TextEncoder().encode(text);
  const pieces = Array.from(
    { length: Math.ceil(bytes.length / length) },
    (_, index) => bytes.slice(index * length, (index + 1) * length),
  );
  return await Array.fromAsync(eventsOf(ReadableStream.from(pieces)));
}

const SENT =
  ': wharf\n\nevent: change\ndata: {"key":"grüße \u{1f600}"}\n\n:\n\n' +
  "event: error\ndata: {}\n\nevent: change\ndata: {";

Deno.test("eventsOf() gives events however their bytes come, and none that is cut short", async () => {
  for (const length of [1, 2, 7, 1000]) {
    assert.deepEqual(await received(SENT, length), [
      { name: "change", data: '{"key":"grüße \u{1f600}"}' },
      { name: "error", data: "{}" },
    ]);
  }
});

Deno.test("eventsOf() cancels the body when its reader leaves", async () => {
  let isCancelled = false;
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
    pull: (control) =>
      control.enqueue(new TextEncoder().encode("event: a\ndata: 1\n\n")),
    cancel: () => void (isCancelled = true),
  });
  for await (const event of eventsOf(body)) {
    assert.deepEqual(event, { name: "a", data: "1" });
    break;
  }
  assert.equal(isCancelled, true);
});

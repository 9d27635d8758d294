import assert from "node:assert/strict";
import { LatestEvents } from "./latest_events.ts";

Deno.test("LatestEvents keeps the last event of each subject for a slow reader", async () => {
  const ending = new AbortController();
  const events = new LatestEvents(ending.signal);
  for (let count = 0; count < 100_000; count++) {
    events.tell(`request ${count % 3}`, { name: "request", data: count });
  }
  const reader = events[Symbol.asyncIterator]();
  const data: unknown[] = [];
  for (let read = 0; read < 3; read++) {
    data.push((await reader.next()).value.data);
  }
  assert.deepEqual(data, [99_999, 99_997, 99_998]);
  const next = reader.next();
  events.tell("build", { name: "build", data: "late" });
  assert.deepEqual((await next).value, { name: "build", data: "late" });
  const last = reader.next();
  ending.abort();
  assert.equal((await last).done, true);
});

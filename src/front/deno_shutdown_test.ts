import assert from "node:assert/strict";
import { shutDown } from "./deno_shutdown.ts";

/** A server with a client that has asked nothing. */
function waitingServer() {
  const closed = Promise.withResolvers<void>();
  return { shutdown: () => closed.promise, close: () => closed.resolve() };
}

Deno.test("shutDown() does not wait for silent clients where Deno does not close them", async () => {
  const answered = Promise.withResolvers<void>();
  let isOver = false;
  const over = shutDown(waitingServer(), answered.promise, "2.5.0")
    .then(() => isOver = true);
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(isOver, false);
  answered.resolve();
  await over;
});

Deno.test("shutDown() waits for the server where that closes them", async () => {
  const server = waitingServer();
  let isOver = false;
  const over = shutDown(server, Promise.resolve(), "2.10.1")
    .then(() => isOver = true);
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(isOver, false);
  server.close();
  await over;
});

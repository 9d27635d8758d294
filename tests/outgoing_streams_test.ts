import assert from "node:assert/strict";
import {
  openOutgoing,
  serveAnswer,
  serveScript,
} from "./support/outgoing_app.ts";

const MIB = 1024 * 1024;

/** More than all sockets and windows on the way hold. */
const MOST_ON_THE_WAY = 48 * MIB;

const PIECE = new Uint8Array(64 * 1024);

Deno.test("a guest that is not read from holds up the server that it reads from", async () => {
  let sent = 0;
  await using server = serveScript(async (connection) => {
    await connection.readHead();
    await connection.send("HTTP/1.1 200 OK\r\n\r\n");
    for (; sent < 512 * MIB; sent += PIECE.length) await connection.send(PIECE);
  });
  await using app = await openOutgoing();
  const response = await app.guest.fetch(`/stream?${server.query}`);
  const reader = response.body!.getReader();
  await reader.read();
  await standstill(() => sent);
  assert.ok(sent < MOST_ON_THE_WAY, `${sent} bytes`);
  const held = sent;
  while (sent === held) await reader.read();
  await reader.cancel();
  await app.guest.idle();
});

Deno.test("a server that does not read holds up the guest that writes to it", async () => {
  let given = 0;
  const over = Promise.withResolvers<void>();
  await using server = serveScript(async (connection) => {
    await connection.readHead();
    await over.promise;
  });
  await using app = await openOutgoing();
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      given += 64 * 1024;
      controller.enqueue(new Uint8Array(64 * 1024));
    },
  }, { highWaterMark: 0 });
  const report = app.report(`${server.query}&method=POST&forward=1`, {
    method: "POST",
    body,
  });
  await standstill(() => given);
  assert.ok(given < MOST_ON_THE_WAY, `${given} bytes`);
  over.resolve(); // the server closes
  assert.match(await report, /response connection-terminated\n/);
});

Deno.test("memory stays flat while a large body is read", async () => {
  const size = 1536 * MIB;
  const before = Deno.memoryUsage().rss;
  let most = before;
  await using server = serveScript(async (connection) => {
    await connection.readHead();
    await connection.send(
      `HTTP/1.1 200 OK\r\nContent-Length: ${size}\r\n\r\n`,
    );
    for (let sent = 0; sent < size; sent += PIECE.length) {
      await connection.send(PIECE);
      most = Math.max(most, Deno.memoryUsage().rss);
    }
  });
  await using app = await openOutgoing();
  const report = await app.report(server.query);
  assert.match(report, new RegExp(`\nbytes ${size}\n$`));
  // Most of this is garbage that V8 is in no hurry to collect; it does not grow with the body.
  assert.ok(most - before < 640 * MIB, `${(most - before) / MIB} MiB more`);
});

Deno.test("a future that the guest drops ends its call", async () => {
  const heard = Promise.withResolvers<void>();
  const closed = Promise.withResolvers<void>();
  await using server = serveScript(async (connection) => {
    await connection.readHead();
    heard.resolve();
    await connection.closed();
    closed.resolve();
  });
  await using app = await openOutgoing();
  const go = Promise.withResolvers<void>();
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      await go.promise;
      controller.close();
    },
  });
  const report = app.report(`/drop?${server.query}`, { method: "POST", body });
  await heard.promise;
  go.resolve();
  assert.equal(await report, "dropped\n");
  await closed.promise;
});

Deno.test("a body that the guest drops ends its connection", async () => {
  const closed = Promise.withResolvers<void>();
  await using server = serveScript(async (connection) => {
    await connection.readHead();
    await connection.send("HTTP/1.1 200 OK\r\n\r\nhello");
    await connection.closed();
    closed.resolve();
  });
  await using app = await openOutgoing({ connections: 1 });
  assert.equal(
    await app.report(`${server.query}&most=3`),
    "status 200\nbytes 3\n",
  );
  await closed.promise;
  // The connection is free for another call.
  await using other = serveAnswer("HTTP/1.1 204 No Content\r\n\r\n");
  assert.match(await app.report(other.query), /^status 204\n/);
});

Deno.test("a guest that is given up at its deadline leaves no call behind", async () => {
  const closed = Promise.withResolvers<void>();
  await using server = serveScript(async (connection) => {
    await connection.readHead();
    await connection.closed();
    closed.resolve();
  });
  await using app = await openOutgoing({ requestTimeout: 100 });
  const response = await app.guest.fetch(`/?${server.query}`);
  assert.equal(response.status, 504);
  await response.body?.cancel();
  await closed.promise;
});

/** Resolves when `progress` has not changed over many turns of the event loop. */
async function standstill(progress: () => number): Promise<void> {
  await using server = serveAnswer("HTTP/1.1 204 No Content\r\n\r\n");
  const ask = async () => {
    const response = await fetch(`http://127.0.0.1:${server.port}/`);
    await response.body?.cancel();
  };
  let last = progress();
  for (let still = 0; still < 200; still++) {
    await ask();
    if (progress() === last) continue;
    last = progress();
    still = 0;
  }
}

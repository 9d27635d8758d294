/**
 * Bodies over the wire: both directions at once, slow readers, and lengths that are kept.
 */

import assert from "node:assert/strict";
import { SERVED } from "./support/each_lane.ts";
import { WitError } from "../src/runtime/host_interface.ts";
import { codeOf, endBody, respond, writeAll } from "./support/handle_steps.ts";
import {
  latin1,
  textOf,
  UnexpectedEnd,
  valuesOf,
} from "./support/http_client.ts";
import {
  MOST_IN_SOCKETS,
  readsAheadWhileResponding,
  serveGuest,
  serveHandle,
  standstill,
} from "./support/http_server.ts";

const HOST = "Host: a.test\r\n";
const CHUNKED = "Transfer-Encoding: chunked\r\n";

/** A whole turn of the event loop: what was due at its end before is done then. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => setTimeout(() => setImmediate(resolve), 0));
}

for (const { door, lane, at } of SERVED) {
  Deno.test(`${at}: a body is echoed while it is sent, piece by piece`, async () => {
    await using server = await serveGuest("echo", { door, lane });
    using client = await server.connect();
    await client.send(`POST / HTTP/1.1\r\n${HOST}${CHUNKED}\r\n`);
    for (let round = 0; round < 200; round++) {
      const piece = `piece ${round};`;
      await client.sendChunk(piece);
      if (round === 0) assert.equal((await client.readHead()).status, 200);
      // Nothing more is sent until it is back.
      assert.equal(textOf(await client.readChunked(piece.length)), piece);
    }
    await client.sendChunk("");
    assert.equal((await client.readChunk()).length, 0);
    await server.idle();
    assert.deepEqual(server.record.traps, []);
  });

  Deno.test(`${at}: large pieces come back as they were sent`, async () => {
    await using server = await serveGuest("echo", { door, lane });
    using client = await server.connect();
    const rounds = 20;
    const size = 200_000;
    await client.send(
      `POST / HTTP/1.1\r\n${HOST}Content-Length: ${rounds * size}\r\n\r\n`,
    );
    for (let round = 0; round < rounds; round++) {
      const piece = Uint8Array.from(
        { length: size },
        (_, index) => (index * 7 + round) % 251,
      );
      await client.send(piece);
      if (round === 0) assert.equal((await client.readHead()).status, 200);
      // 64 KiB at most are in one of the guest's chunks: this many bytes end one.
      assert.deepEqual(await client.readChunked(size), piece);
    }
    assert.equal((await client.readChunk()).length, 0);
  });

  Deno.test(`${at}: many clients stream at the same time`, async () => {
    await using server = await serveGuest("echo", { door, lane });
    const echo = async (name: string) => {
      using client = await server.connect();
      await client.send(`POST / HTTP/1.1\r\n${HOST}${CHUNKED}\r\n`);
      for (let round = 0; round < 20; round++) {
        const piece = `${name} ${round};`;
        await client.sendChunk(piece);
        if (round === 0) await client.readHead();
        assert.equal(textOf(await client.readChunked(piece.length)), piece);
      }
      await client.sendChunk("");
      assert.equal((await client.readChunk()).length, 0);
    };
    await Promise.all(
      Array.from({ length: 30 }, (_, index) => echo(`client ${index}`)),
    );
  });

  Deno.test(`${at}: a client that does not read stops the guest`, async () => {
    let written = 0;
    const ended = Promise.withResolvers<unknown>();
    await using server = await serveHandle(async (request, outparam) => {
      const { body, stream } = respond(outparam);
      if (request.pathWithQuery() === "/still") return endBody(body, stream);
      const bytes = new Uint8Array(1024 * 1024);
      try {
        while (written < 2 * MOST_IN_SOCKETS) {
          await writeAll(stream, bytes, (length) => written += length);
        }
        ended.resolve("it was never held back");
      } catch (error) {
        ended.resolve(codeOf(error));
      }
      stream[Symbol.dispose]();
      body[Symbol.dispose]();
    }, { door });
    using client = await server.connect();
    await client.send(`GET / HTTP/1.1\r\n${HOST}\r\n`);
    await client.readHead();
    const stopped = await standstill(server, () => written);
    assert.ok(stopped < MOST_IN_SOCKETS, `${stopped} bytes were taken`);
    // Reading sets it going again.
    await client.discard(stopped);
    assert.ok(written > stopped, `${written} bytes, ${stopped} before`);
    client.close();
    assert.equal(await ended.promise, "closed");
  });

  Deno.test(`${at}: a client that reads late gets every byte of a component's body`, async () => {
    await using server = await serveGuest("echo", { door, lane });
    using client = await server.connect();
    const total = 64 * 1024 * 1024;
    await client.send(`GET /source?bytes=${total} HTTP/1.0\r\n${HOST}\r\n`);
    await client.readHead();
    await standstill(server, () => 0);
    assert.equal(server.record.serving, 1);
    await client.discard(total);
    assert.equal(await client.readToEnd(), 0);
    await server.idle();
    assert.deepEqual(server.record.traps, []);
  });

  Deno.test(`${at}: a guest that does not read stops its client`, async () => {
    const reads = Promise.withResolvers<void>();
    await using server = await serveHandle(async (request, outparam) => {
      if (request.pathWithQuery() !== "/still") await reads.promise;
      const input = request.consume().stream();
      let received = 0;
      try {
        while (true) received += Number(await input.blockingSkip(65_536n));
      } catch (error) {
        assert.equal(codeOf(error), "closed");
      }
      const { body, stream } = respond(outparam);
      stream.write(latin1(`${received}`));
      endBody(body, stream);
    }, { door });
    using client = await server.connect();
    const total = 64 * 1024 * 1024;
    await client.send(
      `POST / HTTP/1.1\r\n${HOST}Content-Length: ${total}\r\n\r\n`,
    );
    let sent = 0;
    const sending = client.sendZeros(total, (length) => sent += length);
    const stopped = await standstill(server, () => sent);
    assert.ok(stopped < MOST_IN_SOCKETS, `${stopped} bytes were taken`);
    reads.resolve();
    await sending;
    assert.equal(textOf((await client.readResponse()).body), `${total}`);
  });

  const READS_AHEAD = await readsAheadWhileResponding(door);

  Deno.test({
    name:
      `${at}: a guest that does not read stops its client while it responds` +
      (READS_AHEAD
        ? ": Deno reads ahead without bound, denoland/deno#36869"
        : ""),
    ignore: READS_AHEAD,
    async fn() {
      const reads = Promise.withResolvers<void>();
      await using server = await serveHandle(async (request, outparam) => {
        const { body, stream } = respond(outparam);
        if (request.pathWithQuery() !== "/still") await reads.promise;
        endBody(body, stream);
      }, { door });
      using client = await server.connect();
      const total = 2 * MOST_IN_SOCKETS;
      await client.send(
        `POST / HTTP/1.1\r\n${HOST}Content-Length: ${total}\r\n\r\n`,
      );
      await client.readHead();
      let sent = 0;
      const sending = client.sendZeros(total, (length) => sent += length);
      const stopped = await standstill(server, () => sent);
      client.close();
      reads.resolve();
      await sending.catch(() => {});
      assert.ok(stopped < MOST_IN_SOCKETS, `${stopped} bytes were taken`);
    },
  });

  Deno.test(`${at}: a streamed body of the length that its head says is whole`, async () => {
    const finished = Promise.withResolvers<void>();
    await using server = await serveHandle(async (_request, outparam) => {
      const { body, stream } = respond(outparam, ["content-length", "200000"]);
      try {
        await writeAll(stream, new Uint8Array(100_000));
        await nextTurn();
        await writeAll(stream, new Uint8Array(100_000));
        // The server has all it needs by now and reads no further.
        for (let turn = 0; turn < 10; turn++) await nextTurn();
        await stream.blockingFlush();
        endBody(body, stream);
        finished.resolve();
      } catch (error) {
        finished.reject(error);
      }
    }, { door });
    using client = await server.connect();
    for (let round = 0; round < 2; round++) {
      const response = await client.exchange(`GET / HTTP/1.1\r\n${HOST}\r\n`);
      assert.deepEqual(valuesOf(response.lines, "content-length"), ["200000"]);
      assert.deepEqual(valuesOf(response.lines, "transfer-encoding"), []);
      assert.equal(response.body.length, 200_000);
      await finished.promise;
    }
  });

  Deno.test(`${at}: a streamed body that is shorter than its head says is cut off`, async () => {
    await using server = await serveHandle(async (_request, outparam) => {
      const { body, stream } = respond(outparam, ["content-length", "10"]);
      stream.write(latin1("12345"));
      await nextTurn();
      try {
        endBody(body, stream);
      } catch (error) {
        assert.ok(error instanceof WitError);
      }
    }, { door });
    using client = await server.connect();
    await client.send(`GET / HTTP/1.1\r\n${HOST}\r\n`);
    const head = await client.readHead();
    assert.deepEqual(valuesOf(head.lines, "content-length"), ["10"]);
    await assert.rejects(() => client.readExactly(10), UnexpectedEnd);
    assert.match(`${server.broken}`, /5 bytes where content-length says 10/);
  });

  Deno.test(`${at}: a streamed body that is longer than its head says ends where that says`, async () => {
    const told = Promise.withResolvers<unknown>();
    await using server = await serveHandle(async (_request, outparam) => {
      const { stream } = respond(outparam, ["content-length", "5"]);
      stream.write(latin1("12345"));
      await nextTurn();
      try {
        stream.write(latin1("678"));
      } catch (error) {
        told.resolve(codeOf(error));
      }
    }, { door });
    using client = await server.connect();
    const response = await client.exchange(`GET / HTTP/1.1\r\n${HOST}\r\n`);
    assert.equal(textOf(response.body), "12345");
    assert.deepEqual(await told.promise, {
      tag: "HTTP-response-body-size",
      val: 8n,
    });
  });
}

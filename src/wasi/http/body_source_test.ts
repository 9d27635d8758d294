import assert from "node:assert/strict";
import { WitError } from "../../runtime/host_interface.ts";
import type { StreamError } from "../io/streams.ts";
import { BodySource } from "./body_source.ts";
import { HttpFailure } from "./error_code.ts";

const closed = (error: unknown) => payloadOf(error).tag === "closed";

function payloadOf(error: unknown): StreamError {
  assert.ok(error instanceof WitError, `no WitError: ${error}`);
  return error.payload as StreamError;
}

function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

function bytes(value: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(value);
}

/** A client that the test holds by the hand. */
interface TestClient {
  readonly stream: ReadableStream<Uint8Array<ArrayBuffer>>;
  /** How often it was asked for bytes. */
  readonly asked: number;
  readonly cancelled: boolean;
  send(value: string): void;
  end(): void;
  breakOff(error: Error): void;
}

/** Streams of bytes are what the server has; others are what the host may make. */
function openClient(type: "bytes" | undefined): TestClient {
  let asked = 0;
  let cancelled = false;
  let controller: {
    enqueue(chunk: Uint8Array<ArrayBuffer>): void;
    close(): void;
    error(error: Error): void;
    readonly byobRequest?: ReadableStreamBYOBRequest | null;
  };
  const source = {
    start: (given: typeof controller) => void (controller = given),
    pull: () => {
      asked++;
      return new Promise<void>(() => {});
    },
    cancel: () => void (cancelled = true),
  };
  const stream = type === "bytes"
    ? new ReadableStream({ type, ...source })
    : new ReadableStream<Uint8Array<ArrayBuffer>>(source, { highWaterMark: 0 });
  return {
    stream,
    get asked() {
      return asked;
    },
    get cancelled() {
      return cancelled;
    },
    send: (value) => controller.enqueue(bytes(value)),
    end: () => {
      controller.close();
      controller.byobRequest?.respond(0);
    },
    breakOff: (error) => controller.error(error),
  };
}

for (const type of ["bytes", undefined] as const) {
  const kind = type === undefined ? "chunks" : "bytes";

  Deno.test(`a source of ${kind} asks its client only when the guest waits`, async () => {
    const client = openClient(type);
    const source = new BodySource(client.stream);
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(client.asked, 0);
    assert.equal(source.read(10).length, 0);
    assert.equal(client.asked, 0);
    assert.equal(source.waiting, false);

    assert.equal(source.isReady(), false);
    assert.equal(source.waiting, true);
    const ready = source.whenReady();
    client.send("abc");
    await ready;
    assert.equal(source.isReady(), true);
    assert.equal(source.waiting, false);
    // Ready and not read: nothing more is asked for.
    await source.whenReady();
    assert.equal(client.asked, 1);
    assert.equal(text(source.read(10)), "abc");
    assert.equal(client.asked, 1);
  });

  Deno.test(`a source of ${kind} gives a piece in the parts the guest asks for`, async () => {
    const client = openClient(type);
    const source = new BodySource(client.stream);
    const ready = source.whenReady();
    client.send("abcdefg");
    await ready;
    assert.equal(text(source.read(3)), "abc");
    assert.equal(source.ended, false);
    assert.equal(text(source.read(1)), "d");
    assert.equal(source.read(0).length, 0);
    assert.equal(text(source.read(100)), "efg");
    assert.equal(source.read(100).length, 0);
  });

  Deno.test(`a source of ${kind} tells its end`, async () => {
    const client = openClient(type);
    const source = new BodySource(client.stream);
    const ready = source.whenReady();
    client.end();
    await ready;
    assert.equal(source.isReady(), true);
    assert.equal(source.ended, true);
    assert.equal(source.failure, undefined);
    assert.throws(() => source.read(1), closed);
    assert.throws(() => source.read(1), closed);
  });

  Deno.test(`a source of ${kind} tells a broken connection once`, async () => {
    const client = openClient(type);
    const source = new BodySource(client.stream);
    const ready = source.whenReady();
    const gone = new Error("gone");
    client.breakOff(gone);
    await ready;
    assert.equal(source.ended, true);
    assert.throws(() => source.read(1), (error) => {
      const payload = payloadOf(error);
      assert.ok("val" in payload);
      const { cause } = payload.val;
      assert.ok(cause instanceof HttpFailure);
      assert.deepEqual(cause.code, { tag: "connection-terminated" });
      assert.equal(cause.cause, gone);
      return true;
    });
    assert.throws(() => source.read(1), closed);
    assert.deepEqual(source.failure?.code, { tag: "connection-terminated" });
  });

  Deno.test(`a source of ${kind} that the guest gives up is cancelled`, async () => {
    const client = openClient(type);
    const source = new BodySource(client.stream);
    const ready = source.whenReady();
    source.cancel();
    await ready;
    assert.equal(client.cancelled, true);
    assert.equal(source.ended, true);
    assert.equal(source.waiting, false);
    assert.equal(source.failure, undefined);
    assert.throws(() => source.read(1), closed);
  });
}

Deno.test("breakOff() ends a read that the server has forgotten", async () => {
  const client = openClient("bytes");
  const source = new BodySource(client.stream);
  const ready = source.whenReady();
  source.breakOff();
  await ready;
  assert.equal(client.cancelled, true);
  assert.deepEqual(source.failure?.code, { tag: "connection-terminated" });
  assert.throws(
    () => source.read(1),
    (error) => payloadOf(error).tag === "last-operation-failed",
  );
});

Deno.test("breakOff() leaves what has come, and an end", async () => {
  const client = openClient("bytes");
  const source = new BodySource(client.stream);
  const ready = source.whenReady();
  client.send("abc");
  await ready;
  source.breakOff();
  assert.equal(text(source.read(9)), "abc");
  assert.equal(source.ended, true);
  assert.notEqual(source.failure, undefined);

  const ended = new BodySource(null);
  ended.breakOff();
  assert.equal(ended.failure, undefined);
});

Deno.test("received counts what has come, read or not", async () => {
  const client = openClient("bytes");
  const source = new BodySource(client.stream);
  assert.equal(source.received, 0);
  for (const piece of ["abc", "defgh"]) {
    const ready = source.whenReady();
    client.send(piece);
    await ready;
    source.read(9);
  }
  assert.equal(source.received, 8);
});

Deno.test("a body that was never asked for is left to the server", () => {
  const client = openClient("bytes");
  const source = new BodySource(client.stream);
  source.cancel();
  assert.equal(client.cancelled, false);
  assert.equal(client.stream.locked, false);
  assert.equal(source.ended, true);
});

Deno.test("cancel() drops what was not read", async () => {
  const client = openClient("bytes");
  const source = new BodySource(client.stream);
  const ready = source.whenReady();
  client.send("abc");
  await ready;
  source.cancel();
  assert.throws(() => source.read(1), closed);
});

Deno.test("cancel() leaves a failure one", async () => {
  const client = openClient("bytes");
  const broken = new BodySource(client.stream);
  const ready = broken.whenReady();
  client.breakOff(new Error("gone"));
  await ready;
  broken.cancel();
  assert.notEqual(broken.failure, undefined);
});

Deno.test("an absent body is at its end", () => {
  const source = new BodySource(null);
  assert.equal(source.ended, true);
  assert.equal(source.isReady(), true);
  assert.equal(source.waiting, false);
  assert.throws(() => source.read(1), closed);
  source.cancel();
});

Deno.test("an empty piece is not the end", async () => {
  const source = new BodySource(
    ReadableStream.from([new Uint8Array(0), bytes("a")]),
  );
  await source.whenReady();
  assert.equal(source.ended, false);
  assert.equal(source.read(9).length, 0);
  await source.whenReady();
  assert.equal(text(source.read(9)), "a");
});

Deno.test("no byte of a long body is lost or doubled", async () => {
  const total = 5_000_000;
  const body = Uint8Array.from({ length: total }, (_, index) => index % 251);
  // Of both kinds: a byte stream that fills its reader's buffer, and pieces of any size.
  const streams = [
    new Blob([body]).stream(),
    new Request("http://a.test/", { method: "POST", body }).body,
    ReadableStream.from(piecesOf(body)),
  ];
  for (const stream of streams) {
    const source = new BodySource(stream);
    let at = 0;
    while (true) {
      await source.whenReady();
      if (source.ended) break;
      const part = source.read(1 + (at * 7) % 100_000);
      assert.deepEqual(part, body.subarray(at, at + part.length));
      at += part.length;
    }
    assert.equal(at, total);
  }
});

function* piecesOf(body: Uint8Array): Generator<Uint8Array> {
  for (let at = 0, size = 1; at < body.length; at += size, size *= 2) {
    yield body.subarray(at, at + size);
  }
}

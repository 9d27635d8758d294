import assert from "node:assert/strict";
import { WitError } from "../../runtime/host_interface.ts";
import { PushedSink, SINK_WINDOW } from "./pushed_sink.ts";
import type { StreamError } from "./streams.ts";

/** A writer whose pieces are taken when the test says so. */
class SlowWriter {
  readonly taken: number[] = [];
  closed = 0;
  #waiting: PromiseWithResolvers<void>[] = [];

  write(piece: Uint8Array): Promise<void> {
    const taking = Promise.withResolvers<void>();
    this.#waiting.push(taking);
    return taking.promise.then(() => void this.taken.push(piece.length));
  }

  close(): void {
    this.closed++;
  }

  /** How many calls have not been answered. */
  get underWay(): number {
    return this.#waiting.length;
  }

  async take(error?: Error): Promise<void> {
    const taking = this.#waiting.shift()!;
    if (error === undefined) taking.resolve();
    else taking.reject(error);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

Deno.test("a sink has room for one window, and one piece is under way at a time", async () => {
  const writer = new SlowWriter();
  const sink = new PushedSink(writer);
  assert.equal(sink.capacity(), SINK_WINDOW);
  sink.write(new Uint8Array(SINK_WINDOW - 1));
  sink.write(new Uint8Array(1));
  assert.equal(sink.capacity(), 0);
  assert.equal(sink.isReady(), false);
  assert.equal(writer.underWay, 1);
  const ready = sink.whenReady();
  await writer.take();
  await ready;
  assert.equal(sink.capacity(), SINK_WINDOW - 1);
  await writer.take();
  assert.deepEqual(writer.taken, [SINK_WINDOW - 1, 1]);
});

Deno.test("a flush ends when all is taken", async () => {
  const writer = new SlowWriter();
  const sink = new PushedSink(writer);
  sink.flush();
  assert.equal(sink.isReady(), true);
  sink.write(new Uint8Array(1));
  sink.write(new Uint8Array(1));
  sink.flush();
  await writer.take();
  assert.deepEqual([sink.isReady(), sink.capacity()], [false, 0]);
  await writer.take();
  assert.equal(sink.isReady(), true);
});

Deno.test("a sink that is dropped passes on what it has, and then closes once", async () => {
  const writer = new SlowWriter();
  const sink = new PushedSink(writer);
  sink.write(new Uint8Array(1));
  sink.write(new Uint8Array(2));
  sink.dispose();
  assert.throws(() => sink.capacity(), WitError);
  assert.equal(writer.closed, 0);
  await writer.take();
  await writer.take();
  assert.deepEqual(writer.taken, [1, 2]);
  sink.dispose();
  assert.equal(writer.closed, 1);
});

Deno.test("a piece that is refused fails the stream once, and closes it after that", async () => {
  const writer = new SlowWriter();
  const sink = new PushedSink(writer);
  const cause = new Error("/host/path");
  sink.write(new Uint8Array(1));
  sink.write(new Uint8Array(1));
  await writer.take(cause);
  assert.equal(sink.failure, cause);
  assert.equal(writer.underWay, 0);
  assert.throws(() => sink.capacity(), ({ payload }: WitError<StreamError>) => {
    assert.ok(payload.tag === "last-operation-failed");
    assert.equal(payload.val.toDebugString(), "The bytes cannot be written");
    return payload.val.cause === cause;
  });
  assert.throws(() => sink.capacity(), ({ payload }: WitError<StreamError>) => {
    return payload.tag === "closed";
  });
  await sink.end();
  assert.equal(writer.closed, 1);
});

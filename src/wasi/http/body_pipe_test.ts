import assert from "node:assert/strict";
import { WitError } from "../../runtime/host_interface.ts";
import type { StreamError } from "../io/streams.ts";
import { BODY_WINDOW, BodyPipe } from "./body_pipe.ts";
import { HttpFailure } from "./error_code.ts";

const closed = (error: unknown) => tagOf(error) === "closed";
const failed = (error: unknown) => tagOf(error) === "last-operation-failed";

function tagOf(error: unknown): unknown {
  assert.ok(error instanceof WitError, `no WitError: ${error}`);
  return (error.payload as StreamError).tag;
}

function bytes(length: number, first = 0): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => (first + index) % 251);
}

/** Resolves when every microtask that is due now has run. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Whether a promise has settled by now. */
async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  const pending = Symbol();
  const first = await Promise.race([
    promise.catch(() => {}),
    turn().then(() => pending),
  ]);
  return first !== pending;
}

Deno.test("capacity() is the window less what waits for the reader", async () => {
  const pipe = new BodyPipe();
  assert.equal(pipe.capacity(), BODY_WINDOW);
  pipe.write(bytes(1000));
  assert.equal(pipe.capacity(), BODY_WINDOW - 1000);
  assert.equal(pipe.full, false);
  pipe.write(bytes(BODY_WINDOW - 1000));
  assert.equal(pipe.capacity(), 0);
  assert.equal(pipe.full, true);
  assert.equal(pipe.isReady(), false);
  const ready = pipe.whenReady();
  const reader = pipe.readable().getReader();
  const { value } = await reader.read();
  assert.equal(value?.length, BODY_WINDOW);
  await ready;
  assert.equal(pipe.capacity(), BODY_WINDOW);
  assert.equal(pipe.written, BODY_WINDOW);
});

Deno.test("the reader is given nothing ahead of what it asks for", async () => {
  const pipe = new BodyPipe();
  const stream = pipe.readable();
  pipe.write(bytes(10));
  await turn();
  assert.equal(pipe.capacity(), BODY_WINDOW - 10);
  await stream.getReader().read();
  assert.equal(pipe.capacity(), BODY_WINDOW);
});

Deno.test("a read waits for the first bytes", async () => {
  const pipe = new BodyPipe();
  const read = pipe.readable().getReader().read();
  assert.equal(await isSettled(read), false);
  pipe.write(bytes(3));
  assert.deepEqual((await read).value, bytes(3));
});

Deno.test("flush() holds the writer back only while the window is full", async () => {
  const pipe = new BodyPipe();
  pipe.write(bytes(10));
  pipe.flush();
  assert.equal(pipe.isReady(), true);
  assert.equal(pipe.capacity(), BODY_WINDOW - 10);

  pipe.write(bytes(BODY_WINDOW - 10));
  pipe.flush();
  assert.equal(pipe.isReady(), false);
  assert.equal(pipe.capacity(), 0);
  const ready = pipe.whenReady();
  assert.equal(await isSettled(ready), false);
  await pipe.readable().getReader().read();
  await ready;
  assert.equal(pipe.isReady(), true);
});

Deno.test("finish() lets the reader have the rest, then the end", async () => {
  const pipe = new BodyPipe();
  const reader = pipe.readable().getReader();
  pipe.write(bytes(5));
  pipe.write(bytes(5, 5));
  pipe.finish();
  assert.equal(pipe.finished, true);
  assert.throws(() => pipe.capacity(), closed);
  assert.deepEqual(await reader.read(), { value: bytes(10), done: false });
  assert.deepEqual(await reader.read(), { value: undefined, done: true });
});

Deno.test("finish() ends a read that waits", async () => {
  const pipe = new BodyPipe();
  const read = pipe.readable().getReader().read();
  await turn();
  pipe.finish();
  assert.equal((await read).done, true);
});

Deno.test("fail() lets the reader have the rest, then the failure", async () => {
  const pipe = new BodyPipe();
  const reader = pipe.readable().getReader();
  pipe.write(bytes(5));
  const failure = new Error("broken");
  pipe.fail(failure);
  assert.equal(pipe.failure, failure);
  assert.deepEqual((await reader.read()).value, bytes(5));
  await assert.rejects(() => reader.read(), failure);
});

Deno.test("the writer is told of a failure once, then that the stream is closed", async () => {
  const pipe = new BodyPipe();
  pipe.write(bytes(BODY_WINDOW));
  const ready = pipe.whenReady();
  const failure = new HttpFailure({ tag: "internal-error", val: "x" }, "x");
  pipe.fail(failure);
  await ready;
  assert.equal(pipe.isReady(), true);
  assert.throws(() => pipe.capacity(), (error: WitError<StreamError>) => {
    assert.ok(failed(error));
    const { payload } = error;
    assert.equal("val" in payload && payload.val.cause, failure);
    return true;
  });
  assert.throws(() => pipe.capacity(), closed);
});

Deno.test("a reader that goes away closes the stream and drops what is left", async () => {
  const pipe = new BodyPipe();
  const stream = pipe.readable();
  pipe.write(bytes(BODY_WINDOW));
  const ready = pipe.whenReady();
  await stream.cancel("gone");
  await ready;
  assert.throws(() => pipe.capacity(), closed);
  assert.equal(pipe.full, false);
  assert.equal(pipe.failure, undefined);
  assert.equal(pipe.takeAll().length, 0);
});

Deno.test("a reader that goes away early is told of, once", async () => {
  let gone = 0;
  const early = new BodyPipe();
  early.write(bytes(5));
  await early.readable(() => gone++).cancel();
  assert.equal(gone, 1);

  // Neither of these leaves before it has everything.
  const ended = new BodyPipe();
  const reader = ended.readable(() => gone++).getReader();
  ended.finish();
  await reader.read();
  await reader.cancel();
  const promised = new BodyPipe(5);
  const all = promised.readable(() => gone++).getReader();
  promised.write(bytes(5));
  await all.read();
  await all.cancel();
  assert.equal(gone, 1);
});

Deno.test("a reader that goes away while it waits closes the stream", async () => {
  const pipe = new BodyPipe();
  const reader = pipe.readable().getReader();
  const read = reader.read();
  await turn();
  await reader.cancel();
  assert.equal((await read).done, true);
  assert.throws(() => pipe.capacity(), closed);
});

Deno.test("a reader that has all the head promises has not gone away", async () => {
  const pipe = new BodyPipe(10);
  const reader = pipe.readable().getReader();
  pipe.write(bytes(10));
  assert.equal((await reader.read()).value?.length, 10);
  await reader.cancel();
  pipe.flush();
  assert.equal(pipe.capacity(), BODY_WINDOW);
  pipe.finish();
  assert.equal(pipe.finished, true);
});

Deno.test("a reader that goes away before all the head promises has", async () => {
  const pipe = new BodyPipe(10);
  const stream = pipe.readable();
  pipe.write(bytes(10));
  await stream.cancel();
  assert.throws(() => pipe.capacity(), closed);
});

Deno.test("only the first end counts", async () => {
  const failure = new Error("first");
  const pipe = new BodyPipe();
  pipe.fail(failure);
  pipe.finish();
  pipe.fail(new Error("second"));
  pipe.cancel();
  assert.equal(pipe.finished, false);
  assert.equal(pipe.failure, failure);
  const finished = new BodyPipe();
  finished.finish();
  finished.fail(failure);
  assert.equal(finished.failure, undefined);
  assert.equal((await finished.readable().getReader().read()).done, true);
});

Deno.test("takeAll() joins what was written, and only once", () => {
  const pipe = new BodyPipe();
  for (const [length, first] of [[3, 0], [0, 3], [4, 3]] as const) {
    pipe.write(bytes(length, first));
  }
  pipe.finish();
  assert.deepEqual(pipe.takeAll(), bytes(7));
  assert.equal(pipe.takeAll().length, 0);
  assert.equal(new BodyPipe().takeAll().length, 0);
});

Deno.test("no byte is lost or doubled, whoever is faster", async () => {
  for (let seed = 1; seed <= 8; seed++) {
    const random = randomFrom(seed);
    const pipe = new BodyPipe();
    const total = 1_000_000 + seed;
    const write = async () => {
      for (let at = 0; at < total;) {
        while (!pipe.isReady()) await pipe.whenReady();
        const length = Math.min(
          pipe.capacity(),
          total - at,
          1 + random() % 90_000,
        );
        pipe.write(bytes(length, at % 251));
        at += length;
        if (random() % 3 === 0) pipe.flush();
        if (random() % 4 === 0) await turn();
      }
      pipe.finish();
    };
    const read = async () => {
      let at = 0;
      for await (const chunk of pipe.readable()) {
        assert.ok(chunk.length <= BODY_WINDOW);
        assert.deepEqual(chunk, bytes(chunk.length, at % 251));
        at += chunk.length;
        if (random() % 4 === 0) await turn();
      }
      assert.equal(at, total);
    };
    await Promise.all([write(), read()]);
  }
});

/** Numbers that look random and are the same each time. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 8;
  };
}

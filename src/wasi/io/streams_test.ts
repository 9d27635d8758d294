import assert from "node:assert/strict";
import { WitError } from "../../runtime/host_interface.ts";
import {
  type ByteSink,
  type ByteSource,
  InputStream,
  OutputStream,
  streamClosed,
  type StreamError,
  streamFailed,
} from "./streams.ts";

/** Wakes those who wait, each time it is told to. */
class Bell {
  #waiting = Promise.withResolvers<void>();

  whenReady(): Promise<void> {
    return this.#waiting.promise;
  }

  ring(): void {
    this.#waiting.resolve();
    this.#waiting = Promise.withResolvers();
  }
}

/** Gives what the test has put in. */
class TestSource extends Bell implements ByteSource {
  #bytes: number[] = [];
  #end: WitError<StreamError> | undefined;
  largestRead = 0;
  disposed = false;

  put(...bytes: number[]): this {
    this.#bytes.push(...bytes);
    this.ring();
    return this;
  }

  end(error = streamClosed()): this {
    this.#end = error;
    this.ring();
    return this;
  }

  isReady(): boolean {
    return this.#bytes.length > 0 || this.#end !== undefined;
  }

  read(max: number): Uint8Array {
    this.largestRead = Math.max(this.largestRead, max);
    if (this.#bytes.length === 0 && this.#end !== undefined) throw this.#end;
    return Uint8Array.from(this.#bytes.splice(0, max));
  }

  dispose(): void {
    this.disposed = true;
  }
}

/** Takes `window` bytes until the test empties it. */
class TestSink extends Bell implements ByteSink {
  readonly written: number[] = [];
  flushes = 0;
  disposed = false;
  #room: number;
  #end: WitError<StreamError> | undefined;

  constructor(readonly window: number) {
    super();
    this.#room = window;
  }

  drain(): void {
    this.#room = this.window;
    this.ring();
  }

  end(error = streamClosed()): this {
    this.#end = error;
    this.ring();
    return this;
  }

  isReady(): boolean {
    return this.#room > 0 || this.#end !== undefined;
  }

  capacity(): number {
    if (this.#end !== undefined) throw this.#end;
    return this.#room;
  }

  write(bytes: Uint8Array): void {
    assert.ok(bytes.length <= this.#room, "more than there is room for");
    assert.equal(this.#end, undefined, "written to after its end");
    this.#room -= bytes.length;
    this.written.push(...bytes);
  }

  flush(): void {
    this.flushes++;
  }

  dispose(): void {
    this.disposed = true;
  }
}

const closed = (error: unknown) => tagOf(error) === "closed";
const failed = (error: unknown) => tagOf(error) === "last-operation-failed";

function tagOf(error: unknown): unknown {
  assert.ok(error instanceof WitError, `no WitError: ${error}`);
  return (error.payload as StreamError).tag;
}

Deno.test("read() gives what is there, up to the length asked for", () => {
  const stream = new InputStream(new TestSource().put(1, 2, 3));
  assert.deepEqual(stream.read(2n), Uint8Array.of(1, 2));
  assert.deepEqual(stream.read(2n), Uint8Array.of(3));
});

Deno.test("read() waits for the first bytes", async () => {
  const source = new TestSource();
  const read = new InputStream(source).read(9n);
  assert.ok(read instanceof Promise);
  source.put(7);
  assert.deepEqual(await read, Uint8Array.of(7));
});

Deno.test("read() of no bytes does not wait", () => {
  const stream = new InputStream(new TestSource());
  assert.deepEqual(stream.read(0n), new Uint8Array());
});

Deno.test("read() answers the end and a failure, at once and after a wait", async () => {
  const ended = new InputStream(new TestSource().end());
  assert.throws(() => ended.read(1n), closed);
  const broken = new InputStream(new TestSource().end(streamFailed("broken")));
  assert.throws(() => broken.read(1n), failed);
  const source = new TestSource();
  const waiting = new InputStream(source).read(1n);
  source.end();
  await assert.rejects(async () => await waiting, closed);
});

Deno.test("read() never asks its source for more than a window", () => {
  const source = new TestSource().put(1);
  new InputStream(source).read(2n ** 64n - 1n);
  assert.equal(source.largestRead, 65_536);
});

Deno.test("skip() drops what is there, blockingSkip() waits for some", async () => {
  const source = new TestSource().put(1, 2, 3);
  const stream = new InputStream(source);
  assert.equal(stream.skip(2n), 2n);
  assert.equal(stream.skip(2n), 1n);
  assert.equal(stream.skip(2n), 0n);
  const skipped = stream.blockingSkip(5n);
  source.put(4, 5);
  assert.equal(await skipped, 2n);
});

Deno.test("dropping a stream's pollable leaves the stream open", () => {
  const source = new TestSource();
  const input = new InputStream(source);
  input.subscribe()[Symbol.dispose]();
  assert.equal(source.disposed, false);
  input[Symbol.dispose]();
  assert.equal(source.disposed, true);

  const sink = new TestSink(1);
  const output = new OutputStream(sink);
  output.subscribe()[Symbol.dispose]();
  assert.equal(sink.disposed, false);
  output[Symbol.dispose]();
  assert.equal(sink.disposed, true);
});

Deno.test("subscribe() follows the stream", async () => {
  const source = new TestSource();
  const pollable = new InputStream(source).subscribe();
  assert.equal(pollable.ready(), false);
  const blocked = pollable.block();
  source.put(1);
  await blocked;
  assert.equal(pollable.ready(), true);
});

Deno.test("write() takes what check-write allows and traps on more", () => {
  const sink = new TestSink(4);
  const stream = new OutputStream(sink);
  assert.equal(stream.checkWrite(), 4n);
  stream.write(Uint8Array.of(1, 2, 3));
  assert.equal(stream.checkWrite(), 1n);
  assert.throws(() => stream.write(Uint8Array.of(4, 5)), RangeError);
  assert.throws(() => stream.writeZeroes(2n), RangeError);
  stream.writeZeroes(1n);
  assert.deepEqual(sink.written, [1, 2, 3, 0]);
});

Deno.test("every write to a closed stream answers closed", async () => {
  const stream = new OutputStream(new TestSink(4).end());
  const source = new InputStream(new TestSource().put(1));
  const bytes = Uint8Array.of(1);
  assert.throws(() => stream.checkWrite(), closed);
  assert.throws(() => stream.write(bytes), closed);
  assert.throws(() => stream.flush(), closed);
  assert.throws(() => stream.writeZeroes(1n), closed);
  assert.throws(() => stream.splice(source, 1n), closed);
  await assert.rejects(
    async () => await stream.blockingWriteAndFlush(bytes),
    closed,
  );
  await assert.rejects(async () => await stream.blockingFlush(), closed);
  await assert.rejects(() => stream.blockingSplice(source, 1n), closed);
  await assert.rejects(
    async () => await stream.blockingWriteZeroesAndFlush(1n),
    closed,
  );
});

Deno.test("blockingWriteAndFlush() writes all through a small window, then flushes", async () => {
  const sink = new TestSink(2);
  const written = new OutputStream(sink)
    .blockingWriteAndFlush(Uint8Array.of(1, 2, 3, 4, 5));
  let done = false;
  Promise.resolve(written).then(() => done = true);
  while (!done) {
    sink.drain();
    await Promise.resolve();
  }
  assert.deepEqual(sink.written, [1, 2, 3, 4, 5]);
  assert.equal(sink.flushes, 1);
});

Deno.test("blockingWriteAndFlush() answers when the other side closes meanwhile", async () => {
  const sink = new TestSink(2);
  const written = new OutputStream(sink)
    .blockingWriteAndFlush(Uint8Array.of(1, 2, 3));
  sink.end();
  await assert.rejects(async () => await written, closed);
});

Deno.test("a blocking write of more than 4096 bytes traps before it is made", () => {
  const stream = new OutputStream(new TestSink(1));
  assert.throws(
    () => stream.blockingWriteAndFlush(new Uint8Array(4097)),
    RangeError,
  );
  assert.throws(
    () => stream.blockingWriteZeroesAndFlush(2n ** 64n - 1n),
    RangeError,
  );
});

Deno.test("splice() moves what is there and fits", () => {
  const sink = new TestSink(3);
  const stream = new OutputStream(sink);
  const source = new InputStream(new TestSource().put(1, 2, 3, 4, 5));
  assert.equal(stream.splice(source, 2n), 2n);
  assert.equal(stream.splice(source, 9n), 1n);
  assert.equal(stream.splice(source, 9n), 0n);
  assert.deepEqual(sink.written, [1, 2, 3]);
});

Deno.test("a splice keeps no bytes that its source lends", async () => {
  const lent = Uint8Array.of(1, 2);
  const source = new InputStream({
    read: () => lent,
    isReady: () => true,
    whenReady: () => Promise.resolve(),
  });
  const kept: Uint8Array[] = [];
  const stream = new OutputStream({
    capacity: () => 10,
    write: (bytes) => void kept.push(bytes),
    flush() {},
    isReady: () => true,
    whenReady: () => Promise.resolve(),
  });
  stream.splice(source, 2n);
  await stream.blockingSplice(source, 2n);
  lent.fill(9);
  assert.deepEqual(kept, [Uint8Array.of(1, 2), Uint8Array.of(1, 2)]);
});

Deno.test("blockingSplice() waits for room and for bytes", async () => {
  const sink = new TestSink(2);
  const source = new TestSource();
  const stream = new OutputStream(sink);
  stream.write(Uint8Array.of(1, 2));
  const spliced = stream.blockingSplice(new InputStream(source), 9n);
  sink.drain();
  source.put(3);
  assert.equal(await spliced, 1n);
  assert.deepEqual(sink.written, [1, 2, 3]);
});

Deno.test("blockingSplice() writes nothing to a sink that closed while it read", async () => {
  const sink = new TestSink(2);
  const source = new TestSource();
  const spliced = new OutputStream(sink)
    .blockingSplice(new InputStream(source), 9n);
  await Promise.resolve();
  sink.end();
  source.put(1);
  await assert.rejects(() => spliced, closed);
  assert.deepEqual(sink.written, []);
});

Deno.test("stream handles that a guest made up trap", () => {
  const input: InputStream = Object.create(InputStream.prototype);
  const output: OutputStream = Object.create(OutputStream.prototype);
  assert.throws(() => input.read(1n), TypeError);
  assert.throws(() => output.checkWrite(), TypeError);
  const sound = new OutputStream(new TestSink(1));
  assert.throws(() => sound.splice(input, 1n), TypeError);
});

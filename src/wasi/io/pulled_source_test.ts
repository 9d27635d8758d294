import assert from "node:assert/strict";
import { WitError } from "../../runtime/host_interface.ts";
import { type PieceReader, PulledSource } from "./pulled_source.ts";
import type { StreamError } from "./streams.ts";

function readerOf(
  ...answers: (number[] | Error)[]
): PieceReader & { readonly asked: number; readonly closed: number } {
  let asked = 0, closed = 0;
  return {
    get asked() {
      return asked;
    },
    get closed() {
      return closed;
    },
    next() {
      const answer = answers[asked++];
      return answer instanceof Error
        ? Promise.reject(answer)
        : Promise.resolve(answer && Uint8Array.from(answer));
    },
    close: () => void closed++,
  };
}

const is = (tag: StreamError["tag"]) => ({ payload }: WitError<StreamError>) =>
  payload.tag === tag;

Deno.test("a source asks for a piece when it is waited for, and for one at a time", async () => {
  const reader = readerOf([1, 2, 3], [4]);
  const source = new PulledSource(reader);
  assert.deepEqual([...source.read(9)], []);
  assert.equal(reader.asked, 0);
  await Promise.all([source.whenReady(), source.whenReady()]);
  assert.equal(reader.asked, 1);
  assert.deepEqual([...source.read(2)], [1, 2]);
  assert.equal(source.isReady(), true);
  assert.deepEqual([...source.read(2)], [3]);
  await source.whenReady();
  assert.deepEqual([...source.read(2)], [4]);
  await source.whenReady();
  assert.throws(() => source.read(1), is("closed"));
  source.dispose();
  source.dispose();
  assert.equal(reader.closed, 1);
});

Deno.test("a source that fails says so once, without the cause's text", async () => {
  const cause = new Error("/host/path");
  const source = new PulledSource(readerOf(cause));
  await source.whenReady();
  assert.throws(() => source.read(1), ({ payload }: WitError<StreamError>) => {
    assert.ok(payload.tag === "last-operation-failed");
    assert.equal(payload.val.toDebugString(), "The bytes cannot be read");
    return payload.val.cause === cause;
  });
  assert.throws(() => source.read(1), is("closed"));
});

Deno.test("a source that is dropped while a piece is under way keeps none of it", async () => {
  const reader = readerOf([1]);
  const source = new PulledSource(reader);
  const waiting = source.whenReady();
  source.dispose();
  await waiting;
  assert.throws(() => source.read(1), is("closed"));
  assert.equal(reader.closed, 1);
});

import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { LineWriter } from "./line_writer.ts";

/** A reader that takes one piece each time it is told to. */
function slowReader() {
  const taken: string[] = [];
  const waiting: (() => void)[] = [];
  const stream = new WritableStream<Uint8Array>({
    write(chunk) {
      taken.push(new TextDecoder().decode(chunk));
      return new Promise((resolve) => waiting.push(resolve));
    },
  });
  return {
    stream,
    taken,
    async next() {
      while (waiting.length === 0) await Promise.resolve();
      waiting.shift()!();
    },
  };
}

Deno.test("LineWriter writes together what came while the last lines were written", async () => {
  const reader = slowReader();
  const writer = new LineWriter(reader.stream, String);
  writer.write("a");
  writer.write("b");
  await Promise.resolve();
  await Promise.resolve();
  writer.write("c");
  writer.write("d");
  await reader.next();
  await reader.next();
  await writer.flushed();
  deepStrictEqual(reader.taken, ["a\nb\n", "c\nd\n"]);
});

Deno.test("LineWriter leaves out what a reader that stands still has no room for, and says so", async () => {
  const reader = slowReader();
  const writer = new LineWriter(reader.stream, (count) => `${count} lost`);
  writer.write("x".repeat(16 * 2 ** 20 - 1));
  writer.write("much");
  writer.write("more");
  const flushed = writer.flushed();
  await reader.next();
  await flushed;
  strictEqual(reader.taken.join("").slice(-10), "xx\n2 lost\n");
});

Deno.test("LineWriter goes on without a reader", async () => {
  const writer = new LineWriter(
    new WritableStream({ write: () => Promise.reject(new Error("gone")) }),
    String,
  );
  writer.write("a");
  await writer.flushed();
  writer.write("b");
  await writer.flushed();
});

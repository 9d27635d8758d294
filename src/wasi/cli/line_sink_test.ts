import assert from "node:assert/strict";
import { RecordedInstance } from "../../../tests/support/recorded_instance.ts";
import { LineSink } from "./line_sink.ts";

const encoder = new TextEncoder();

/** What reaches the host when these pieces are written and the instance is dropped. */
function linesOf(...pieces: (string | Uint8Array)[]): string[] {
  const instance = new RecordedInstance();
  const sink = new LineSink(instance, "stdout");
  for (const piece of pieces) {
    sink.write(typeof piece === "string" ? encoder.encode(piece) : piece);
  }
  instance.drop();
  return instance.lines.map(([, , text]) => text);
}

const euro = encoder.encode("€");

for (
  const [name, pieces, lines] of [
    ["nothing", [""], []],
    ["one line", ["one\n"], ["one"]],
    ["several lines in one write", ["one\ntwo\n\nfour\n"], [
      "one",
      "two",
      "",
      "four",
    ]],
    ["a line in pieces", ["o", "n", "e\nt", "wo\n"], ["one", "two"]],
    ["a line that was never ended", ["one\ntwo"], ["one", "two"]],
    ["carriage returns", ["one\r\n", "two\r", "\n", "a\rb\n"], [
      "one",
      "two",
      "a\rb",
    ]],
    ["a character in two writes", [euro.slice(0, 1), euro.slice(1), "\n"], [
      "€",
    ]],
    ["bytes that are not UTF-8", [Uint8Array.of(0x61, 0xff, 0x62, 0x0a)], [
      "a\ufffdb",
    ]],
    ["half a character at the end", ["a", euro.slice(0, 2)], ["a\ufffd"]],
    ["a byte order mark", ["\ufeffa\n"], ["\ufeffa"]],
  ] as const
) {
  Deno.test(`LineSink makes lines of ${name}`, () => {
    assert.deepEqual(linesOf(...pieces), lines);
  });
}

Deno.test("LineSink cuts a long line, whether it ends or not", () => {
  const long = "x".repeat(40_000);
  const pieces = [16_384, 16_384, 7_232];
  assert.deepEqual(linesOf(long).map((line) => line.length), pieces);
  assert.deepEqual(linesOf(`${long}\n`).map((line) => line.length), pieces);
  const exact = "x".repeat(16_384);
  assert.deepEqual(linesOf(exact, "\n"), [exact]);
});

Deno.test("LineSink keeps no more than a line", () => {
  const instance = new RecordedInstance();
  const sink = new LineSink(instance, "stderr");
  for (let count = 0; count < 100; count++) {
    sink.write(encoder.encode("y".repeat(4096)));
  }
  const passedOn = instance.lines.reduce(
    (sum, line) => sum + line[2].length,
    0,
  );
  assert.ok(100 * 4096 - passedOn <= 16_384);
});

Deno.test("LineSink cuts no character in two", () => {
  const lines = linesOf("x" + "😀".repeat(10_000));
  assert.equal(lines.join(""), "x" + "😀".repeat(10_000));
  for (const line of lines) assert.ok(line.isWellFormed());
});

Deno.test("LineSink names the request that a line was written for", () => {
  const instance = new RecordedInstance();
  const sink = new LineSink(instance, "stderr");
  sink.write(encoder.encode("start\n"));
  instance.requestId = "a";
  sink.write(encoder.encode("one\nhalf"));
  instance.requestId = "b";
  sink.write(encoder.encode("two\nrest"));
  instance.requestId = undefined;
  instance.drop();
  assert.deepEqual(instance.lines, [
    [undefined, "stderr", "start"],
    ["a", "stderr", "one"],
    ["a", "stderr", "half"],
    ["b", "stderr", "two"],
    ["b", "stderr", "rest"],
  ]);
});

Deno.test("LineSink always has room", () => {
  const sink = new LineSink(new RecordedInstance(), "stdout");
  assert.equal(sink.isReady(), true);
  assert.ok(sink.capacity() >= 4096);
});

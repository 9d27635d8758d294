import assert from "node:assert/strict";
import { RecentOutput } from "./recent_output.ts";

function recorded() {
  const told: unknown[][] = [];
  const output = new RecentOutput({
    line: (...line) => told.push(line),
    message: (...message) => told.push(message),
  });
  return { output, told };
}

Deno.test("RecentOutput hands all on, and keeps the lines of its requests", () => {
  const { output, told } = recorded();
  output.line("1", "stdout", "one");
  output.line("2", "stdout", "of another request");
  output.line(undefined, "stderr", "of none at all");
  output.message("1", "warn", "", "two");
  output.message("1", "error", "db", "three");
  assert.deepEqual(told, [
    ["1", "stdout", "one"],
    ["2", "stdout", "of another request"],
    [undefined, "stderr", "of none at all"],
    ["1", "warn", "", "two"],
    ["1", "error", "db", "three"],
  ]);
  assert.deepEqual(output.linesOf("1"), [
    { stream: "stdout", text: "one" },
    { stream: "warn", text: "two" },
    { stream: "error", text: "db: three" },
  ]);
  assert.deepEqual(output.linesOf("3"), []);
});

Deno.test("RecentOutput keeps the last 50 lines, and of each 2000 characters", () => {
  const { output, told } = recorded();
  for (let line = 0; line < 60; line++) output.line("1", "stdout", `${line}`);
  assert.deepEqual(
    output.linesOf("1").map(({ text }) => text),
    Array.from({ length: 50 }, (_, index) => `${index + 10}`),
  );
  const long = "x".repeat(5000);
  output.line("1", "stdout", long);
  assert.equal(output.linesOf("1").at(-1)!.text, `${"x".repeat(2000)}…`);
  assert.equal(told.at(-1)![2], long);
});

Deno.test("RecentOutput lets go of a request that has ended", () => {
  const { output } = recorded();
  output.line("1", "stdout", "one");
  assert.equal(output.requests, 1);
  output.end("1");
  assert.equal(output.requests, 0);
  assert.deepEqual(output.linesOf("1"), []);
});

for (const length of [2000, 1, 0]) {
  Deno.test(`RecentOutput keeps no more than 4 Mi characters, the newest (lines of ${length})`, () => {
    const { output } = recorded();
    const line = "x".repeat(length);
    for (let request = 0; request < 20_000; request++) {
      output.line(`${request}`, "stdout", line);
    }
    // A line takes room beside its text.
    assert.equal(output.requests, Math.floor(4 * 1024 * 1024 / (length + 256)));
    assert.deepEqual(output.linesOf("0"), []);
    assert.equal(output.linesOf("19999").length, 1);
  });
}

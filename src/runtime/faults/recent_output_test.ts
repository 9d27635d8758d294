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
  output.begin("1");
  output.line("1", "stdout", "one");
  output.line("2", "stdout", "of no request that is answered");
  output.line(undefined, "stderr", "of none at all");
  output.message("1", "warn", "", "two");
  output.message("1", "error", "db", "three");
  assert.deepEqual(told, [
    ["1", "stdout", "one"],
    ["2", "stdout", "of no request that is answered"],
    [undefined, "stderr", "of none at all"],
    ["1", "warn", "", "two"],
    ["1", "error", "db", "three"],
  ]);
  assert.deepEqual(output.linesOf("1"), [
    { stream: "stdout", text: "one" },
    { stream: "warn", text: "two" },
    { stream: "error", text: "db: three" },
  ]);
  assert.deepEqual(output.linesOf("2"), []);
});

Deno.test("RecentOutput keeps the last 50 lines, and of each 2000 characters", () => {
  const { output, told } = recorded();
  output.begin("1");
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
  output.begin("1");
  output.line("1", "stdout", "one");
  assert.equal(output.size, 1);
  output.end("1");
  output.line("1", "stdout", "late");
  assert.equal(output.size, 0);
  assert.deepEqual(output.linesOf("1"), []);
});

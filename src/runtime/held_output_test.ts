import assert from "node:assert/strict";
import { HeldOutput } from "./held_output.ts";
import type { HostCall } from "./host_interface.ts";

const CALL = { name: "get" } as HostCall;

function recorded(isTraced = true) {
  const told: unknown[][] = [];
  const output = new HeldOutput({
    ...(isTraced && { call: (...call) => void told.push(call) }),
    line: (...line) => void told.push(line),
    message: (...message) => void told.push(message),
  });
  const write = () => {
    output.line("1", "stdout", "a line");
    output.call?.("1", CALL);
    output.message("1", "warn", "db", "a message");
  };
  const all = [
    ["1", "stdout", "a line"],
    ["1", CALL],
    ["1", "warn", "db", "a message"],
  ];
  return { output, told, write, all };
}

Deno.test("HeldOutput hands on what comes", () => {
  const { told, write, all } = recorded();
  write();
  assert.deepEqual(told, all);
});

Deno.test("HeldOutput hands on what was held, in order, and what comes after that", () => {
  const { output, told, write, all } = recorded();
  output.hold("1");
  write();
  assert.deepEqual(told, []);
  output.release();
  assert.deepEqual(told, all);
  write();
  assert.deepEqual(told, [...all, ...all]);
  output.hold("1");
  output.release();
  assert.equal(told.length, 2 * all.length);
});

Deno.test("HeldOutput tells nobody of what was dropped, nor of what comes after that", () => {
  const { output, told, write } = recorded();
  output.hold("1");
  write();
  output.drop();
  write();
  assert.deepEqual(told, []);
});

Deno.test("HeldOutput wants no calls told where nobody wants to know", () => {
  assert.equal(recorded(false).output.call, undefined);
});

Deno.test("HeldOutput hands on at once what is left of another request", () => {
  const { output, told } = recorded();
  output.hold("2");
  output.line("1", "stdout", "half");
  output.line("2", "stdout", "dropped");
  output.drop();
  output.line("1", "stderr", "half");
  output.line("2", "stderr", "dropped");
  output.line(undefined, "stdout", "of none");
  assert.deepEqual(told, [
    ["1", "stdout", "half"],
    ["1", "stderr", "half"],
    [undefined, "stdout", "of none"],
  ]);
});

for (const length of [0, 100_000]) {
  Deno.test(`HeldOutput does not hold without end (lines of ${length})`, () => {
    const { output, told } = recorded();
    const line = "x".repeat(length);
    output.hold("1");
    const most = Math.floor(256 * 1024 / (length + 256));
    for (let count = 0; count < most; count++) {
      output.line("1", "stdout", line);
    }
    assert.throws(() => output.line("1", "stdout", line), RangeError);
    assert.throws(() => output.message("1", "info", line, ""), RangeError);
    output.drop();
    output.line("1", "stdout", line);
    output.hold("2");
    output.line("2", "stdout", line);
    output.release();
    assert.deepEqual(told, [["2", "stdout", line]]);
  });
}

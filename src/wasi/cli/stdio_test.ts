import assert from "node:assert/strict";
import { RecordedInstance } from "../../../tests/support/recorded_instance.ts";
import { WitError } from "../../runtime/host_interface.ts";
import type { InputStream, OutputStream } from "../io/streams.ts";
import { stderrInterface, stdinInterface, stdoutInterface } from "./stdio.ts";

const encoder = new TextEncoder();

function outputOf(instance: RecordedInstance): () => OutputStream {
  return stdoutInterface.imports(instance).getStdout as () => OutputStream;
}

Deno.test("stdin is at its end, and ready to say so", () => {
  const { getStdin } = stdinInterface.imports(new RecordedInstance());
  const stdin = (getStdin as () => InputStream)();
  assert.equal(stdin.subscribe().ready(), true);
  assert.throws(
    () => stdin.blockingRead(1n),
    (error) =>
      error instanceof WitError &&
      (error.payload as { tag: string }).tag === "closed",
  );
});

Deno.test("stdout and stderr reach the host as lines", async () => {
  using instance = new RecordedInstance();
  instance.requestId = "r1";
  const { getStderr } = stderrInterface.imports(instance);
  const stdout = outputOf(instance)();
  const stderr = (getStderr as () => OutputStream)();
  await stdout.blockingWriteAndFlush(encoder.encode("out\n"));
  stderr.write(encoder.encode("err\n"));
  await stderr.blockingFlush();
  assert.deepEqual(instance.lines, [
    ["r1", "stdout", "out"],
    ["r1", "stderr", "err"],
  ]);
});

Deno.test("flushing keeps half a line with the rest of it", async () => {
  using instance = new RecordedInstance();
  const stdout = outputOf(instance)();
  await stdout.blockingWriteAndFlush(encoder.encode("one "));
  await stdout.blockingWriteAndFlush(encoder.encode("line\n"));
  assert.deepEqual(instance.lines, [[undefined, "stdout", "one line"]]);
});

Deno.test("every handle writes to the same lines, and dropping one closes none", () => {
  using instance = new RecordedInstance();
  const getStdout = outputOf(instance);
  const first = getStdout();
  const second = getStdout();
  first.write(encoder.encode("one "));
  first[Symbol.dispose]();
  second.write(encoder.encode("line\n"));
  assert.deepEqual(instance.lines, [[undefined, "stdout", "one line"]]);
});

Deno.test("two instances share no line", () => {
  using one = new RecordedInstance();
  using other = new RecordedInstance();
  outputOf(one)().write(encoder.encode("half"));
  outputOf(other)().write(encoder.encode("whole\n"));
  assert.deepEqual(other.lines, [[undefined, "stdout", "whole"]]);
});

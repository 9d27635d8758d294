import assert from "node:assert/strict";
import type { LogEvent } from "./log.ts";
import { teeLog } from "./tee_log.ts";

Deno.test("teeLog() tells each event to all logs, in order", () => {
  const told: [log: string, event: LogEvent][] = [];
  const log = (name: string) => ({
    emit: (event: LogEvent) => void told.push([name, event]),
  });
  const one: LogEvent = { event: "warning", text: "one" };
  const two: LogEvent = { event: "warning", text: "two" };
  const tee = teeLog(log("a"), log("b"));
  tee.emit(one);
  tee.emit(two);
  assert.deepEqual(told, [["a", one], ["b", one], ["a", two], ["b", two]]);
});

import assert from "node:assert/strict";
import { RecordedInstance } from "../../../tests/support/recorded_instance.ts";
import { loggingInterfaces } from "./logging.ts";

for (const offered of loggingInterfaces) {
  Deno.test(`${offered.name}@${offered.version} passes messages on with their request`, () => {
    using instance = new RecordedInstance();
    const { log } = offered.imports(instance) as {
      log(level: string, context: string, message: string): void;
    };
    log("info", "start", "warm");
    instance.requestId = "r1";
    log("critical", "", "two\nlines");
    assert.deepEqual(instance.messages, [
      [undefined, "info", "start", "warm"],
      ["r1", "critical", "", "two\nlines"],
    ]);
  });
}

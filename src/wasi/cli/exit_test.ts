import assert from "node:assert/strict";
import { RecordedInstance } from "../../../tests/support/recorded_instance.ts";
import { exitInterface } from "./exit.ts";

const { exit, exitWithCode } = exitInterface.imports(
  new RecordedInstance(),
) as {
  exit(status: { tag: string }): never;
  exitWithCode(code: number): never;
};

for (
  const [call, message] of [
    [() => exit({ tag: "ok" }), "The guest called exit(ok)"],
    [() => exit({ tag: "err" }), "The guest called exit(err)"],
    [() => exitWithCode(0), "The guest called exit-with-code(0)"],
    [() => exitWithCode(7), "The guest called exit-with-code(7)"],
  ] as const
) {
  Deno.test(`a guest that exits traps: ${message}`, () => {
    assert.throws(call, { name: "GuestTrap", kind: "exit", message });
  });
}

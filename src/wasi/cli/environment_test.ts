import assert from "node:assert/strict";
import { RecordedInstance } from "../../../tests/support/recorded_instance.ts";
import { makeEnvironmentInterface } from "./environment.ts";

Deno.test("the guest gets the variables it was given, and nothing of the host", () => {
  const { getEnvironment, getArguments, initialCwd } = makeEnvironmentInterface(
    { GREETING: "hello", EMPTY: "" },
  ).imports(new RecordedInstance()) as Record<string, () => unknown>;
  assert.deepEqual(getEnvironment!(), [["GREETING", "hello"], ["EMPTY", ""]]);
  assert.deepEqual(getArguments!(), []);
  assert.equal(initialCwd!(), undefined);
});

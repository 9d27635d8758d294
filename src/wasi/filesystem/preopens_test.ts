import assert from "node:assert/strict";
import { RecordedInstance } from "../../../tests/support/recorded_instance.ts";
import { preopensInterface } from "./preopens.ts";

Deno.test("a guest is given no directory", () => {
  const { getDirectories } = preopensInterface.imports(new RecordedInstance());
  assert.deepEqual((getDirectories as () => unknown)(), []);
});

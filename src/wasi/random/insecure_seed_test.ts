import assert from "node:assert/strict";
import { RecordedInstance } from "../../../tests/support/recorded_instance.ts";
import { insecureSeedInterface } from "./insecure_seed.ts";

Deno.test("insecureSeed() gives two numbers, others for each instance", () => {
  const seedOf = () =>
    (insecureSeedInterface.imports(new RecordedInstance()) as {
      insecureSeed(): [bigint, bigint];
    }).insecureSeed();
  const seed = seedOf();
  assert.deepEqual(seed.map((part) => typeof part), ["bigint", "bigint"]);
  assert.notDeepEqual(seed, seedOf());
});

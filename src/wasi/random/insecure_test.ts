import assert from "node:assert/strict";
import { RecordedInstance } from "../../../tests/support/recorded_instance.ts";
import { insecureInterface } from "./insecure.ts";

Deno.test("insecure numbers differ from call to call and are bounded too", () => {
  const { getInsecureRandomBytes, getInsecureRandomU64 } = insecureInterface
    .imports(new RecordedInstance()) as {
      getInsecureRandomBytes(length: bigint): Uint8Array;
      getInsecureRandomU64(): bigint;
    };
  const once = getInsecureRandomBytes(16n);
  assert.equal(once.length, 16);
  assert.notDeepEqual(once, getInsecureRandomBytes(16n));
  assert.notEqual(getInsecureRandomU64(), getInsecureRandomU64());
  assert.throws(() => getInsecureRandomBytes(2n ** 63n), RangeError);
});

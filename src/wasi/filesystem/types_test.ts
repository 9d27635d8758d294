import assert from "node:assert/strict";
import { RecordedInstance } from "../../../tests/support/recorded_instance.ts";
import { IoError } from "../io/error.ts";
import { Descriptor, DirectoryEntryStream } from "./descriptor.ts";
import { filesystemTypesInterface } from "./types.ts";

Deno.test("no stream failure is one of the file system", () => {
  const { filesystemErrorCode } = filesystemTypesInterface.imports(
    new RecordedInstance(),
  );
  const code = (filesystemErrorCode as (error: IoError) => unknown)(
    new IoError("broken"),
  );
  assert.equal(code, undefined);
});

Deno.test("every call on a handle that the guest made up traps", () => {
  let calls = 0;
  for (const { prototype } of [Descriptor, DirectoryEntryStream]) {
    for (const method of Object.getOwnPropertyNames(prototype)) {
      if (method === "constructor") continue;
      const forged: Record<string, () => unknown> = Object.create(prototype);
      assert.throws(() => forged[method]!(), TypeError, method);
      calls++;
    }
  }
  assert.equal(calls, 28);
});

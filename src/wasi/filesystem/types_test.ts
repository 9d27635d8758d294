import assert from "node:assert/strict";
import { RecordedInstance } from "../../../tests/support/recorded_instance.ts";
import { WitError } from "../../runtime/host_interface.ts";
import { IoError } from "../io/error.ts";
import { PulledSource } from "../io/pulled_source.ts";
import type { StreamError } from "../io/streams.ts";
import { Descriptor } from "./descriptor.ts";
import { DirectoryEntryStream } from "./directory_entry_stream.ts";
import { filesystemTypesInterface } from "./types.ts";

function codeOf(error: IoError): unknown {
  const { filesystemErrorCode } = filesystemTypesInterface.imports(
    new RecordedInstance(),
  );
  return (filesystemErrorCode as (error: IoError) => unknown)(error);
}

Deno.test("filesystem-error-code answers for failures of files and for no other", async () => {
  assert.equal(codeOf(new IoError("broken")), undefined);
  assert.equal(codeOf(new IoError("broken", new TypeError("x"))), undefined);
  const source = new PulledSource({
    async next() {
      return await Deno.readFile("/").catch(() => {
        throw Object.assign(new Error(), { code: "EISDIR" });
      });
    },
    close() {},
  });
  await source.whenReady();
  assert.throws(() => source.read(1), (error) => {
    assert.ok(error instanceof WitError);
    const payload = error.payload as StreamError;
    assert.ok(payload.tag === "last-operation-failed");
    assert.equal(codeOf(payload.val), "is-directory");
    return true;
  });
});

Deno.test("every call on a handle that the guest made up traps", async () => {
  let calls = 0;
  for (const { prototype } of [Descriptor, DirectoryEntryStream]) {
    for (const method of Object.getOwnPropertyNames(prototype)) {
      if (method === "constructor") continue;
      const forged: Record<string, (...args: unknown[]) => unknown> = Object
        .create(prototype);
      await assert.rejects(
        async () => await forged[method]!({}, {}),
        TypeError,
        method,
      );
      calls++;
    }
  }
  assert.equal(calls, 28);
});

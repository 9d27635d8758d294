import assert from "node:assert/strict";
import { openInMemory } from "../in_memory.ts";
import { noneRestored, restore } from "./restore.ts";

Deno.test("restore() refuses a value that is too large, and keeps the keys before it", async () => {
  await using backend = await openInMemory();
  const bucket = await backend.open("b");
  const counts = noneRestored();
  const lines = '{"wharf":1}\n{"key":"a","value":"123"}\n' +
    '{"key":"b","base64":"AAAAAA=="}\n{"key":"c","value":""}\n';
  const chunks = ReadableStream.from([new TextEncoder().encode(lines)]);
  const options = { ifAbsent: false, counts, maxValueSize: 3 };
  await assert.rejects(restore(bucket, chunks, options), {
    name: "DumpError",
    code: "too-large",
    message:
      'Cannot import line 3: the value of "b" has 4 bytes, and 3 are allowed',
  });
  assert.deepEqual((await bucket.listKeys()).keys, ["a"]);
  assert.deepEqual(counts, { imported: 1, present: 0, expired: 0, bytes: 3 });
});

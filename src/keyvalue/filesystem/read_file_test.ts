import assert from "node:assert/strict";
import { join } from "node:path";
import { makeTemporaryFolder } from "../../../tests/support/keyvalue_backends.ts";
import { bytes } from "../../../tests/support/keyvalue_values.ts";
import { KeyValueError } from "../store.ts";
import { readFile } from "./read_file.ts";

Deno.test("readFile() gives bytes and time of change of a regular file, or its beginning", async () => {
  await using folder = await makeTemporaryFolder();
  const path = join(folder.path, "file");
  await Deno.writeTextFile(path, "value");
  await Deno.utime(
    path,
    new Date(1_800_000_000_123),
    new Date(1_800_000_000_123),
  );
  assert.deepEqual(await readFile(path), {
    bytes: bytes("value"),
    changed: 1_800_000_000_123,
  });
  assert.deepEqual((await readFile(path, 3))?.bytes, bytes("val"));
  assert.equal(await readFile(join(folder.path, "absent")), undefined);
  assert.equal(await readFile(folder.path), undefined);
});

Deno.test("readFile() never reads what a link leads to, one that is planted at the last moment neither", async () => {
  await using folder = await makeTemporaryFolder();
  const at = (name: string) => join(folder.path, name);
  await Deno.writeTextFile(at("secret"), "secret");
  let stop = false;
  const planting = (async () => {
    while (!stop) {
      await Deno.writeTextFile(at("draft"), "value");
      await Deno.rename(at("draft"), at("key"));
      await Deno.symlink(at("secret"), at("link"));
      await Deno.rename(at("link"), at("key"));
    }
  })();
  const seen = { value: 0, refused: 0 };
  for (
    let read = 0;
    read < 1000 || seen.value === 0 || seen.refused === 0;
    read++
  ) {
    try {
      const file = await readFile(at("key"));
      if (file === undefined) continue;
      assert.equal(new TextDecoder().decode(file.bytes), "value");
      seen.value++;
    } catch (error) {
      if (!(error instanceof KeyValueError)) throw error;
      assert.equal(error.code, "access-denied");
      seen.refused++;
    }
  }
  stop = true;
  await planting;
});

import assert from "node:assert/strict";
import { join } from "node:path";
import { makeTemporaryFolder } from "../../../tests/support/keyvalue_backends.ts";
import {
  assertRefused,
  bytes,
  listAll,
  textAt,
} from "../../../tests/support/keyvalue_values.ts";
import { openFilesystem } from "../filesystem.ts";
import { loadLayout } from "./layout.ts";

const PORTABLE = '{"version":1,"names":"portable","longest":140}\n';

Deno.test("loadLayout() writes down what it found, leaves nothing else, and keeps to it", async () => {
  await using folder = await makeTemporaryFolder();
  const found = await loadLayout(folder.path);
  assert.equal(found.names, Deno.build.os === "linux" ? "exact" : "portable");
  assert.equal(found.longest, 255);
  const names = [];
  for await (const entry of Deno.readDir(folder.path)) names.push(entry.name);
  assert.deepEqual(names, ["layout.json"]);
  await Deno.writeTextFile(join(folder.path, "layout.json"), PORTABLE);
  assert.deepEqual(await loadLayout(folder.path), {
    names: "portable",
    longest: 140,
  });
});

Deno.test("loadLayout() refuses a layout that it does not know", async () => {
  await using folder = await makeTemporaryFolder();
  for (
    const text of [
      "",
      "{",
      "null",
      '{"version":2,"names":"exact","longest":255}',
      '{"version":1,"names":"x","longest":1}',
    ]
  ) {
    await Deno.writeTextFile(join(folder.path, "layout.json"), text);
    await assertRefused(loadLayout(folder.path));
  }
});

Deno.test("loadLayout() refuses exact names where capitals are not told apart", async () => {
  await using folder = await makeTemporaryFolder();
  await Deno.writeTextFile(
    join(folder.path, "layout.json"),
    PORTABLE.replace("portable", "exact"),
  );
  // What such a file system would find.
  await Deno.writeTextFile(join(folder.path, "LAYOUT.JSON"), "");
  await assert.rejects(loadLayout(folder.path), {
    code: "other",
    message: /tells capitals apart/,
  });
});

Deno.test("filesystem: on a file system that confuses names, those of wash are taken over when the bucket is found", async () => {
  await using folder = await makeTemporaryFolder();
  await Deno.mkdir(join(folder.path, ".wharf"));
  await Deno.writeTextFile(
    join(folder.path, ".wharf", "layout.json"),
    PORTABLE,
  );
  await Deno.mkdir(join(folder.path, "default", "Folder"), { recursive: true });
  for (const key of ["MyKey", "plain", "日本"]) {
    await Deno.writeTextFile(
      join(folder.path, "default", key),
      `value of ${key}`,
    );
  }
  for (let life = 0; life < 2; life++) {
    await using backend = await openFilesystem({ path: folder.path });
    const bucket = await backend.open("default");
    for (const key of ["MyKey", "plain", "日本"]) {
      assert.equal(await textAt(bucket, key), `value of ${key}`);
    }
    assert.equal(await bucket.exists("mykey"), false);
    assert.deepEqual((await listAll(bucket)).sort(), [
      "MyKey",
      "plain",
      "日本",
    ]);
  }
  await using backend = await openFilesystem({ path: folder.path });
  await (await backend.open("default")).set("mykey", bytes("another"));
  assert.equal(
    await textAt(await backend.open("default"), "MyKey"),
    "value of MyKey",
  );
});

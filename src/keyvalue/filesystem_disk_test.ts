import assert from "node:assert/strict";
import { join } from "node:path";
import {
  mountingMissing,
  onSmallDisk,
} from "../../tests/support/small_disk.ts";
import {
  bytes,
  fill,
  listAll,
  numbered,
  textAt,
} from "../../tests/support/keyvalue_values.ts";
import { openFilesystem } from "./filesystem.ts";

const missing = await mountingMissing();

/** Registers a test that needs a disk of its own, or says why it is not run. */
function testOnSmallDisk(
  name: string,
  run: (root: string) => Promise<void>,
): void {
  Deno.test({
    name: `${name}${missing === undefined ? "" : ` (ignored: ${missing})`}`,
    ignore: missing !== undefined,
    fn: () => onSmallDisk(256, (path) => run(join(path, "store"))),
  });
}

testOnSmallDisk(
  "filesystem: a full disk refuses the write and leaves the old value",
  async (root) => {
    await using backend = await openFilesystem({ path: root });
    const bucket = await backend.open("default");
    await bucket.set("key", bytes("old"));
    await bucket.set("counter", bytes("41"));
    await assert.rejects(bucket.set("key", new Uint8Array(1_000_000)), {
      code: "other",
      message:
        /^Cannot set "key" in ".*store": the disk is full, and the old value was kept; make room$/,
    });
    assert.equal(await textAt(bucket, "key"), "old");

    // To the last block.
    let filled = 0;
    for (const size of [8192, 1]) {
      while (
        await bucket.set(`filler ${filled}`, new Uint8Array(size)).then(
          () => true,
          () => false,
        )
      ) filled++;
    }
    assert.ok(filled > 3, String(filled));
    const version = (await bucket.get("key"))?.version;
    await assert.rejects(bucket.increment("counter", 1n), { code: "other" });
    await assert.rejects(bucket.swap("key", version, bytes("new")), {
      code: "other",
    });
    assert.equal(await textAt(bucket, "counter"), "41");
    assert.equal(await textAt(bucket, "key"), "old");
    assert.equal(await bucket.exists(`filler ${filled}`), false);
    assert.equal((await listAll(bucket)).length, filled + 2);

    await bucket.delete("filler 0");
    assert.equal(await bucket.increment("counter", 1n), 42n);
  },
);

testOnSmallDisk(
  "filesystem: a full disk can still be opened, read and emptied",
  async (root) => {
    {
      await using backend = await openFilesystem({ path: root });
      const bucket = await backend.open("default");
      let filled = 0;
      while (
        await bucket.set(`filler ${filled}`, new Uint8Array(4096)).then(
          () => true,
          () => false,
        )
      ) filled++;
    }
    await using backend = await openFilesystem({ path: root });
    const bucket = await backend.open("default");
    assert.equal((await bucket.get("filler 0"))?.value.length, 4096);
    await bucket.deleteMany(await listAll(bucket));
    await bucket.set("key", bytes("value"));
    assert.deepEqual(await listAll(bucket), ["key"]);
  },
);

testOnSmallDisk(
  "filesystem: a disk that turns read-only refuses writes and can still be read",
  async (root) => {
    await using backend = await openFilesystem({ path: root });
    const bucket = await backend.open("default");
    await fill(bucket, numbered("key ", 3));
    const mount = join(root, "..");
    const remount = async (mode: string) => {
      const args = ["-o", `remount,${mode}`, mount];
      assert.ok((await new Deno.Command("mount", { args }).output()).success);
    };
    // Files that are open for writing keep it from being remounted.
    await backend[Symbol.asyncDispose]();
    await using writable = await openFilesystem({ path: root });
    await writable[Symbol.asyncDispose]();
    await remount("ro");
    await assert.rejects(openFilesystem({ path: root }), {
      code: "access-denied",
      message: /read-only file system; mount it/,
    });
    await remount("rw");
    await using again = await openFilesystem({ path: root });
    assert.equal((await listAll(await again.open("default"))).length, 3);
  },
);

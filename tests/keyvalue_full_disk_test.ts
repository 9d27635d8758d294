/** Stores in files, on a disk that has no room left. */

import assert from "node:assert/strict";
import { join } from "node:path";
import { type BackendChoice, openBackend } from "../src/keyvalue/backends.ts";
import type { Bucket } from "../src/keyvalue/store.ts";
import { bytes, listAll, textAt } from "./support/keyvalue_values.ts";
import { mountingMissing, onSmallDisk } from "./support/small_disk.ts";

const DISK = 4096;
/** What stands in the way on the disk, in KiB, until it is removed. */
const BALLAST = 1024;

const PLACES: Readonly<Record<string, (root: string) => BackendChoice>> = {
  filesystem: (root) => ({ backend: "filesystem", path: join(root, "store") }),
  sqlite: (root) => ({
    backend: "filesystem",
    engine: "sqlite",
    path: join(root, "store"),
  }),
  deno_kv: (root) => ({ backend: "deno_kv", path: join(root, "kv.sqlite") }),
};

const missing = await mountingMissing();

/** Sets fillers until there is no room for another; gives how many there are. */
async function fillUp(bucket: Bucket, start: number): Promise<number> {
  let filled = start;
  for (const size of [30_000, 3000, 1]) {
    while (true) {
      try {
        await bucket.set(`filler ${filled}`, new Uint8Array(size));
        filled++;
      } catch (cause) {
        assertFull(cause, `set "filler ${filled}"`);
        break;
      }
    }
  }
  return filled;
}

/** Asserts that the guest is told that the disk is full. */
function assertFull(cause: unknown, act: string): true {
  assert.ok(cause instanceof Error);
  assert.equal("code" in cause && cause.code, "other");
  assert.ok(cause.message.startsWith(`Cannot ${act} in `), cause.message);
  assert.match(
    cause.message,
    /: the disk is full, and the old value was kept; make room$/,
  );
  return true;
}

for (const [name, place] of Object.entries(PLACES)) {
  Deno.test({
    name:
      `${name}: a full disk refuses writes with what to do, keeps what there was, and takes writes again${
        missing === undefined ? "" : ` (ignored: ${missing})`
      }`,
    ignore: missing !== undefined,
    fn: () => onSmallDisk(DISK, (root) => runOut(root, place(root))),
  });
}

async function runOut(root: string, choice: BackendChoice): Promise<void> {
  const ballast = join(root, "ballast");
  await Deno.writeFile(ballast, new Uint8Array(BALLAST * 1024));
  let filled: number;
  {
    await using backend = await openBackend(choice);
    const bucket = await backend.open("default");
    await bucket.set("key", bytes("old"));
    await bucket.set("counter", bytes("41"));
    const version = (await bucket.get("key"))?.version;
    filled = await fillUp(bucket, 0);
    assert.ok(filled > 10, String(filled));

    const large = new Uint8Array(60_000);
    const full = (act: string) => (cause: unknown) => assertFull(cause, act);
    await assert.rejects(bucket.set("key", large), full('set "key"'));
    await assert.rejects(
      bucket.swap("key", version, large),
      full('swap "key"'),
    );
    await assertKept(bucket, filled, version);
    // A write of a digit may find room that is left in a page.
    const sum = await bucket.increment("counter", 1n).catch((cause) =>
      assertFull(cause, 'increment "counter"')
    );
    assert.equal(
      await textAt(bucket, "counter"),
      sum === true ? "41" : String(sum),
    );

    await Deno.remove(ballast);
    const before = BigInt((await textAt(bucket, "counter"))!);
    assert.equal(await bucket.increment("counter", 1n), before + 1n);
    await bucket.set("key", large);
    assert.equal((await bucket.get("key"))?.value.length, large.length);
    filled = await fillUp(bucket, filled);
  }
  // What was acknowledged is there in another life too, on a disk that is full again.
  await using backend = await openBackend(choice);
  const bucket = await backend.open("default");
  assert.equal((await listAll(bucket)).length, filled + 2);
  assert.equal((await bucket.get("key"))?.value.length, 60_000);
}

/** Asserts that all that was written is there, and can be read. */
async function assertKept(
  bucket: Bucket,
  filled: number,
  version: string | undefined,
): Promise<void> {
  const entry = await bucket.get("key");
  assert.deepEqual(entry?.value, bytes("old"));
  assert.equal(entry.version, version);
  assert.equal(await bucket.exists(`filler ${filled}`), false);
  assert.ok(await bucket.get(`filler ${filled - 1}`));
  assert.equal((await listAll(bucket)).length, filled + 2);
}

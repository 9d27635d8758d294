import assert from "node:assert/strict";
import {
  fill,
  listAll,
  numbered,
} from "../../tests/support/keyvalue_values.ts";
import {
  mountingMissing,
  onSmallDisk,
} from "../../tests/support/small_disk.ts";
import { openFilesystem } from "./filesystem.ts";

const missing = await mountingMissing();

// tmpfs and btrfs put a file that is renamed over another at the end of the folder, behind the
// place where a reading that has begun will stop.
Deno.test({
  name:
    `filesystem: a key that two openings write again while it is listed is listed once, where files move${
      missing === undefined ? "" : ` (ignored: ${missing})`
    }`,
  ignore: missing !== undefined,
  fn: () =>
    onSmallDisk(64 * 1024, async (path) => {
      await using backend = await openFilesystem({ path });
      await using other = await openFilesystem({ path });
      const buckets = [
        await backend.open("default"),
        await other.open("default"),
      ] as const;
      const keys = numbered("key ", 3000);
      await fill(buckets[0], keys);
      const sorted = keys.toSorted();
      for (let round = 0; round < 8; round++) {
        let listed = false;
        const writers = buckets.map(async (bucket, index) => {
          for (let write = 0; !listed; write++) {
            const from = (write * 64 + index * 1500) % 3000;
            await fill(bucket, keys.slice(from, from + 32));
          }
        });
        const found = await listAll(buckets[0], { limit: 10_000 });
        listed = true;
        await Promise.all(writers);
        assert.deepEqual(found.sort(), sorted, `round ${round}`);
      }
    }),
});

/** Stores in files, in a process that may write no large ones: a disk that refuses, without being root. */

import assert from "node:assert/strict";
import { listAll, textAt } from "./support/keyvalue_values.ts";
import { openBackend } from "../src/keyvalue/backends.ts";
import { writeBeyondLimit } from "./support/keyvalue_limited_child.ts";
import { storeRows, testEachStore } from "./support/keyvalue_stores.ts";

const IN_FILES = ["filesystem", "sqlite", "deno_kv"];

testEachStore(
  "a write that the system refuses in the middle keeps the old value, and the next succeeds",
  storeRows()
    .filter(({ name }) => IN_FILES.includes(name))
    .map((row) => ({
      ...row,
      missing: Deno.build.os === "windows"
        ? "Windows has no ulimit"
        : row.missing,
    })),
  async (row) => {
    await using shared = await row.place!();
    const seen = await writeBeyondLimit(shared.choice);
    assert.equal(seen.code, "other");
    assert.match(seen.message, /^Cannot set "key" in .+: .+[^.]$/);
    if (row.name === "filesystem") {
      assert.match(seen.message, /the old value was kept; raise the limit/);
    }
    assert.equal(seen.kept, "old");
    assert.deepEqual(seen.keys, ["key"]);
    assert.equal(seen.later, "new");
    await using backend = await openBackend(shared.choice);
    const bucket = await backend.open("default");
    assert.equal(await textAt(bucket, "key"), "new");
    assert.deepEqual(await listAll(bucket), ["key"]);
  },
);

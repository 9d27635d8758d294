import assert from "node:assert/strict";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { makeTemporaryFolder } from "../../tests/support/keyvalue_backends.ts";
import { bytes } from "../../tests/support/keyvalue_values.ts";
import { openSqlite } from "./sqlite.ts";

/** How many rows a table has. */
function countOf(path: string, table: string): unknown {
  using database = new DatabaseSync(join(path, "wharf.sqlite"));
  return database.prepare(`SELECT count(*) AS rows FROM ${table}`).get()?.rows;
}

Deno.test("sqlite: watch() tells what another program changes, and of rows that expire unread", async () => {
  await using folder = await makeTemporaryFolder();
  const { path } = folder;
  let time = Date.now();
  await using backend = await openSqlite({ path, now: () => time });
  const bucket = await backend.open("default");
  await bucket.set("key", bytes("1"));
  await bucket.set("short", bytes("1"), { ttl: 1000 });
  const ending = new AbortController();
  const changes = bucket.watch!({ signal: ending.signal })
    [Symbol.asyncIterator]();
  await bucket.set("first", bytes("1"));
  assert.equal((await changes.next()).value.key, "first");
  using other = new DatabaseSync(join(path, "wharf.sqlite"));
  other.exec("UPDATE entries SET value = x'32', version = version + 1000");
  const told: string[] = [];
  for (let count = 0; count < 3; count++) {
    told.push((await changes.next()).value.key);
  }
  assert.deepEqual(told.toSorted(), ["first", "key", "short"]);
  other.exec("DELETE FROM entries WHERE key = CAST('key' AS BLOB)");
  assert.deepEqual((await changes.next()).value, {
    kind: "delete",
    key: "key",
  });
  time += 1000;
  assert.deepEqual((await changes.next()).value, {
    kind: "delete",
    key: "short",
  });
  ending.abort();
});

Deno.test("sqlite: nothing is noted while nobody watches, and nothing stays of a watch that has ended", async () => {
  await using folder = await makeTemporaryFolder();
  const { path } = folder;
  await using backend = await openSqlite({ path });
  const bucket = await backend.open("default");
  const ending = new AbortController();
  const changes = bucket.watch!({ signal: ending.signal })
    [Symbol.asyncIterator]();
  await bucket.set("seen", bytes("1"));
  assert.equal((await changes.next()).value.key, "seen");
  assert.equal(countOf(path, "touched"), 1);
  assert.equal(countOf(path, "leases"), 1);
  ending.abort();
  await bucket.set("unseen", bytes("1"));
  assert.equal(countOf(path, "touched"), 0);
  assert.equal(countOf(path, "leases"), 0);
});

Deno.test("sqlite: the lease of a process that died lets others note nothing once it has run out", async () => {
  await using folder = await makeTemporaryFolder();
  const { path } = folder;
  await using backend = await openSqlite({ path });
  const bucket = await backend.open("default");
  const ending = new AbortController();
  bucket.watch!({ signal: ending.signal });
  await bucket.set("seen", bytes("1"));
  ending.abort();
  await bucket.set("unseen", bytes("1"));
  {
    using other = new DatabaseSync(join(path, "wharf.sqlite"));
    other.exec("INSERT INTO leases VALUES('dead', 0, unixepoch() + 60)");
    await bucket.set("noted", bytes("1"));
    assert.equal(countOf(path, "touched"), 1);
    other.exec("UPDATE leases SET until = unixepoch()");
  }
  await bucket.set("not noted", bytes("1"));
  assert.equal(countOf(path, "touched"), 1);
  const again = new AbortController();
  bucket.watch!({ signal: again.signal });
  await bucket.set("seen", bytes("2"));
  assert.equal(countOf(path, "leases"), 1);
  assert.equal(countOf(path, "touched"), 1);
  again.abort();
});

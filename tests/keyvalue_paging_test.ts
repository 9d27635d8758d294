/** Listings of 100,000 keys, page after page, while others write to the bucket. */

import assert from "node:assert/strict";
import { join } from "node:path";
import { type BackendChoice, openBackend } from "../src/keyvalue/backends.ts";
import type { Bucket } from "../src/keyvalue/store.ts";
import {
  type StoreRow,
  storeRows,
  testEachStore,
} from "./support/keyvalue_stores.ts";
import { fill, numbered } from "./support/keyvalue_values.ts";

const STAYERS = 100_000;
const STAYERS_PER_LEAVER = 40;
/** Writes of each kind that one writer makes at a time. */
const OVERWRITTEN = 12;
const REMOVED = 4;
const ADDED = 4;
/** Beyond these there is one a page: writers that keep a listing company for ever take all the time. */
const MOST_ROUNDS = 300;

interface Opened extends AsyncDisposable {
  /** The bucket to list, and the same as its writer sees it: another process, where the store can have one. */
  readonly buckets: readonly [reader: Bucket, writer: Bucket];
  load(keys: readonly string[]): Promise<void>;
}

async function openRow({ open, place }: StoreRow): Promise<Opened> {
  await using stack = new AsyncDisposableStack();
  const choice = place && stack.use(await place()).choice;
  const backends = choice === undefined
    ? new Array(2).fill(stack.use(await open()).backend)
    : [
      stack.use(await openBackend(choice)),
      stack.use(await openBackend(choice)),
    ];
  const reader: Bucket = await backends[0].open("default");
  const writer: Bucket = await backends[1].open("default");
  const held = stack.move();
  return {
    buckets: [reader, writer],
    load: (keys) =>
      isFiles(choice) ? copyIn(choice.path, keys) : fill(reader, keys),
    [Symbol.asyncDispose]: () => held.disposeAsync(),
  };
}

function isFiles(
  choice: BackendChoice | undefined,
): choice is BackendChoice & { readonly backend: "filesystem" } {
  return choice?.backend === "filesystem" && choice.engine !== "sqlite";
}

/**
 * Puts files into the folder as a copy of another store would: setting the keys one by one
 * takes half a minute, for two flushes of the disk each. Links, of which a file can have some
 * thousands, are made four times as fast as files.
 */
async function copyIn(root: string, keys: readonly string[]): Promise<void> {
  const folder = join(root, "default");
  await Deno.mkdir(folder);
  let file = "";
  for (const [index, key] of keys.entries()) {
    const path = join(folder, key);
    if (index % 1000 > 0) Deno.linkSync(file, path);
    else Deno.writeFileSync(file = path, new Uint8Array(0));
  }
}

testEachStore(
  "100,000 keys that stay are listed once each, while others come and go and all are written again",
  storeRows(),
  async (row) => {
    await using opened = await openRow(row);
    const { buckets: [reader, writer] } = opened;
    const stayers = numbered("stay-", STAYERS);
    const leavers = numbered("leave-", STAYERS / STAYERS_PER_LEAVER);
    // Mixed, so that keys go before and behind the place of a listing.
    await opened.load(
      stayers.flatMap((key, at) =>
        at % STAYERS_PER_LEAVER === 0
          ? [key, leavers[at / STAYERS_PER_LEAVER]!]
          : [key]
      ),
    );

    let rounds = 0;
    /** Some writes, all at once, each time on other keys. */
    const write = async () => {
      const round = rounds++;
      // A step that shares no factor with the number of keys meets every one in turn.
      const again = Array.from(
        { length: OVERWRITTEN },
        (_, at) => stayers[((round * OVERWRITTEN + at) * 7919) % STAYERS]!,
      );
      const gone = leavers.slice(round * REMOVED, (round + 1) * REMOVED);
      await Promise.all([
        fill(writer, again.slice(0, OVERWRITTEN / 2)),
        fill(reader, again.slice(OVERWRITTEN / 2)),
        fill(writer, numbered(`new-${round}-`, ADDED)),
        writer.deleteMany(gone),
      ]);
    };

    const listed: string[] = [];
    let cursor: string | undefined;
    for (let page = 1;; page++) {
      let done = false;
      const reading = reader.listKeys(cursor === undefined ? {} : { cursor })
        .finally(() => done = true);
      do await write(); while (!done && rounds < MOST_ROUNDS);
      const found = await reading;
      assert.ok(found.keys.length <= 1000, `${found.keys.length} keys`);
      listed.push(...found.keys);
      cursor = found.cursor;
      if (cursor === undefined) break;
    }
    assert.ok(rounds >= STAYERS / 1000, `${rounds} rounds of writes`);

    const times = new Map<string, number>();
    for (const key of listed) times.set(key, (times.get(key) ?? 0) + 1);
    const summary = `${listed.length} keys, ${rounds} rounds`;
    const skipped = stayers.filter((key) => !times.has(key));
    assert.deepEqual(
      skipped.slice(0, 5),
      [],
      `${skipped.length} of ${summary}`,
    );
    // Every other key was set once and deleted once at most.
    const twice = [...times].filter(([, count]) => count > 1);
    assert.deepEqual(twice.slice(0, 5), [], `${twice.length} of ${summary}`);
    const foreign = [...times.keys()].filter((key) =>
      !/^(stay|leave|new-\d+)-\d+$/.test(key)
    );
    assert.deepEqual(foreign, []);
  },
);

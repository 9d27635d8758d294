/** One counter, many writers, more than one process. */

import assert from "node:assert/strict";
import { openBackend } from "../src/keyvalue/backends.ts";
import {
  type CountingChild,
  startCounting,
} from "./support/keyvalue_counting_child.ts";
import { storeRows, testEachStore } from "./support/keyvalue_stores.ts";
import { textAt } from "./support/keyvalue_values.ts";

const PROCESSES = 2;
const WRITERS = 32;
/** Calls that each process makes at least before any of them stops. */
const CALLS = 256;

testEachStore(
  "64 writers in two processes count every call, and no two are told the same sum",
  storeRows().filter((row) => row.place !== undefined),
  async ({ place }) => {
    await using shared = await place!();
    const { choice } = shared;
    await using stack = new AsyncDisposableStack();
    const children: CountingChild[] = Array.from(
      { length: PROCESSES },
      () => stack.use(startCounting({ choice, writers: WRITERS })),
    );
    await Promise.all(children.map((child) => child.ready()));
    await Promise.all(children.map((child) => child.count(CALLS)));
    const sums = await Promise.all(children.map((child) => child.stop()));
    const total = sums.flat().length;
    assert.deepEqual(
      sums.flat().sort((one, other) => one - other),
      Array.from({ length: total }, (_, index) => index + 1),
    );
    await using backend = await openBackend(choice);
    const bucket = await backend.open("default");
    assert.equal(await textAt(bucket, "counter"), String(total));
  },
);

/**
 * What several processes on one store must not break, for stores that live in a file.
 *
 * @module
 */

import assert from "node:assert/strict";
import {
  type BackendChoice,
  openBackend,
} from "../../src/keyvalue/backends.ts";
import { makeTemporaryFolder } from "./keyvalue_backends.ts";
import { writeOf, WRITER_KEYS } from "./keyvalue_child.ts";
import { makeDice } from "./keyvalue_model_cases.ts";
import { startStoreChild } from "./keyvalue_store_child.ts";
import { listAll, textAt } from "./keyvalue_values.ts";

const INCREMENTS = 250;
const KILLS = 10;

/** Registers the tests of one store; `place` says where in a folder it is. */
export function testProcesses(
  name: string,
  place: (folder: string) => BackendChoice,
): void {
  Deno.test(`${name}: four processes that start on nothing at once lose no increment`, async () => {
    await using folder = await makeTemporaryFolder();
    const choice = place(folder.path);
    const children = Array.from(
      { length: 4 },
      () => startStoreChild("increment", choice, INCREMENTS),
    );
    const ended = await Promise.all(children.map((child) => child.ended()));
    for (const child of children) await child[Symbol.asyncDispose]();
    assert.deepEqual(ended, [true, true, true, true]);
    await using backend = await openBackend(choice);
    assert.equal(
      await textAt(await backend.open("default"), "counter"),
      String(4 * INCREMENTS),
    );
  });

  Deno.test(`${name}: a process killed in the middle of its writes leaves each value old or new`, async () => {
    await using folder = await makeTemporaryFolder();
    const choice = place(folder.path);
    const dice = makeDice(1);
    let first = 0;
    for (let round = 0; round < KILLS; round++) {
      let done: number[];
      {
        await using child = startStoreChild("write", choice, first);
        done = await child.follow(1 + dice(60));
      }
      await using backend = await openBackend(choice);
      const bucket = await backend.open("default");
      let last = first;
      for (const [key, write] of done.entries()) {
        const entry = await bucket.get(`key ${key}`);
        if (entry === undefined) {
          assert.equal(write, -1, `key ${key} is gone`);
          continue;
        }
        const found = writeOf(entry.value);
        assert.ok(
          found >= write,
          `key ${key} went back from write ${write} to ${found}`,
        );
        last = Math.max(last, found);
      }
      assert.ok(
        (await listAll(bucket)).every((key) => /^key [0-7]$/.test(key)),
      );
      first = last + 1;
    }
  });

  Deno.test(`${name}: readers see whole values only, none older than before, while another process writes`, async () => {
    await using folder = await makeTemporaryFolder();
    const choice = place(folder.path);
    await using child = startStoreChild("write", choice, 0);
    await child.follow(WRITER_KEYS * 3);
    await using backend = await openBackend(choice);
    const bucket = await backend.open("default");
    for (let key = 0; key < WRITER_KEYS; key++) {
      let last = -1;
      for (let changes = 0, reads = 0; changes < 3 || reads < 50; reads++) {
        const entry = await bucket.get(`key ${key}`);
        assert.ok(entry, `key ${key} was missing for a moment`);
        const write = writeOf(entry.value);
        assert.ok(write >= last, `key ${key} went back`);
        if (write > last) changes++;
        else await new Promise((resolve) => setTimeout(resolve, 1));
        last = write;
      }
    }
  });
}

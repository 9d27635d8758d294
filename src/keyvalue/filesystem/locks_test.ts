import assert from "node:assert/strict";
import { join } from "node:path";
import { makeTemporaryFolder } from "../../../tests/support/keyvalue_backends.ts";
import { lockOfStripe, Locks, stripeLocks, STRIPES } from "./locks.ts";

const HOUR = 3_600_000;

Deno.test("Locks.hold() lets one holder in at a time, of two openings too", async () => {
  await using folder = await makeTemporaryFolder();
  const options = { now: Date.now, tick: 1 };
  await using one = new Locks(folder.path, options);
  await using two = new Locks(folder.path, options);
  let inside = 0;
  let most = 0;
  const visit = async () => {
    most = Math.max(most, ++inside);
    await Deno.stat(folder.path);
    inside--;
  };
  await Promise.all(
    Array.from(
      { length: 40 },
      (_, index) => (index % 2 === 0 ? one : two).hold("a", visit),
    ),
  );
  assert.equal(most, 1);
});

Deno.test("Locks.hold() lets go after a failure", async () => {
  await using folder = await makeTemporaryFolder();
  await using one = new Locks(folder.path, { now: Date.now, tick: 1 });
  await using two = new Locks(folder.path, { now: Date.now, tick: 1 });
  await assert.rejects(
    one.hold("a", () => Promise.reject(new Error("failed"))),
    { message: "failed" },
  );
  assert.equal(await two.hold("a", () => Promise.resolve(1)), 1);
});

Deno.test("Locks.hold() does not wait for a holder of a lock file that was removed since", async () => {
  await using folder = await makeTemporaryFolder();
  await using one = new Locks(folder.path, { now: Date.now, tick: 1 });
  await using two = new Locks(folder.path, { now: Date.now, tick: 1 });
  await one.hold("a", () => Promise.resolve());
  await Deno.remove(join(folder.path, "a"));
  let inside = 0;
  await Promise.all([one, two].map((locks) =>
    locks.hold("a", async () => {
      assert.equal(++inside, 1);
      await Deno.stat(folder.path);
      inside--;
    })
  ));
});

for (const tick of [1, 2000]) {
  Deno.test(`HeldLock.nextStamp() gives no stamp twice, in whole ticks of ${tick} ms, across openings`, async () => {
    await using folder = await makeTemporaryFolder();
    let time = 1_800_000_000_000;
    const stamps: number[] = [];
    for (let opening = 0; opening < 4; opening++) {
      await using locks = new Locks(folder.path, { now: () => time, tick });
      await locks.hold("a", async (held) => {
        for (let round = 0; round < 5; round++) {
          stamps.push(await held.nextStamp());
        }
      });
      time -= 10 * HOUR;
    }
    assert.equal(new Set(stamps).size, 20);
    assert.deepEqual(stamps.toSorted((a, b) => a - b), stamps);
    assert.ok(stamps.every((stamp) => stamp % tick === 0));
  });
}

Deno.test("HeldLock.nextStamp() passes the time of the file it replaces, unless that lies far ahead", async () => {
  await using folder = await makeTemporaryFolder();
  const now = Date.now() + HOUR;
  await using locks = new Locks(folder.path, { now: () => now, tick: 1 });
  await locks.hold("a", async (held) => {
    assert.equal(await held.nextStamp(), now);
    assert.equal(await held.nextStamp(now + 500), now + 501);
    assert.equal(await held.nextStamp(), now + 502);
    assert.equal(await held.nextStamp(now + 1000 * HOUR), now + 503);
    assert.equal(await held.nextStamp(now - 1000 * HOUR), now + 504);
  });
});

Deno.test("Locks.holdAll() waits for every holder, keeps others out, and meets another holdAll() without a knot", async () => {
  await using folder = await makeTemporaryFolder();
  const options = { now: Date.now, tick: 1 };
  await using one = new Locks(folder.path, options);
  await using other = new Locks(folder.path, options);
  const order: string[] = [];
  const inside = Promise.withResolvers<void>();
  const release = Promise.withResolvers<void>();
  const holder = other.hold(lockOfStripe(STRIPES - 1), async () => {
    inside.resolve();
    await release.promise;
    order.push("holder");
  });
  await inside.promise;
  const all = one.holdAll(stripeLocks(), () => {
    order.push("all");
    return Promise.resolve();
  });
  release.resolve();
  await Promise.all([holder, all]);
  assert.deepEqual(order, ["holder", "all"]);

  let within = 0;
  await Promise.all(
    [one, other, one, other].map((locks) =>
      locks.holdAll(stripeLocks(), async () => {
        assert.equal(++within, 1);
        await Deno.stat(folder.path);
        within--;
      })
    ),
  );
});

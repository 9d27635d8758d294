import assert from "node:assert/strict";
import { FakeFactory, FakeGuest, settle } from "./_fake_guests.ts";
import { openPool, use } from "./_fake_pool.ts";
import type { PoolOptions } from "./pool.ts";

/** A pool whose guests can be made fresh again. */
function openRestarting(options: Partial<PoolOptions> = {}) {
  const opened = openPool(options);
  opened.factory.restarts = true;
  return opened;
}

const newOnes = ({ made, restarted }: FakeFactory) => made.length - restarted;

Deno.test("GuestPool makes a used guest fresh again, and not before it is dropped", async () => {
  const { factory, pool } = openRestarting();
  using _ = pool;
  const first = await use(pool);
  first.restart = () => {
    assert.equal(first.drops, 1);
    return new FakeGuest();
  };
  pool.giveBack(first);
  assert.notEqual(await use(pool), first);
  assert.equal(factory.made.length, 1);
});

Deno.test("GuestPool makes used guests fresh ahead, in a later turn", async () => {
  const { factory, pool } = openRestarting({ ahead: 2 });
  using _ = pool;
  await pool.warm();
  await settle();
  for (let request = 0; request < 5; request++) {
    const guest = await use(pool);
    const before = factory.restarted;
    pool.giveBack(guest);
    assert.equal(factory.restarted, before);
    await settle();
    assert.equal(factory.restarted, request + 1);
    assert.equal(factory.alive, 2);
  }
  // While the first was served nobody knew yet that it would come back.
  assert.equal(newOnes(factory), 2);
});

Deno.test("GuestPool makes a new guest where a used one cannot be made fresh", async () => {
  const { factory, pool } = openRestarting();
  using _ = pool;
  pool.giveBack(await use(pool));
  factory.restarts = false;
  pool.giveBack(await use(pool));
  assert.equal(factory.restarted, 0);
  assert.equal(newOnes(factory), 2);
});

Deno.test("GuestPool.discard() never makes a guest fresh again", async () => {
  const { factory, pool } = openRestarting({ ahead: 1 });
  using _ = pool;
  pool.discard(await use(pool));
  await settle();
  await use(pool);
  assert.equal(factory.restarted, 0);
});

Deno.test("GuestPool reuses a guest before it makes it fresh", async () => {
  const { factory, pool } = openRestarting({ reuse: 2 });
  using _ = pool;
  const first = await use(pool);
  pool.giveBack(first);
  assert.equal(await use(pool), first);
  pool.giveBack(first);
  assert.notEqual(await use(pool), first);
  assert.equal(factory.restarted, 1);
});

Deno.test("GuestPool keeps as many as served at once, and gives them up when they do not", async () => {
  const { factory, pool } = openRestarting({ ahead: 1, keep: 0 });
  using _ = pool;
  const many = () => Promise.all(Array.from({ length: 8 }, () => use(pool)));
  const giveBack = (guests: readonly FakeGuest[]) => {
    for (const guest of guests) pool.giveBack(guest);
  };
  giveBack(await many());
  giveBack(await many());
  assert.equal(newOnes(factory), 8);
  // Two looks: one at a time of much to do, one at a time of nothing.
  for (let look = 0; look < 4; look++) await settle();
  const before = newOnes(factory);
  giveBack(await many());
  assert.ok(newOnes(factory) - before >= 7, `${newOnes(factory) - before}`);
});

Deno.test("GuestPool disposed makes no guest fresh", async () => {
  const { factory, pool } = openRestarting({ ahead: 2 });
  const guests = [await use(pool), await use(pool)];
  pool.giveBack(guests[0]!);
  pool[Symbol.dispose]();
  pool.giveBack(guests[1]!);
  await settle();
  assert.equal(factory.restarted, 0);
  assert.equal(factory.alive, 0);
});

/** A pool that knows that its guests can be made fresh again. */
async function openKnowing() {
  const opened = openRestarting();
  const first = await use(opened.pool);
  opened.pool.giveBack(first);
  return { ...opened, guest: await use(opened.pool) };
}

Deno.test("GuestPool hands a guest that comes back to who waits longest, while one is made", async () => {
  const { factory, pool, guest } = await openKnowing();
  using _ = pool;
  const gate = Promise.withResolvers<void>();
  factory.gate = gate.promise;
  const asked = [use(pool), use(pool), use(pool)];
  pool.giveBack(guest);
  pool.giveBack(await asked[0]!);
  const second = await asked[1]!;
  gate.resolve();
  const third = await asked[2]!;
  assert.notEqual(third, second);
  assert.equal(newOnes(factory), 2);
  for (const each of [second, third]) pool.giveBack(each);
  assert.equal(pool.lent, 0);
});

Deno.test("GuestPool makes as many guests as are asked for where none comes back", async () => {
  const { factory, pool, guest } = await openKnowing();
  using _ = pool;
  const asked = await Promise.all([use(pool), use(pool), use(pool)]);
  assert.equal(new Set([guest, ...asked]).size, 4);
  assert.equal(newOnes(factory), 4);
});

Deno.test("GuestPool tells only who waited for a guest that it cannot be made", async () => {
  const { factory, pool } = await openKnowing();
  using _ = pool;
  factory.failures.push(new Error("no instance"));
  const [failed, made] = [use(pool), use(pool)];
  await assert.rejects(failed, /no instance/);
  assert.ok(await made instanceof FakeGuest);
  assert.equal(pool.lent, 2);
});

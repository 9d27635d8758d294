import assert from "node:assert/strict";
import { FakeFactory, FakeGuest, settle } from "./_fake_guests.ts";
import { GuestPool, type PoolOptions } from "./pool.ts";

const REQUEST = new Request("http://guest.test/");

function open(options: Partial<PoolOptions> = {}) {
  const factory = new FakeFactory();
  const pool = new GuestPool(factory, {
    reuse: 1,
    ahead: 0,
    limit: 100,
    queueTimeout: 10_000,
    ...options,
  });
  return { factory, pool };
}

/** Borrows a guest and gives it a request. */
async function use(pool: GuestPool): Promise<FakeGuest> {
  const guest = await pool.borrow();
  assert.ok(guest instanceof FakeGuest);
  guest.handle(REQUEST, "");
  return guest;
}

Deno.test("GuestPool lends every guest once where reuse is 1", async () => {
  using opened = open().pool;
  const first = await use(opened);
  opened.giveBack(first);
  const second = await use(opened);
  opened.giveBack(second);
  assert.notEqual(first, second);
  assert.deepEqual([first.drops, second.drops], [1, 1]);
});

for (const ahead of [0, 1, 3]) {
  Deno.test(`GuestPool lends a guest exactly as often as reuse says, with ${ahead} ahead`, async () => {
    const { factory, pool } = open({ reuse: 3, ahead });
    using _ = pool;
    for (let request = 0; request < 9; request++) {
      pool.giveBack(await use(pool));
      await settle();
    }
    for (const guest of factory.made) {
      assert.ok(guest.uses <= 3);
      assert.equal(guest.drops, guest.uses === 3 ? 1 : 0);
    }
    assert.ok(factory.made.some(({ uses }) => uses === 3));
    assert.ok(factory.made.length <= 3 + ahead);
  });
}

Deno.test("GuestPool.warm() makes one guest, and the others behind its back", async () => {
  const { factory, pool } = open({ ahead: 3 });
  using _ = pool;
  const gate = Promise.withResolvers<void>();
  const warm = pool.warm();
  factory.gate = gate.promise; // of those behind the first
  await warm;
  assert.equal(factory.made.length, 1);
  gate.resolve();
  await settle();
  assert.equal(factory.made.length, 3);
  const guest = await use(pool);
  assert.ok(factory.made.includes(guest));
  pool.giveBack(guest);
  await settle();
  assert.equal(factory.made.length, 4);
  assert.equal(factory.alive, 3);
});

Deno.test("GuestPool.warm() rejects when the first guest cannot be made", async () => {
  const { factory, pool } = open({ ahead: 3 });
  factory.failures.push(new Error("no instance"));
  await assert.rejects(pool.warm(), /no instance/);
  assert.equal(pool.lent, 0);
});

Deno.test("GuestPool.borrow() makes what is not there ahead", async () => {
  const { factory, pool } = open({ ahead: 1 });
  using _ = pool;
  await pool.warm();
  await Promise.all([use(pool), use(pool), use(pool)]);
  assert.equal(new Set(factory.made).size, 3);
  assert.equal(pool.lent, 3);
});

Deno.test("GuestPool.borrow() waits at the limit, first come first served", async () => {
  const { pool } = open({ limit: 2 });
  using _ = pool;
  const [a, b] = [await use(pool), await use(pool)];
  const served: string[] = [];
  const c = use(pool).then((guest) => (served.push("c"), guest));
  const d = use(pool).then((guest) => (served.push("d"), guest));
  await settle();
  assert.deepEqual(served, []);
  pool.giveBack(b);
  await c;
  assert.deepEqual(served, ["c"]);
  pool.discard(a);
  await d;
  assert.deepEqual(served, ["c", "d"]);
  assert.equal(pool.lent, 2);
});

Deno.test("GuestPool.borrow() lets nobody pass who waits, and never lends more than the limit", async () => {
  const { pool } = open({ limit: 1 });
  using _ = pool;
  const first = await use(pool);
  const order: string[] = [];
  const waiting = use(pool).then((guest) => (order.push("waiting"), guest));
  pool.giveBack(first);
  const late = use(pool).then((guest) => (order.push("late"), guest));
  assert.equal(pool.lent, 1);
  pool.giveBack(await waiting);
  assert.deepEqual(order, ["waiting"]);
  pool.giveBack(await late);
  assert.equal(pool.lent, 0);
});

Deno.test("GuestPool.borrow() gives up after the queue timeout", async () => {
  const { pool } = open({ limit: 1, queueTimeout: 10 });
  using _ = pool;
  const first = await use(pool);
  assert.equal(await pool.borrow(), undefined);
  pool.giveBack(first);
  assert.equal(pool.lent, 0);
  pool.giveBack(await use(pool));
  assert.equal(pool.lent, 0);
});

Deno.test("GuestPool.borrow() that gave up leaves the others in their order", async () => {
  const { pool } = open({ limit: 1, queueTimeout: 20 });
  using _ = pool;
  const first = await use(pool);
  const gaveUp = pool.borrow();
  assert.equal(await gaveUp, undefined);
  const next = use(pool);
  pool.giveBack(first);
  pool.giveBack(await next);
  assert.equal(pool.lent, 0);
});

Deno.test("GuestPool.borrow() rejects when no guest can be made, and keeps its place free", async () => {
  const { factory, pool } = open({ limit: 1 });
  using _ = pool;
  factory.failures.push(new Error("no instance"));
  const failed = pool.borrow();
  const waiting = use(pool);
  await assert.rejects(failed, /no instance/);
  pool.giveBack(await waiting);
  assert.equal(pool.lent, 0);
});

Deno.test("GuestPool that cannot make guests ahead makes them when they are asked for", async () => {
  const { factory, pool } = open({ ahead: 2 });
  using _ = pool;
  await pool.warm();
  await settle();
  factory.failures.push(new Error("no instance"));
  pool.giveBack(await use(pool)); // what is made ahead now fails
  await settle();
  assert.equal(factory.alive, 1);
  const both = await Promise.all([use(pool), use(pool)]);
  for (const guest of both) pool.giveBack(guest);
  await settle();
  assert.equal(factory.alive, 2);
});

Deno.test("GuestPool.discard() drops a guest whatever reuse says", async () => {
  const { pool } = open({ reuse: 100 });
  using _ = pool;
  const guest = await use(pool);
  pool.discard(guest);
  assert.equal(guest.drops, 1);
  assert.equal(pool.lent, 0);
  assert.notEqual(await use(pool), guest);
});

Deno.test("GuestPool.idle() resolves when the last guest is back, those waited for too", async () => {
  const { pool } = open({ limit: 1 });
  using _ = pool;
  await pool.idle();
  const first = await use(pool);
  const waiting = use(pool);
  let isIdle = false;
  const idle = pool.idle().then(() => isIdle = true);
  pool.giveBack(first);
  const second = await waiting;
  await settle();
  assert.equal(isIdle, false);
  pool.discard(second);
  await idle;
});

Deno.test("GuestPool disposed drops what it has and what comes back", async () => {
  const { factory, pool } = open({ reuse: 100, ahead: 2 });
  await pool.warm();
  await settle();
  const guest = await use(pool);
  pool[Symbol.dispose]();
  assert.deepEqual(factory.made.map(({ drops }) => drops), [1, 0]);
  pool.giveBack(guest);
  await settle();
  assert.equal(factory.alive, 0);
  assert.equal(factory.made.length, 2);
});

Deno.test("GuestPool disposed drops a guest that was being made ahead", async () => {
  const { factory, pool } = open({ ahead: 2 });
  await pool.warm();
  const gate = Promise.withResolvers<void>();
  factory.gate = gate.promise;
  pool.giveBack(await use(pool));
  pool[Symbol.dispose]();
  gate.resolve();
  await settle();
  assert.equal(factory.alive, 0);
});

Deno.test("GuestPool disposed tells those who wait that there is nothing", async () => {
  const { pool } = open({ limit: 1 });
  await use(pool);
  const waiting = [pool.borrow(), pool.borrow()];
  pool[Symbol.dispose]();
  assert.deepEqual(await Promise.all(waiting), [undefined, undefined]);
});

/** A pool whose guests can be made fresh again. */
function openRestarting(options: Partial<PoolOptions> = {}) {
  const opened = open(options);
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

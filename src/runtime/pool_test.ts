import assert from "node:assert/strict";
import { settle } from "./_fake_guests.ts";
import { openPool, use } from "./_fake_pool.ts";

Deno.test("GuestPool lends every guest once where reuse is 1", async () => {
  using opened = openPool().pool;
  const first = await use(opened);
  opened.giveBack(first);
  const second = await use(opened);
  opened.giveBack(second);
  assert.notEqual(first, second);
  assert.deepEqual([first.drops, second.drops], [1, 1]);
});

for (const ahead of [0, 1, 3]) {
  Deno.test(`GuestPool lends a guest exactly as often as reuse says, with ${ahead} ahead`, async () => {
    const { factory, pool } = openPool({ reuse: 3, ahead });
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
  const { factory, pool } = openPool({ ahead: 3 });
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

Deno.test("GuestPool.warm() makes no others while the first request is under way", async () => {
  const { factory, pool } = openPool({ ahead: 3 });
  using _ = pool;
  await pool.warm();
  const first = await use(pool);
  await settle();
  assert.equal(factory.made.length, 1);
  pool.giveBack(first);
  await settle();
  assert.equal(factory.alive, 3);
  // From then on they are made beside requests.
  await use(pool);
  await settle();
  await use(pool);
  pool.giveBack(await use(pool));
  await settle();
  assert.equal(factory.alive, 5);
});

Deno.test("GuestPool.warm() rejects when the first guest cannot be made", async () => {
  const { factory, pool } = openPool({ ahead: 3 });
  factory.failures.push(new Error("no instance"));
  await assert.rejects(pool.warm(), /no instance/);
  assert.equal(pool.lent, 0);
});

Deno.test("GuestPool.borrow() makes what is not there ahead", async () => {
  const { factory, pool } = openPool({ ahead: 1 });
  using _ = pool;
  await pool.warm();
  await Promise.all([use(pool), use(pool), use(pool)]);
  assert.equal(new Set(factory.made).size, 3);
  assert.equal(pool.lent, 3);
});

Deno.test("GuestPool.borrow() waits at the limit, first come first served", async () => {
  const { pool } = openPool({ limit: 2 });
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
  const { pool } = openPool({ limit: 1 });
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
  const { pool } = openPool({ limit: 1, queueTimeout: 10 });
  using _ = pool;
  const first = await use(pool);
  assert.equal(await pool.borrow(), undefined);
  pool.giveBack(first);
  assert.equal(pool.lent, 0);
  pool.giveBack(await use(pool));
  assert.equal(pool.lent, 0);
});

Deno.test("GuestPool.borrow() that gave up leaves the others in their order", async () => {
  const { pool } = openPool({ limit: 1, queueTimeout: 20 });
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
  const { factory, pool } = openPool({ limit: 1 });
  using _ = pool;
  factory.failures.push(new Error("no instance"));
  const failed = pool.borrow();
  const waiting = use(pool);
  await assert.rejects(failed, /no instance/);
  pool.giveBack(await waiting);
  assert.equal(pool.lent, 0);
});

Deno.test("GuestPool that cannot make guests ahead makes them when they are asked for", async () => {
  const { factory, pool } = openPool({ ahead: 2 });
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
  const { pool } = openPool({ reuse: 100 });
  using _ = pool;
  const guest = await use(pool);
  pool.discard(guest);
  assert.equal(guest.drops, 1);
  assert.equal(pool.lent, 0);
  assert.notEqual(await use(pool), guest);
});

Deno.test("GuestPool.idle() resolves when the last guest is back, those waited for too", async () => {
  const { pool } = openPool({ limit: 1 });
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
  const { factory, pool } = openPool({ reuse: 100, ahead: 2 });
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
  const { factory, pool } = openPool({ ahead: 2 });
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
  const { pool } = openPool({ limit: 1 });
  await use(pool);
  const waiting = [pool.borrow(), pool.borrow()];
  pool[Symbol.dispose]();
  assert.deepEqual(await Promise.all(waiting), [undefined, undefined]);
});

Deno.test("GuestPool.instances counts what waits, serves, was made and is gone", async () => {
  const { factory, pool } = openPool({ reuse: 2, ahead: 2 });
  await pool.warm();
  await settle();
  const counts = (ready: number, busy: number) => [{ ready, busy }];
  assert.deepEqual(pool.instances, {
    threads: counts(2, 0),
    made: 2,
    dropped: 0,
  });
  const [first, second] = [await use(pool), await use(pool)];
  assert.deepEqual(pool.instances.threads, counts(0, 2));
  pool.giveBack(first);
  pool.discard(second);
  await settle();
  assert.deepEqual(pool.instances, {
    threads: counts(2, 0),
    made: factory.made.length,
    dropped: 1,
  });
  pool[Symbol.dispose]();
  assert.equal(pool.instances.dropped, factory.made.length);
});

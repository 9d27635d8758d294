/** Pools of guests that do nothing. */

import assert from "node:assert/strict";
import { FakeFactory, FakeGuest } from "./_fake_guests.ts";
import { GuestPool, type PoolOptions } from "./pool.ts";

const REQUEST = new Request("http://guest.test/");

/** A pool of fake guests, and what makes them. */
export function openPool(options: Partial<PoolOptions> = {}) {
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
export async function use(pool: GuestPool): Promise<FakeGuest> {
  const guest = await pool.borrow();
  assert.ok(guest instanceof FakeGuest);
  guest.handle(REQUEST, "");
  return guest;
}

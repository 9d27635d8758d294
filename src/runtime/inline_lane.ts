/**
 * Guests in the thread of the server.
 *
 * @module
 */

import { Deadlines } from "./deadlines.ts";
import type { Guest, GuestCall, GuestFactory } from "./guest.ts";
import { type Lane, LaneBusyError, type LaneEvents } from "./lane.ts";
import { GuestPool, type PoolOptions } from "./pool.ts";
import { trapFrom } from "./trap.ts";

/** How an inline lane runs its guests. */
export interface InlineLaneOptions {
  readonly pool: PoolOptions;
  /** How long a guest may keep its client waiting, in milliseconds. */
  readonly requestTimeout: number;
  readonly events: LaneEvents;
}

/**
 * Opens a lane and makes its first instance.
 *
 * @throws {GuestTrap} The component traps when it is instantiated.
 */
export async function openInlineLane(
  factory: GuestFactory,
  options: InlineLaneOptions,
): Promise<Lane> {
  const lane = new InlineLane(factory, options);
  await lane.warm();
  return lane;
}

class InlineLane implements Lane {
  readonly #pool: GuestPool;
  readonly #deadlines: Deadlines;
  readonly #events: LaneEvents;

  constructor(factory: GuestFactory, options: InlineLaneOptions) {
    this.#pool = new GuestPool(factory, options.pool);
    this.#deadlines = new Deadlines(options.requestTimeout);
    this.#events = options.events;
  }

  async warm(): Promise<void> {
    try {
      await this.#pool.warm();
    } catch (error) {
      throw trapFrom(error);
    }
  }

  async fetch(request: Request, requestId: string): Promise<Response> {
    const guest = await this.#borrow();
    const call = guest.handle(request, requestId);
    this.#deadlines.watch(call);
    this.#settle(guest, call, requestId);
    return await call.response;
  }

  async #borrow(): Promise<Guest> {
    let guest: Guest | undefined;
    try {
      guest = await this.#pool.borrow();
    } catch (error) {
      throw trapFrom(error);
    }
    if (guest === undefined) {
      throw new LaneBusyError("Every instance of the component is busy");
    }
    return guest;
  }

  /** Gives the guest back when its code has returned. Never rejects. */
  async #settle(
    guest: Guest,
    call: GuestCall,
    requestId: string,
  ): Promise<void> {
    try {
      await call.finished;
      this.#pool.giveBack(guest);
    } catch (error) {
      this.#pool.discard(guest);
      this.#events.trapped(requestId, trapFrom(error));
    } finally {
      this.#deadlines.forget(call);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#pool.idle();
    this.#pool[Symbol.dispose]();
  }
}

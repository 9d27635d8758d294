/**
 * Guests in the thread of the server.
 *
 * @module
 */

import { Deadlines } from "./deadlines.ts";
import type { BucketChange, Guest, GuestFactory, GuestRun } from "./guest.ts";
import type { HttpAnswer, HttpRequest, HttpResponse } from "./http_message.ts";
import type { LaneInstances } from "./instances.ts";
import { type Lane, LaneBusyError, type LaneEvents } from "./lane.ts";
import { LinkError } from "./linker.ts";
import { PlainCalls } from "./plain_calls.ts";
import { GuestPool, type PoolOptions } from "./pool.ts";
import { GuestTrap, trapFrom } from "./trap.ts";

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
 * @throws {LinkError} One of its exports is of another type.
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
  readonly #changeDeadlines: Deadlines;
  readonly #events: LaneEvents;
  readonly #plain = new PlainCalls();

  constructor(factory: GuestFactory, options: InlineLaneOptions) {
    this.#pool = new GuestPool(factory, options.pool);
    this.#deadlines = new Deadlines(options.requestTimeout);
    this.#changeDeadlines = new Deadlines(
      options.requestTimeout,
      "was at one change",
    );
    this.#events = options.events;
  }

  async warm(): Promise<void> {
    try {
      await this.#pool.warm();
    } catch (error) {
      if (error instanceof LinkError) throw error;
      throw trapFrom(error);
    }
  }

  fetch(request: HttpRequest, requestId: string): HttpAnswer {
    // One that waits ready is taken in the same turn, and that is nearly always.
    const guest = this.#pool.take();
    if (guest === undefined) return this.#fetchLater(request, requestId);
    // A guest whose own last call was not plain may have left what goes on without it.
    const isLikely = this.#plain.areLikely && guest.wasPlain;
    if (!isLikely || !PlainCalls.serve(request)) {
      return this.#handle(guest, request, requestId);
    }
    return this.#fetchNow(guest, request, requestId) ??
      this.fetch(request, requestId);
  }

  /** The response of a plain call; `undefined` where it is none. */
  #fetchNow(
    guest: Guest,
    request: HttpRequest,
    requestId: string,
  ): HttpResponse | undefined {
    let response: HttpResponse;
    try {
      response = guest.handlePlainly(request, requestId);
    } catch {
      // Whatever it was: a guest that fails fails again, in a call that is followed to its end.
      this.#plain.failed();
      this.#pool.discard(guest);
      return undefined;
    }
    this.#plain.succeeded();
    this.#pool.giveBack(guest);
    this.#events.returned?.(requestId);
    return response;
  }

  async #fetchLater(
    request: HttpRequest,
    requestId: string,
  ): Promise<HttpResponse> {
    const guest = await this.#borrow(requestId);
    return await this.#handle(guest, request, requestId);
  }

  #handle(
    guest: Guest,
    request: HttpRequest,
    requestId: string,
  ): Promise<HttpResponse> {
    const call = guest.handle(request, requestId);
    this.#settle(guest, call, {
      id: requestId,
      deadlines: this.#deadlines,
      plain: PlainCalls.serve(request) ? this.#plain : undefined,
    });
    return call.response;
  }

  async tell(change: BucketChange, changeId: string): Promise<void> {
    const guest = await this.#borrow(changeId);
    const run = guest.tell(change, changeId);
    this.#settle(guest, run, {
      id: changeId,
      deadlines: this.#changeDeadlines,
    });
    try {
      await run.finished;
    } catch (error) {
      throw trapFrom(error);
    }
  }

  underWay(): readonly number[] {
    return [this.#pool.lent];
  }

  instances(): Promise<LaneInstances> {
    return Promise.resolve(this.#pool.instances);
  }

  breakOff(): void {
    const trap = new GuestTrap(
      "lane-lost",
      "The guest was ended: another component has taken its place",
    );
    // Whoever waits for an instance gets none.
    this.#pool[Symbol.dispose]();
    this.#deadlines.abortAll(trap);
    this.#changeDeadlines.abortAll(trap);
  }

  async #borrow(id: string): Promise<Guest> {
    let guest: Guest | undefined;
    try {
      guest = await this.#pool.borrow();
    } catch (error) {
      this.#events.returned?.(id);
      throw trapFrom(error);
    }
    if (guest === undefined) {
      this.#events.returned?.(id);
      throw new LaneBusyError("Every instance of the component is busy");
    }
    return guest;
  }

  /** Holds the guest to its deadline, and gives it back when its code has returned. */
  #settle(
    guest: Guest,
    run: GuestRun,
    { id, deadlines, plain }: {
      readonly id: string;
      readonly deadlines: Deadlines;
      readonly plain?: PlainCalls | undefined;
    },
  ): void {
    const watched = deadlines.watch(run);
    run.finished.then(() => {
      deadlines.forget(watched);
      plain?.saw(guest.wasPlain);
      this.#pool.giveBack(guest);
      this.#events.returned?.(id);
    }, (error) => {
      deadlines.forget(watched);
      this.#pool.discard(guest);
      this.#events.trapped(id, trapFrom(error));
      this.#events.returned?.(id);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#pool.idle();
    this.#pool[Symbol.dispose]();
    this.#deadlines[Symbol.dispose]();
    this.#changeDeadlines[Symbol.dispose]();
  }
}

/**
 * The calls of a lane that are under way. Each has a place, and in the lane goes by an id that
 * says which.
 *
 * A `Map` would have to make itself a new table for every few dozen of them, and what stands in an
 * old one survives with it until V8 collects its old generation: the heap grows, and each collection
 * of the young generation takes three times as long.
 *
 * @module
 */

import type { HttpRequest, HttpResponse } from "./http_message.ts";

/** A request or a change that the lane was handed. */
export interface LaneCall {
  /** What it goes by in the lane. */
  readonly id: string;
  /** Since when, in `performance.now()` milliseconds. */
  readonly since: number;
  readonly inform: HttpRequest["inform"];
  /** What its caller waits for; `undefined` when it has that. */
  waiting: PromiseWithResolvers<HttpResponse | undefined> | undefined;
  hasReturned: boolean;
  isStreaming: boolean;
}

/**
 * What an id begins with. V8 keeps each other text of up to ten characters that `JSON.parse` finds
 * in its old generation, and takes twice as long for it.
 */
const LONG = "0".repeat(10);

/** The request or change that an id in the lane belongs to; of none, none. */
export function idOutside(id: string): string;
export function idOutside(id: string | undefined): string | undefined;
export function idOutside(id: string | undefined): string | undefined {
  return id?.slice(id.indexOf(" ") + 1);
}

/** Calls by their ids. */
export class LaneCalls {
  readonly #places: (LaneCall | undefined)[] = [];
  readonly #free: number[] = [];

  /** How many there are. */
  get size(): number {
    return this.#places.length - this.#free.length;
  }

  /**
   * Begins a call.
   *
   * @param outside The id of its request or change.
   */
  begin(
    outside: string,
    waiting: PromiseWithResolvers<HttpResponse | undefined>,
    inform: HttpRequest["inform"],
  ): LaneCall {
    const place = this.#free.pop() ?? this.#places.length;
    return this.#places[place] = {
      id: `${LONG}${place} ${outside}`,
      since: performance.now(),
      inform,
      waiting,
      hasReturned: false,
      isStreaming: false,
    };
  }

  /** The call; `undefined` where it is not under way. */
  get(id: string): LaneCall | undefined {
    const call = this.#places[parseInt(id, 10)];
    return call?.id === id ? call : undefined;
  }

  /** Frees the place of one that is under way. */
  delete({ id }: LaneCall): void {
    const place = parseInt(id, 10);
    this.#places[place] = undefined;
    this.#free.push(place);
  }

  /** All that are under way now. */
  list(): readonly LaneCall[] {
    return this.#places.filter((call) => call !== undefined);
  }
}

/**
 * A call of `incoming-handler.handle` that may wait: the meeting point of the guest's calls, the
 * server's promise and the deadline.
 *
 * @module
 */

import type { GuestCall } from "../../runtime/guest.ts";
import type { HttpResponse } from "../../runtime/http_message.ts";
import { type GuestTrap, trapFrom } from "../../runtime/trap.ts";
import { type ExchangeParts, GuestExchange } from "./guest_exchange.ts";
import type { RequestHead } from "./request_head.ts";
import type { Turns } from "./turns.ts";

/** A call of `incoming-handler.handle` under way. */
export class Exchange extends GuestExchange implements GuestCall {
  readonly #turns: Turns;
  readonly #response = Promise.withResolvers<HttpResponse>();
  readonly #finished = Promise.withResolvers<void>();
  #since = performance.now();
  #movedBefore = 0;

  constructor(
    head: RequestHead,
    { turns, ...parts }: ExchangeParts & { readonly turns: Turns },
  ) {
    super(head, parts);
    this.#turns = turns;
  }

  get response(): Promise<HttpResponse> {
    return this.#response.promise;
  }

  get finished(): Promise<void> {
    return this.#finished.promise;
  }

  waitingSince(): number | undefined {
    const { source, pipe } = this;
    const moved = source.received + (pipe?.written ?? 0);
    const clientIsWaitedFor = pipe?.full === true ||
      (source.waiting && !this.isAnswered());
    if (clientIsWaitedFor || moved !== this.#movedBefore) {
      this.#since = performance.now();
      this.#movedBefore = moved;
    }
    return clientIsWaitedFor ? undefined : this.#since;
  }

  abort(reason: GuestTrap): void {
    this.trapped(reason);
  }

  /** Follows the call of the export to its end. */
  follow(running: Promise<unknown>): void {
    running.then(
      () => this.returned(),
      (error) => this.trapped(trapFrom(error)),
    );
  }

  protected override responded(response: HttpResponse): void {
    this.#response.resolve(response);
  }

  protected override refused(trap: GuestTrap): void {
    this.#response.reject(trap);
  }

  protected override ended(trap?: GuestTrap): void {
    if (trap === undefined) this.#finished.resolve();
    else this.#finished.reject(trap);
  }

  /**
   * A guest that suspends now is about to stream; one that goes on finishes its body before the
   * next turn of the event loop, and head and body leave in one piece.
   */
  protected override bodyBegun(): void {
    this.#turns.next(this);
  }
}

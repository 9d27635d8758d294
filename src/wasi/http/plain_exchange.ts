/**
 * A call of `incoming-handler.handle` that waits for nothing: nobody needs a promise of it.
 *
 * @module
 */

import type { HttpResponse } from "../../runtime/http_message.ts";
import { GuestTrap } from "../../runtime/trap.ts";
import { GuestExchange } from "./guest_exchange.ts";

/** A call of `incoming-handler.handle` that returns in the turn it was made in. */
export class PlainExchange extends GuestExchange {
  #outcome: HttpResponse | GuestTrap | undefined;

  /**
   * The response of a guest that has returned.
   *
   * @throws {GuestTrap} There is none, or not all of it.
   */
  take(): HttpResponse {
    this.returned();
    const outcome = this.#outcome;
    if (outcome === undefined || outcome instanceof GuestTrap) throw outcome;
    return outcome;
  }

  protected override responded(response: HttpResponse): void {
    this.#outcome = response;
  }

  protected override refused(trap: GuestTrap): void {
    this.#outcome = trap;
  }

  protected override ended(trap?: GuestTrap): void {
    if (trap !== undefined) this.#outcome = trap;
  }

  protected override bodyBegun(): void {}
}

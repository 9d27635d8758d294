/**
 * The port of where guests run.
 *
 * @module
 */

import type { BucketChange } from "./guest.ts";
import type { HttpAnswer, HttpRequest } from "./http_message.ts";
import type { LaneInstances } from "./instances.ts";

export type { LaneInstances, ThreadInstances } from "./instances.ts";

/** Answers requests with one component. Guests run in the same thread, or in a Worker. */
export interface Lane extends AsyncDisposable {
  /**
   * The guest's response.
   *
   * @param requestId Marks what the guest writes while it serves this request. No other call
   * under way MUST have the same.
   * @throws {GuestTrap} The guest did not answer.
   * @throws {LaneBusyError} No instance came free in time.
   */
  fetch(request: HttpRequest, requestId: string): HttpAnswer;
  /**
   * Tells a guest of a change; resolves when its code has returned.
   *
   * @param changeId Marks what the guest writes meanwhile.
   * @throws {GuestTrap} The guest did not take it.
   * @throws {LaneBusyError} No instance came free in time.
   */
  tell(change: BucketChange, changeId: string): Promise<void>;
  /** How many calls are under way, in each of its threads. */
  underWay(): readonly number[];
  /**
   * How many instances there are. Never rejects, and MUST settle within a second whatever
   * guests do: who asks is somebody who watches the server.
   */
  instances(): Promise<LaneInstances>;
  /** Ends what is under way with {@linkcode GuestTrap}. The lane MUST NOT be called again. */
  breakOff(): void;
}

/** What a lane reports beside the responses. */
export interface LaneEvents {
  /**
   * A guest ended by a trap; the response, if one was due, has been rejected with the same.
   *
   * @param id Of the request or the change it was serving.
   */
  trapped(id: string, trap: Error): void;
  /** The guest's code has returned, or there was none that could be called. Told once a call. */
  returned?(id: string): void;
}

/** Every instance is busy and stayed so for as long as a request may wait. */
export class LaneBusyError extends Error {
  /** Told in place of "Error". */
  override readonly name = "LaneBusyError";
}

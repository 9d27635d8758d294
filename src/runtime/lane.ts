/**
 * The port of where guests run.
 *
 * @module
 */

/** Answers requests with one component. Guests run in the same thread, or in a Worker. */
export interface Lane extends AsyncDisposable {
  /**
   * The guest's response.
   *
   * @param requestId Marks what the guest writes while it serves this request.
   * @throws {GuestTrap} The guest did not answer.
   * @throws {LaneBusyError} No instance came free in time.
   */
  fetch(request: Request, requestId: string): Promise<Response>;
}

/** What a lane reports beside the responses. */
export interface LaneEvents {
  /** A guest ended by a trap; the response, if one was due, has been rejected with the same. */
  trapped(requestId: string, trap: Error): void;
}

/** Every instance is busy and stayed so for as long as a request may wait. */
export class LaneBusyError extends Error {
  /** Told in place of "Error". */
  override readonly name = "LaneBusyError";
}

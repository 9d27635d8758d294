/**
 * One component being served: requests go in, responses come out, and whatever a guest does
 * ends in a response.
 *
 * @module
 */

import { type Lane, LaneBusyError } from "./lane.ts";
import { guestFrames, GuestTrap } from "./trap.ts";

/** What happened to one request, for the log and the explorer. */
export interface RequestEvent {
  readonly id: string;
  readonly method: string;
  readonly url: string;
  readonly status: number;
  /** Milliseconds until the response's head was there. */
  readonly duration: number;
}

/** What an app tells its owner. */
export interface AppEvents {
  answered(event: RequestEvent): void;
  /** A fault of Wharf itself, not of the guest. */
  failed(requestId: string, error: unknown): void;
}

/** A component that answers requests. */
export class App implements AsyncDisposable {
  readonly #lane: Lane;
  readonly #events: AppEvents;
  #count = 0;

  constructor(lane: Lane, events: AppEvents) {
    this.#lane = lane;
    this.#events = events;
  }

  /** Answers one request. Never rejects. */
  async fetch(request: Request): Promise<Response> {
    const start = performance.now();
    const id = (++this.#count).toString(36);
    const response = await this.#answer(request, id);
    this.#events.answered({
      id,
      method: request.method,
      url: request.url,
      status: response.status,
      duration: performance.now() - start,
    });
    return response;
  }

  async #answer(request: Request, id: string): Promise<Response> {
    try {
      return await this.#lane.fetch(request, id);
    } catch (error) {
      if (error instanceof GuestTrap) return trapResponse(error, id);
      if (error instanceof LaneBusyError) {
        return errorResponse(503, `${error.message}; try again`, id, {
          "retry-after": "1",
        });
      }
      this.#events.failed(id, error);
      return errorResponse(500, "Wharf failed; its log says how", id);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#lane[Symbol.asyncDispose]();
  }
}

function trapResponse(trap: GuestTrap, id: string): Response {
  const frames = guestFrames(trap.cause).map((frame) => `    at ${frame}`);
  return errorResponse(trap.status, [trap.message, ...frames].join("\n"), id);
}

function errorResponse(
  status: number,
  cause: string,
  id: string,
  headers: Record<string, string> = {},
): Response {
  const body = `${cause}\n(request ${id})\n`;
  return new Response(body, {
    status,
    headers: { "content-type": "text/plain; charset=utf-8", ...headers },
  });
}

/**
 * One component being served: requests go in, responses come out, and whatever a guest does
 * ends in a response.
 *
 * @module
 */

import { fetchResponse, requestReader } from "./fetch_message.ts";
import type { HttpRequest, HttpResponse } from "./http_message.ts";
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

/** What is not so with most apps. */
export interface AppOptions {
  /** Whether the component answers requests; without that each gets 501. */
  readonly answersHttp?: boolean;
  /** What calls the lane besides; ended before the lane. */
  readonly beside?: AsyncDisposable;
}

/** A component that answers requests. */
export class App implements AsyncDisposable {
  readonly #lane: Lane;
  readonly #events: AppEvents;
  readonly #answersHttp: boolean;
  readonly #beside: AsyncDisposable | undefined;
  readonly #read = requestReader();
  #count = 0;

  constructor(lane: Lane, events: AppEvents, options: AppOptions = {}) {
    this.#lane = lane;
    this.#events = events;
    this.#answersHttp = options.answersHttp ?? true;
    this.#beside = options.beside;
  }

  /** Answers one request of the Fetch API. Never rejects. */
  async fetch(request: Request): Promise<Response> {
    return fetchResponse(await this.handle(this.#read(request)));
  }

  /** Answers one request. Never rejects. */
  async handle(request: HttpRequest): Promise<HttpResponse> {
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

  async #answer(request: HttpRequest, id: string): Promise<HttpResponse> {
    if (!this.#answersHttp) {
      return errorResponse(
        501,
        "This component exports nothing that answers HTTP requests",
        id,
      );
    }
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
    await this.#beside?.[Symbol.asyncDispose]();
    await this.#lane[Symbol.asyncDispose]();
  }
}

function trapResponse(trap: GuestTrap, id: string): HttpResponse {
  const frames = guestFrames(trap.cause).map((frame) => `    at ${frame}`);
  return errorResponse(trap.status, [trap.message, ...frames].join("\n"), id);
}

function errorResponse(
  status: number,
  cause: string,
  id: string,
  headers: Record<string, string> = {},
): HttpResponse {
  const body = `${cause}\n(request ${id})\n`;
  return {
    status,
    headers: [
      ["content-type", "text/plain; charset=utf-8"],
      ...Object.entries(headers),
    ],
    body: new TextEncoder().encode(body),
  };
}

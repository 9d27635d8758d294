/**
 * One request with all that is known of it, read again whenever there is more.
 *
 * @module
 */

import { type ReadonlySignal, signal } from "@preact/signals";
import type { RequestDetail } from "../../api.ts";
import { ApiProblem, wasAborted } from "../api_client.ts";
import type { FeedSession } from "./request_feed.ts";

/** What is known of a request. */
export type KnownRequest =
  | { readonly state: "loading" }
  /** The server keeps so many, and this is none of them. */
  | { readonly state: "forgotten" }
  | { readonly state: "failed" }
  | { readonly state: "known"; readonly detail: RequestDetail };

/** Reads a request, and reads it again at each event of it. */
export class RequestSource {
  readonly #session: FeedSession;
  readonly #id: string;
  readonly #known = signal<KnownRequest>({ state: "loading" });
  #reading = false;
  #again = false;

  constructor(session: FeedSession, id: string) {
    this.#session = session;
    this.#id = id;
  }

  get known(): ReadonlySignal<KnownRequest> {
    return this.#known;
  }

  /** Follows the request until the signal aborts. */
  follow(signal: AbortSignal): void {
    this.#session.on("request", ({ id }) => {
      if (id === this.#id) void this.read(signal);
    }, signal);
    void this.read(signal);
  }

  /** Reads it now; while it is read already, once more afterwards. */
  async read(signal?: AbortSignal): Promise<void> {
    if (this.#reading) {
      this.#again = true;
      return;
    }
    this.#reading = true;
    do {
      this.#again = false;
      await this.#readOnce(signal);
    } while (this.#again && !signal?.aborted);
    this.#reading = false;
  }

  async #readOnce(signal: AbortSignal | undefined): Promise<void> {
    try {
      const detail = await this.#session.api.get(
        "request",
        { id: this.#id },
        signal,
      );
      this.#known.value = { state: "known", detail };
    } catch (error) {
      if (wasAborted(error)) return;
      if (error instanceof ApiProblem && error.code === "not-found") {
        this.#known.value = { state: "forgotten" };
        return;
      }
      // What was read before is still worth more than nothing.
      if (this.#known.peek().state !== "known") {
        this.#known.value = { state: "failed" };
      }
      this.#session.fail(error);
    }
  }
}

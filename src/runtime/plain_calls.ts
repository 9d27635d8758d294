/**
 * Which requests are answered by a plain call: one that waits for nothing and does nothing that
 * outlasts its instance can be made without JSPI and without a promise. Nobody knows before whether
 * a call will be one. A guest whose last calls were is called on the chance, and one that was not
 * is called anew in the usual way, by an instance that has seen nothing of the attempt.
 *
 * @module
 */

import type { HttpRequest } from "./http_message.ts";

/** After how many plain calls in a row one is attempted. */
const FIRST_WANTED = 8;

/** The same after many attempts that failed: each doubles it. */
const MOST_WANTED = 4096;

/**
 * After how many attempts without a failure it is halved. To make an instance in the place of one
 * that is dropped can cost as much as all of them gained.
 */
const FORGIVING = 1000;

/** What is known of the calls of one component in one thread. */
export class PlainCalls {
  #seen = 0;
  #wanted = FIRST_WANTED;
  #succeeded = 0;

  /** Whether a request may be answered so: a client that asks to read, by a request without a body. */
  static serve({ method, body, trailers }: HttpRequest): boolean {
    // RFC 9110, 9.2.1: others ask for something to be done.
    return (method === "GET" || method === "HEAD") && body === null &&
      trailers === undefined;
  }

  /** Whether the next is to be attempted. */
  get areLikely(): boolean {
    return this.#seen >= this.#wanted;
  }

  /** A call that could have been plain has returned. */
  saw(wasPlain: boolean): void {
    this.#seen = wasPlain ? this.#seen + 1 : 0;
  }

  /** An attempt was a plain call. */
  succeeded(): void {
    if (++this.#succeeded < FORGIVING) return;
    this.#succeeded = 0;
    this.#wanted = Math.max(FIRST_WANTED, this.#wanted / 2);
  }

  /** An attempt was for nothing. */
  failed(): void {
    this.#seen = 0;
    this.#succeeded = 0;
    this.#wanted = Math.min(MOST_WANTED, this.#wanted * 2);
  }
}

/**
 * Server-sent events: https://html.spec.whatwg.org/multipage/server-sent-events.html
 *
 * @module
 */

import { problemOf, refusalOf } from "./problem.ts";
import type { RouteContext } from "./route.ts";

/** The media type of a stream of events. */
export const EVENT_TYPE = "text/event-stream";

/** One event. */
export interface ServerEvent {
  readonly name: string;
  /** What is sent in JSON. */
  readonly data: unknown;
}

/** Makes the events of one client, until the signal aborts. */
export type EventMaker = (signal: AbortSignal) => AsyncIterable<ServerEvent>;

/**
 * An answer that sends events as they come, and a comment where there are none for long: whoever
 * stands between keeps the connection then, and a client that is gone is noticed. The next event
 * is asked for when the client has taken the last one. A failure is the event `error`, and the
 * end.
 */
export function eventStream(
  make: EventMaker,
  { ending, heartbeat }: Pick<RouteContext, "ending" | "heartbeat">,
): Response {
  const client = new EventClient(make, { ending, heartbeat });
  return new Response(new ReadableStream(client), {
    headers: { "content-type": EVENT_TYPE },
  });
}

class EventClient implements UnderlyingDefaultSource<Uint8Array> {
  readonly #encoder = new TextEncoder();
  readonly #leaving = new AbortController();
  readonly #ending: AbortSignal;
  readonly #heartbeat: number;
  readonly #events: AsyncIterator<ServerEvent>;
  /** Asked for and not yet there. */
  #asked = false;
  /** There and not yet sent. */
  #next: (() => IteratorResult<ServerEvent>) | undefined;
  #wake = () => {};
  readonly #leave = () => this.#end();

  constructor(
    make: EventMaker,
    { ending, heartbeat }: Pick<RouteContext, "ending" | "heartbeat">,
  ) {
    this.#ending = ending;
    this.#heartbeat = heartbeat;
    this.#events = make(this.#leaving.signal)[Symbol.asyncIterator]();
    ending.addEventListener("abort", this.#leave);
    if (ending.aborted) this.#end();
    // Now, and not when the first event is sent: from the head on none is missed.
    else this.#ask();
  }

  start(controller: ReadableStreamDefaultController<Uint8Array>): void {
    // The head is sent with the first bytes.
    controller.enqueue(this.#encoder.encode(": wharf\n\n"));
  }

  async pull(
    controller: ReadableStreamDefaultController<Uint8Array>,
  ): Promise<void> {
    this.#ask();
    if (this.#next === undefined && !this.#hasLeft) await this.#wait();
    // A client that has left has closed the stream already.
    if (this.#hasLeft) return this.#close(controller);
    const next = this.#next;
    this.#next = undefined;
    if (next === undefined) {
      controller.enqueue(this.#encoder.encode(":\n\n"));
      return;
    }
    try {
      const { value, done } = next();
      if (done) return this.#close(controller);
      controller.enqueue(this.#format(value));
    } catch (error) {
      if (refusalOf(error) === undefined) throw error;
      controller.enqueue(
        this.#format({ name: "error", data: problemOf(error) }),
      );
      this.#close(controller);
    }
  }

  cancel(): void {
    this.#end();
  }

  get #hasLeft(): boolean {
    return this.#leaving.signal.aborted;
  }

  #ask(): void {
    if (this.#asked || this.#next !== undefined || this.#hasLeft) return;
    this.#asked = true;
    const settle = (next: () => IteratorResult<ServerEvent>) => {
      this.#asked = false;
      this.#next = next;
      this.#wake();
    };
    this.#events.next().then(
      (result) => settle(() => result),
      (error) =>
        settle(() => {
          throw error;
        }),
    );
  }

  async #wait(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wake = resolve;
    const timer = setTimeout(resolve, this.#heartbeat);
    await promise;
    clearTimeout(timer);
  }

  #close(controller: ReadableStreamDefaultController<Uint8Array>): void {
    this.#end();
    try {
      controller.close();
    } catch (error) {
      // The client has left, and closed it.
      if (!(error instanceof TypeError)) throw error;
    }
  }

  #end(): void {
    if (this.#hasLeft) return;
    this.#ending.removeEventListener("abort", this.#leave);
    this.#leaving.abort();
    this.#wake();
    this.#events.return?.().catch(() => {});
  }

  #format({ name, data }: ServerEvent): Uint8Array {
    // JSON has no line ends outside of escapes, so one line holds it.
    return this.#encoder.encode(
      `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`,
    );
  }
}

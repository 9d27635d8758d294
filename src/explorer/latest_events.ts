import type { ServerEvent } from "./event_stream.ts";

/**
 * Events that others make, for a reader that may be slow: of those with one subject the last
 * waits, so what waits is bounded by how many subjects there are.
 */
export class LatestEvents implements AsyncIterable<ServerEvent> {
  readonly #waiting = new Map<string, ServerEvent>();
  readonly #signal: AbortSignal;
  #wake = () => {};

  /** @param signal Ends the iteration. */
  constructor(signal: AbortSignal) {
    this.#signal = signal;
    signal.addEventListener("abort", () => this.#wake(), { once: true });
  }

  /** Tells an event in place of the one of its subject that waits, if one does. */
  tell(subject: string, event: ServerEvent): void {
    this.#waiting.set(subject, event);
    this.#wake();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<ServerEvent> {
    while (!this.#signal.aborted) {
      const { value: first } = this.#waiting.entries().next();
      if (first === undefined) {
        await new Promise<void>((resolve) => this.#wake = resolve);
        continue;
      }
      const [subject, event] = first;
      this.#waiting.delete(subject);
      yield event;
    }
  }
}

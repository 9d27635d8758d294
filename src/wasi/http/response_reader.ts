/**
 * The body of a response as a guest reads it: nothing is taken from the connection that the
 * guest has not asked for, beyond one buffer.
 *
 * @module
 */

import type { IncomingMessage } from "node:http";
import type { BodyReader } from "./body_source.ts";
import type { HttpFailure } from "./error_code.ts";
import { type FieldEntry, isForbidden } from "./fields.ts";
import { bytesFrom } from "../../runtime/latin1.ts";
import { failure, failureFrom } from "./outgoing_failure.ts";

/** What a reader does with its connection. */
export interface ResponseReaderOptions {
  /** Milliseconds that the server may take for the next piece. */
  readonly betweenBytes: number;
  /** Called once, when the body has come to its end, or has failed. */
  readonly ended: (error?: HttpFailure) => void;
}

type ReaderState =
  | { readonly phase: "open" }
  | { readonly phase: "ended" }
  | { readonly phase: "failed"; readonly error: HttpFailure };

/** Reads the body of a response. */
export class ResponseReader implements BodyReader {
  readonly #message: IncomingMessage;
  readonly #options: ResponseReaderOptions;
  #state: ReaderState = { phase: "open" };
  /** Taken off the message as soon as there is room: what a message holds is lost when it breaks off. */
  #chunk: Uint8Array | null = null;
  #wake: (() => void) | undefined;

  constructor(message: IncomingMessage, options: ResponseReaderOptions) {
    this.#message = message;
    this.#options = options;
    message.on("readable", () => {
      this.#chunk ??= message.read();
      this.#wakeReader();
    });
    message.on("end", () => this.#end({ phase: "ended" }));
    message.on(
      "error",
      (error) =>
        this.#end({ phase: "failed", error: failureFrom(error, "response") }),
    );
    message.on("close", () =>
      this.#end({
        phase: "failed",
        error: failure(
          { tag: "HTTP-response-incomplete" },
          "The connection ended before the response was complete",
        ),
      }));
  }

  async read(): Promise<Uint8Array | undefined> {
    while (true) {
      const chunk = this.#chunk ?? this.#message.read();
      this.#chunk = null;
      if (chunk !== null) return chunk;
      switch (this.#state.phase) {
        case "open":
          await this.#more();
          break;
        case "ended":
          return undefined;
        case "failed":
          throw this.#state.error;
      }
    }
  }

  cancel(): Promise<void> {
    this.#chunk = null;
    this.#end({
      phase: "failed",
      error: failure(
        { tag: "connection-terminated" },
        "The guest wanted no more of the response",
      ),
    });
    return Promise.resolve();
  }

  trailers(): FieldEntry[] | undefined {
    const raw = this.#message.rawTrailers;
    return raw.length === 0 ? undefined : linesOf(raw);
  }

  /** The call has failed. */
  fail(error: HttpFailure): void {
    this.#end({ phase: "failed", error });
  }

  async #more(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wake = resolve;
    const { betweenBytes } = this.#options;
    const timer = setTimeout(() => {
      this.#end({
        phase: "failed",
        error: failure(
          { tag: "connection-read-timeout" },
          `Nothing of the response came for ${betweenBytes} ms`,
        ),
      });
    }, betweenBytes);
    await promise;
    clearTimeout(timer);
  }

  #end(state: ReaderState): void {
    if (this.#state.phase !== "open") return;
    this.#state = state;
    this.#wakeReader();
    this.#options.ended(state.phase === "failed" ? state.error : undefined);
  }

  #wakeReader(): void {
    this.#wake?.();
    this.#wake = undefined;
  }
}

/** Header lines or trailers that a guest may see; names and values by turns, a character a byte. */
export function linesOf(raw: readonly string[]): FieldEntry[] {
  const entries: FieldEntry[] = [];
  for (let at = 0; at + 1 < raw.length; at += 2) {
    const name = raw[at]!;
    if (!isForbidden(name)) entries.push([name, bytesFrom(raw[at + 1]!)]);
  }
  return entries;
}

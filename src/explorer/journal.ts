/**
 * The journal of requests: what the last ones were, and what each of them did. It keeps a
 * bounded part of the memory, and costs a request little while nobody looks.
 *
 * @module
 */

import type { Log, LogEvent } from "../log.ts";
import { frameLine } from "../runtime/faults/fault_response.ts";
import type { HttpRequest, HttpResponse } from "../runtime/http_message.ts";
import type { RequestDetail, RequestSummary } from "./api.ts";
import { JournalEntry } from "./journal_entry.ts";

/** How many requests are kept. */
export const MAX_REQUESTS = 500;

/** How many bytes they may take together, about; the oldest go first. */
export const MAX_BYTES: number = 32 * 2 ** 20;

/** What an entry takes before anything is known of it, about. */
const ENTRY_SIZE = 1000;

/** Milliseconds in which the calls of a request are told together. */
const CALLS_PAUSE = 100;

type RequestListener = (summary: RequestSummary) => void;

/** The last requests, and what each of them did. */
export class RequestJournal {
  /** Takes guest lines, traps and calls; of requests that are in the journal alone. */
  readonly log: Log = { emit: (event) => this.#take(event) };
  /** The oldest first. */
  readonly #entries = new Map<string, JournalEntry>();
  readonly #listeners = new Set<RequestListener>();
  /** Those with calls that nobody was told of. */
  readonly #due = new Set<JournalEntry>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #bytes = 0;

  /**
   * A request comes: before the component gets it. Returns the one to hand on, whose body is
   * kept as it streams, as far as it is.
   *
   * @param id An earlier request of the same id is forgotten.
   * @param replayOf The id of the request that it repeats.
   */
  begin(id: string, request: HttpRequest, replayOf?: string): HttpRequest {
    const entry = new JournalEntry(request, {
      id,
      replayOf,
      grew: this.#grew,
    });
    const namesake = this.#entries.get(id);
    if (namesake !== undefined) this.#forget(namesake);
    this.#entries.set(id, entry);
    this.#grew(entry, ENTRY_SIZE);
    const given = entry.begin();
    this.#tell(entry);
    return given;
  }

  /** The head of the response is there. MUST be told before the door has sent it. */
  answered(id: string, response: HttpResponse): void {
    const entry = this.#entries.get(id);
    if (entry === undefined) return;
    entry.answered(response);
    this.#tell(entry);
  }

  /**
   * The newest first.
   *
   * @param options.before Only those that came before the one of this id.
   */
  list(
    { limit = MAX_REQUESTS, before }: {
      readonly limit?: number;
      readonly before?: string;
    } = {},
  ): readonly RequestSummary[] {
    const entries = [...this.#entries.values()].reverse();
    // What is not in the journal any more is older than all that is.
    const start = before === undefined
      ? 0
      : entries.findIndex(({ id }) => id === before) + 1 || entries.length;
    return entries.slice(start, start + limit).map((entry) => entry.summary());
  }

  /** All that is known of one; `undefined` where it is not in the journal. */
  detail(id: string): RequestDetail | undefined {
    return this.#entries.get(id)?.detail();
  }

  /** The request to send again, or why it cannot be: unknown, or its body was not kept whole. */
  replay(id: string): HttpRequest | "unknown" | "not-whole" {
    const entry = this.#entries.get(id);
    return entry === undefined ? "unknown" : entry.replay() ?? "not-whole";
  }

  /** Forgets all requests, those under way included. */
  clear(): void {
    this.#entries.clear();
    this.#bytes = 0;
    this.#rest();
  }

  /**
   * Calls back when a request begins, is answered, traps, or has more calls, those of a tenth
   * of a second together. The listener MUST NOT throw.
   */
  onRequest(listener: RequestListener, signal: AbortSignal): void {
    if (signal.aborted) return;
    // A listener of its own, should one be given twice.
    const own: RequestListener = (summary) => listener(summary);
    this.#listeners.add(own);
    signal.addEventListener("abort", () => {
      this.#listeners.delete(own);
      if (this.#listeners.size === 0) this.#rest();
    }, { once: true });
  }

  #take(event: LogEvent): void {
    switch (event.event) {
      case "host-call": {
        const entry = this.#find(event.request);
        if (entry === undefined) return;
        entry.called(event.call);
        this.#tellSoon(entry);
        return;
      }
      case "guest-output":
        this.#find(event.request)?.wrote(event.stream, event.text);
        return;
      case "guest-log": {
        const { level, context, text } = event;
        const told = context === "" ? text : `${context}: ${text}`;
        this.#find(event.request)?.wrote(level, told);
        return;
      }
      case "guest-trap": {
        const entry = this.#find(event.request);
        if (entry === undefined) return;
        const { text, frames = [] } = event;
        entry.trapped(
          [text, ...frames.map((frame) => `    at ${frameLine(frame)}`)]
            .join("\n"),
        );
        this.#tell(entry);
        return;
      }
    }
  }

  /** A change has an id too, and what is outside of a request has none. */
  #find(id: string | undefined): JournalEntry | undefined {
    return id === undefined ? undefined : this.#entries.get(id);
  }

  readonly #grew = (entry: JournalEntry, bytes: number): void => {
    // What is forgotten may still be under way.
    if (this.#entries.get(entry.id) !== entry) return;
    entry.size += bytes;
    this.#bytes += bytes;
    while (
      this.#entries.size > MAX_REQUESTS ||
      this.#bytes > MAX_BYTES && this.#entries.size > 1
    ) {
      this.#forget(this.#entries.values().next().value!);
    }
  };

  #forget(entry: JournalEntry): void {
    this.#entries.delete(entry.id);
    this.#due.delete(entry);
    this.#bytes -= entry.size;
  }

  #tell(entry: JournalEntry): void {
    if (this.#listeners.size === 0) return;
    this.#due.delete(entry);
    const summary = entry.summary();
    for (const listener of [...this.#listeners]) listener(summary);
  }

  #tellSoon(entry: JournalEntry): void {
    if (this.#listeners.size === 0) return;
    this.#due.add(entry);
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      for (const each of [...this.#due]) this.#tell(each);
    }, CALLS_PAUSE);
  }

  #rest(): void {
    this.#due.clear();
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}

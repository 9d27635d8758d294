/**
 * Server-sent events, for as long as somebody looks.
 *
 * @module
 */

/// <reference lib="dom" />

import type { Problem } from "../api.ts";

/** How a stream is. */
export type StreamState = "connecting" | "open" | "lost";

/** What a stream is told. */
export interface StreamListeners<Events> {
  /** By the name of the event. */
  readonly on: {
    readonly [Name in keyof Events]?: (data: Events[Name]) => void;
  };
  /** It opened, or is gone and will be opened again: what came meanwhile was missed. */
  readonly onState?: (state: StreamState) => void;
  /** The server has ended it, and says why. It is tried again, but not soon. */
  readonly onProblem?: (problem: Problem) => void;
}

/** The first pause before a stream is opened again; it doubles up to {@linkcode LONGEST_PAUSE}. */
const SHORTEST_PAUSE = 500;
const LONGEST_PAUSE = 15_000;

/**
 * Listens until the signal aborts. A page that is hidden does not: over HTTP/1.1 a browser
 * has six connections for all its tabs, and streams of forgotten tabs would take them all.
 */
export function listenTo<Events>(
  url: string,
  listeners: StreamListeners<Events>,
  signal: AbortSignal,
): void {
  let source: EventSource | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let pause = SHORTEST_PAUSE;

  function open(): void {
    close();
    listeners.onState?.("connecting");
    source = new EventSource(url);
    source.onopen = () => {
      pause = SHORTEST_PAUSE;
      listeners.onState?.("open");
    };
    source.onerror = (event) => {
      // An EventSource does not come back from an answer that is no stream, so it is made anew.
      close();
      listeners.onState?.("lost");
      // One of the server has the name that the browser gives its own.
      if (event instanceof MessageEvent) {
        listeners.onProblem?.(JSON.parse(event.data));
        pause = LONGEST_PAUSE;
      }
      timer = setTimeout(open, pause);
      pause = Math.min(pause * 2, LONGEST_PAUSE);
    };
    for (const name of Object.keys(listeners.on) as (keyof Events & string)[]) {
      source.addEventListener(name, (event: MessageEvent<string>) => {
        listeners.on[name]?.(JSON.parse(event.data));
      });
    }
  }

  function close(): void {
    clearTimeout(timer);
    source?.close();
    source = undefined;
  }

  function followVisibility(): void {
    if (document.hidden) close();
    else if (source === undefined) open();
  }

  if (signal.aborted) return;
  document.addEventListener("visibilitychange", followVisibility, { signal });
  signal.addEventListener("abort", close, { once: true });
  followVisibility();
}

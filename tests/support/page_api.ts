/**
 * What the explorer's page needs beside a browser: the API on a real server, answered by a test,
 * and events that the test tells.
 *
 * @module
 */

import {
  effect,
  type ReadonlySignal,
  type Signal,
  signal,
} from "@preact/signals";
import type { ExplorerEvents } from "../../src/explorer/api.ts";
import { ApiClient } from "../../src/explorer/page/api_client.ts";
import type { StreamState } from "../../src/explorer/page/event_stream.ts";
import type { Session } from "../../src/explorer/page/session.ts";

/** What of a session views without markup use. */
type PageSession = Pick<Session, "api" | "stream" | "on" | "fail">;

/** The API on a real server, answered by the test, and what of a session a feed uses. */
export function openPageApi(
  answer: (request: Request) => Response | Promise<Response>,
) {
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    answer,
  );
  const events = new EventTarget();
  const stream: Signal<StreamState> = signal<StreamState>("open");
  const failures: unknown[] = [];
  const session: PageSession = {
    api: new ApiClient(`http://127.0.0.1:${server.addr.port}/`),
    stream,
    on: (name, listener, signal) =>
      events.addEventListener(
        name,
        (event) => listener((event as CustomEvent).detail),
        { signal },
      ),
    fail: (error) => failures.push(error),
  };
  return {
    session,
    stream,
    failures,
    tell<Name extends keyof ExplorerEvents>(
      name: Name,
      detail: ExplorerEvents[Name],
    ): void {
      events.dispatchEvent(new CustomEvent(name, { detail }));
    },
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

/** Resolves when a signal is as wanted. */
export async function until<T>(
  wanted: ReadonlySignal<T>,
  isWanted: (value: T) => boolean,
): Promise<T> {
  const { promise, resolve } = Promise.withResolvers<T>();
  const stop = effect(() => {
    if (isWanted(wanted.value)) resolve(wanted.value);
  });
  try {
    return await promise;
  } finally {
    stop();
  }
}

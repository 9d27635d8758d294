/**
 * What all views of the page share. It is made once, in `main.tsx`, and handed down.
 *
 * @module
 */

/// <reference lib="dom" />

import { type ReadonlySignal, type Signal, signal } from "@preact/signals";
import type { BuildState, ExplorerEvents, ProjectStatus } from "../api.ts";
import { ApiClient, tellFailure } from "./api_client.ts";
import { listenTo, type StreamState } from "./event_stream.ts";
import type { KeptDraft } from "./buckets/draft.ts";
import { formatRoute, parseRoute, type Route } from "./routes.ts";
import { openShortcuts } from "./shortcuts.ts";
import { openTheme, type Theme } from "./theme.ts";
import { Toasts } from "./ui/toasts.ts";

/** The state of a page that is open. */
export interface Session {
  readonly api: ApiClient;
  readonly route: ReadonlySignal<Route>;
  readonly theme: Signal<Theme>;
  /** Whether single keys do something. */
  readonly shortcuts: Signal<boolean>;
  readonly toasts: Toasts;
  /** Values that were not saved yet, by the place of their key: a look elsewhere loses none. */
  readonly drafts: Map<string, KeptDraft>;
  /** What is served; `undefined` until it was told. */
  readonly status: ReadonlySignal<ProjectStatus | undefined>;
  /** What the dev server is doing, live. */
  readonly build: ReadonlySignal<BuildState | undefined>;
  /** How the stream of events is. What a view shows is stale until it is `open` again. */
  readonly stream: ReadonlySignal<StreamState>;
  /** Goes to another place of the page. */
  go(route: Route): void;
  /** Calls back at each event of `GET /api/events` of that name, until the signal aborts. */
  on<Name extends keyof ExplorerEvents>(
    name: Name,
    listener: (data: ExplorerEvents[Name]) => void,
    signal: AbortSignal,
  ): void;
  /** Tells the user of a failure. */
  fail(error: unknown): void;
}

/** What every view is given. */
export interface ViewProps {
  readonly session: Session;
}

/** Opens the page's session, which lasts as long as the page. */
export function openSession(): Session {
  const api = new ApiClient("/_wharf/api/");
  const toasts = new Toasts();
  const route = signal(parseRoute(location.hash));
  const status = signal<ProjectStatus | undefined>(undefined);
  const build = signal<BuildState | undefined>(undefined);
  const stream = signal<StreamState>("connecting");
  const target = new EventTarget();

  addEventListener("hashchange", () => {
    route.value = parseRoute(location.hash);
  });

  const drafts = new Map<string, KeptDraft>();
  addEventListener("beforeunload", (event) => {
    if (drafts.size > 0) event.preventDefault();
  });

  async function loadStatus(): Promise<void> {
    try {
      status.value = await api.get("status");
      build.value = status.value.build;
    } catch (error) {
      toasts.add({ kind: "failure", text: tellFailure(error) });
    }
  }

  listenTo<ExplorerEvents>(api.url("events"), {
    on: {
      request: (data) =>
        target.dispatchEvent(new CustomEvent("request", { detail: data })),
      build: (data) => {
        build.value = data;
        target.dispatchEvent(new CustomEvent("build", { detail: data }));
      },
    },
    onState: (state) => {
      stream.value = state;
      if (state === "open") void loadStatus();
    },
  }, new AbortController().signal);

  return {
    api,
    route,
    toasts,
    drafts,
    status,
    build,
    stream,
    theme: openTheme(),
    shortcuts: openShortcuts(),
    go: (to) => {
      location.hash = formatRoute(to);
    },
    on: (name, listener, signal) =>
      target.addEventListener(
        name,
        (event) => listener((event as CustomEvent).detail),
        { signal },
      ),
    fail: (error) => toasts.add({ kind: "failure", text: tellFailure(error) }),
  };
}

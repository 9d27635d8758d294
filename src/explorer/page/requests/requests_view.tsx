import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { formatRoute } from "../routes.ts";
import type { ViewProps } from "../session.ts";
import { isShortcut, isTyping } from "../shortcuts.ts";
import { Button } from "../ui/button.tsx";
import { EmptyState } from "../ui/empty_state.tsx";
import { FilterBar } from "./filter_bar.tsx";
import { RequestDetailView } from "./request_detail.tsx";
import { RequestFeed } from "./request_feed.ts";
import { filterRequests, isFiltering, NO_FILTER } from "./request_filter.ts";
import { RequestRows } from "./request_rows.tsx";

/** What clients asked for, live: the list, and the request that was chosen. */
export function RequestsView(
  { session, id }: ViewProps & { readonly id?: string },
) {
  const feed = useMemo(() => new RequestFeed(session), [session]);
  useEffect(() => {
    const closed = new AbortController();
    feed.follow(closed.signal);
    return () => closed.abort();
  }, [feed]);
  const [filter, setFilter] = useState(NO_FILTER);
  const rows = useRef<HTMLDivElement>(null);
  const list = feed.list.value;
  const found = filterRequests(list.shown, filter);

  function focusRow(): void {
    rows.current?.querySelector<HTMLElement>("a[tabindex='0']")?.focus();
  }
  function close(): void {
    session.go({ view: "requests" });
    // The row it was opened from is where reading goes on; it is shown after the next frame.
    requestAnimationFrame(focusRow);
  }
  function onKeyDown(event: KeyboardEvent): void {
    const target = event.target instanceof Element ? event.target : undefined;
    if (target?.id === "request-search") {
      // A browser empties the field at Escape by itself.
      if (event.key !== "ArrowDown") return;
      event.preventDefault();
      focusRow();
    } else if (isShortcut(session, event, "/")) {
      event.preventDefault();
      document.getElementById("request-search")?.focus();
    } else if (event.key === "Escape" && id !== undefined && !isTyping(event)) {
      close();
    }
  }
  useEffect(() => {
    addEventListener("keydown", onKeyDown);
    return () => removeEventListener("keydown", onKeyDown);
  }, [id]);

  return (
    <div class={id === undefined ? "requests" : "requests has-detail"}>
      <h1 id="requests-title">
        {id === undefined
          ? "Requests"
          : <a href={formatRoute({ view: "requests" })}>Requests</a>}
      </h1>
      <section class="requests-list" aria-labelledby="requests-title">
        <div class="bar">
          <p class="hint grows">
            {isFiltering(filter)
              ? `${found.length} of ${list.shown.length} requests`
              : `${list.shown.length} requests`}
            {list.held && ", held"}
          </p>
          <HoldButton feed={feed} />
          <Button
            disabled={list.shown.length === 0}
            onClick={() => void feed.clear()}
          >
            Clear
          </Button>
        </div>
        <FilterBar
          filter={filter}
          requests={list.shown}
          onChange={setFilter}
        />
        <p class="hint keyboard-hint">
          {session.shortcuts.value && (
            <>
              <kbd>/</kbd> filters,{" "}
            </>
          )}arrows and <kbd>Enter</kbd> choose a request, <kbd>Escape</kbd>{" "}
          closes it
        </p>
        <div ref={rows}>
          {found.length === 0
            ? (
              <NothingFound
                session={session}
                loaded={feed.loaded.value}
                any={list.shown.length > 0}
              />
            )
            : (
              <RequestRows
                requests={found}
                {...(id !== undefined && { chosen: id })}
              />
            )}
        </div>
      </section>
      {id !== undefined && (
        <RequestDetailView
          key={id}
          session={session}
          id={id}
          onClose={close}
        />
      )}
    </div>
  );
}

/** Holds the list and lets it go on; says how many wait. */
function HoldButton({ feed }: { readonly feed: RequestFeed }) {
  const { held, waiting } = feed.list.value;
  return (
    <>
      <span role="status" class="hint">
        {held && waiting.length > 0 && `${waiting.length} new`}
      </span>
      {held
        ? (
          <Button kind="primary" onClick={() => feed.resume()}>
            Resume
          </Button>
        )
        : <Button onClick={() => feed.hold()}>Pause</Button>}
    </>
  );
}

function NothingFound(
  { session, loaded, any }: ViewProps & {
    readonly loaded: boolean;
    readonly any: boolean;
  },
) {
  if (any) return <EmptyState title="No request fits the filter" />;
  if (!loaded) return <EmptyState title="Looking for requests…" />;
  const url = session.status.value?.url;
  return (
    <EmptyState title="No requests yet">
      {url !== undefined && (
        <p>
          Open{" "}
          <a href={url} target="_blank" rel="noreferrer">{url}</a>: each request
          stands here as it comes
        </p>
      )}
    </EmptyState>
  );
}

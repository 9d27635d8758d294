import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { KeyChange } from "../../api.ts";
import { listenTo } from "../event_stream.ts";
import { formatRoute } from "../routes.ts";
import type { ViewProps } from "../session.ts";
import { isShortcut, isTyping } from "../shortcuts.ts";
import { Badge } from "../ui/badge.tsx";
import { Button } from "../ui/button.tsx";
import { formatWholeSeconds } from "../ui/duration.ts";
import { EmptyState } from "../ui/empty_state.tsx";
import { FailureNote } from "../ui/failure_note.tsx";
import { KeyValueTable } from "../ui/key_value_table.tsx";
import { useLoaded } from "../ui/use_loaded.ts";
import { Visible } from "../ui/visible.tsx";
import { DropBucketDialog } from "./bucket_dialogs.tsx";
import { AccessBadge, DurableBadge, figuresOf } from "./bucket_list.tsx";
import { KeyList } from "./key_list.tsx";
import { KeyListing } from "./key_listing.ts";
import { KeySearch } from "./key_search.tsx";
import { NewKeyDialog } from "./new_key_dialog.tsx";
import { TransferDialog } from "./transfer_dialog.tsx";
import { ValuePane } from "./value_pane.tsx";

/** What is open above the page. */
type Open = "nothing" | "new key" | "drop" | "transfer";

/** One bucket: its keys, and the value of the one that is chosen. */
export function BucketPane(
  { session, bucket, name }: ViewProps & {
    readonly bucket: string;
    /** The key. */
    readonly name?: string;
  },
) {
  const { api } = session;
  const [open, setOpen] = useState<Open>("nothing");
  const [change, setChange] = useState<KeyChange>();
  const [missed, setMissed] = useState(false);
  const [unwatched, setUnwatched] = useState<string>();
  const detail = useLoaded(
    (signal) => api.get("bucket", { bucket }, signal),
    [bucket],
  );
  const listing = useMemo(() =>
    new KeyListing({
      load: (query, signal) => api.get("keys", { bucket, ...query }, signal),
      soon: (run) => requestAnimationFrame(run),
    }), [bucket]);
  // The stream outlives many choices; it has to know the one that is made now.
  const shown = useRef(name);
  shown.current = name;

  useEffect(() => {
    void listing.search("");
    return () => listing.close();
  }, [listing]);

  // To watch a bucket makes it in some stores, and a look should make nothing.
  const canWatch = detail.value?.exists === true && detail.value.can.watch;
  useEffect(() => {
    if (!canWatch) return;
    const abort = new AbortController();
    let wasOpen = false;
    setUnwatched(undefined);
    listenTo<{ change: KeyChange }>(api.url("changes", { bucket }), {
      on: {
        change: (data) => {
          setUnwatched(undefined);
          listing.note(data);
          if (data.key === shown.current) setChange(data);
        },
      },
      onState: (state) => {
        if (state !== "open") return;
        if (wasOpen) {
          setMissed(true);
          const key = shown.current;
          if (key !== undefined) setChange({ kind: "set", key });
        }
        wasOpen = true;
      },
      onProblem: ({ detail }) => {
        setUnwatched(detail);
        // Nothing was told, so the next stream is the first.
        wasOpen = false;
      },
    }, abort.signal);
    return () => abort.abort();
  }, [canWatch, bucket]);

  function reload(): void {
    setMissed(false);
    detail.reload();
    void listing.search(listing.state.peek().prefix);
  }
  function choose(key: string): void {
    session.go({ view: "buckets", bucket, key });
  }
  function leave(): void {
    session.go({ view: "buckets", bucket });
  }
  function onKeyDown(event: KeyboardEvent): void {
    if (isShortcut(session, event, "/")) {
      event.preventDefault();
      document.getElementById("key-search")?.focus();
    } else if (isShortcut(session, event, "n")) {
      event.preventDefault();
      setOpen("new key");
    } else if (
      event.key === "Escape" && shown.current !== undefined &&
      !isTyping(event)
    ) {
      leave();
      document.getElementById("key-list")?.focus();
    }
  }
  useEffect(() => {
    addEventListener("keydown", onKeyDown);
    return () => removeEventListener("keydown", onKeyDown);
  }, [bucket]);

  return (
    <div class={name === undefined ? "bucket" : "bucket bucket-with-key"}>
      <div class="bar bucket-head">
        <a class="button" href={formatRoute({ view: "buckets" })}>‹ Buckets</a>
        <h1 class="grows cut">
          <Visible text={bucket} limit={300} />
        </h1>
        <Button onClick={reload}>Reload</Button>
        <Button onClick={() => setOpen("transfer")}>Export, import</Button>
        <Button kind="danger" onClick={() => setOpen("drop")}>Drop</Button>
        <Button kind="primary" onClick={() => setOpen("new key")}>
          New key
        </Button>
      </div>
      {detail.failure !== undefined && (
        <FailureNote text={detail.failure} onRetry={detail.reload} />
      )}
      {detail.value !== undefined && (
        <details class="bucket-facts">
          <summary>
            <Badge>{detail.value.store}</Badge>
            <DurableBadge durable={detail.value.durable} />
            <AccessBadge access={detail.value.access} />
            <span>{figuresOf(detail.value)}</span>
            {detail.value.access !== "read-write" && (
              <span class="hint">You may write here; guests may not.</span>
            )}
            {detail.value.exists && !detail.value.can.watch && (
              <span class="hint">The store does not tell of changes.</span>
            )}
          </summary>
          <KeyValueTable
            rows={[
              [
                "Location",
                <Visible key="location" text={detail.value.location} />,
              ],
              ...(detail.value.storedAs === undefined ? [] : [
                [
                  "Name there",
                  <Visible key="name" text={detail.value.storedAs} />,
                ] as const,
              ]),
              ...(detail.value.ttl === undefined ? [] : [
                [
                  "A value lives",
                  formatWholeSeconds(detail.value.ttl),
                ] as const,
              ]),
              ...Object.entries(detail.value.settings).map((
                [setting, value],
              ) => [setting, String(value)] as const),
            ]}
          />
        </details>
      )}
      {unwatched !== undefined && (
        <div class="note" role="status">
          <p>
            Changes of others are not seen as they come:{" "}
            <Visible text={unwatched} />
          </p>
        </div>
      )}
      {missed && (
        <div class="note" role="status">
          <p>Changes may have been missed while nobody listened.</p>
          <Button onClick={reload}>Reload</Button>
        </div>
      )}
      <div class="columns">
        <section class="column-keys" aria-label="Keys">
          <KeySearch onSearch={(prefix) => void listing.search(prefix)} />
          <KeyList
            listing={listing}
            chosen={name}
            onChoose={choose}
          />
        </section>
        <section class="column-value" aria-label="Value">
          {name === undefined
            ? (
              <EmptyState title="No key chosen">
                <p class="keyboard-hint">
                  {session.shortcuts.value && (
                    <>
                      <kbd>/</kbd> searches, <kbd>n</kbd> makes a key,
                      {" "}
                    </>
                  )}arrows and <kbd>Enter</kbd> choose one
                </p>
              </EmptyState>
            )
            : (
              <ValuePane
                key={name}
                session={session}
                place={{ bucket, key: name }}
                detail={detail.value}
                change={change?.key === name ? change : undefined}
                onWritten={(kind) => {
                  // Where the store tells of changes, this one comes with them.
                  if (!canWatch || unwatched !== undefined) {
                    listing.note({
                      kind,
                      key: name,
                    });
                  }
                }}
                onLeave={leave}
              />
            )}
        </section>
      </div>
      {open === "new key" && (
        <NewKeyDialog
          session={session}
          bucket={bucket}
          maxSize={detail.value?.maxValueSize}
          ttl={detail.value?.ttl}
          prefix={listing.state.peek().prefix}
          onClose={() => setOpen("nothing")}
          onCreated={(key) => {
            setOpen("nothing");
            listing.show(key);
            detail.reload();
            choose(key);
          }}
        />
      )}
      {open === "drop" && (
        <DropBucketDialog
          session={session}
          bucket={bucket}
          onClose={() => setOpen("nothing")}
        />
      )}
      {open === "transfer" && (
        <TransferDialog
          session={session}
          bucket={bucket}
          prefix={listing.state.peek().prefix}
          canSeed={detail.value?.can.seed === true}
          onClose={() => setOpen("nothing")}
          onChanged={reload}
        />
      )}
    </div>
  );
}

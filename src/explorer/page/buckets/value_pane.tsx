import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { BucketDetail, EntryDetail, KeyChange } from "../../api.ts";
import type { Session } from "../session.ts";
import { Badge } from "../ui/badge.tsx";
import { Button } from "../ui/button.tsx";
import { formatByteSize } from "../ui/byte_size.ts";
import { ConfirmDialog } from "../ui/confirm_dialog.tsx";
import { Countdown } from "../ui/countdown.tsx";
import { EmptyState } from "../ui/empty_state.tsx";
import { FailureNote } from "../ui/failure_note.tsx";
import { KeyValueTable } from "../ui/key_value_table.tsx";
import { useLoaded } from "../ui/use_loaded.ts";
import { Visible } from "../ui/visible.tsx";
import { decodeBase64 } from "./base64.ts";
import { draftOf, EMPTY_DRAFT, type KeptDraft } from "./draft.ts";
import {
  deleteEntry,
  type KeyPlace,
  readEntry,
  undoDelete,
} from "./entry_actions.ts";
import { HistoryList } from "./history_list.tsx";
import { ValueDisplay } from "./value_display.tsx";
import { ValueEditor } from "./value_editor.tsx";
import { isCounter } from "./value_kind.ts";

/** Values beyond this are replaced by a file, not edited in a field. */
const LARGEST_EDITED = 1024 * 1024;

/** How long a deletion can be taken back. */
const UNDO_TIME = 10_000;

/** Bytes beyond this are too many to be edited as digits. */
const LARGEST_DIGITS = 64 * 1024;

/** The value of a key, and what can be done with it. */
export function ValuePane(
  { session, place, detail, change, onWritten, onLeave }: {
    readonly session: Session;
    readonly place: KeyPlace;
    readonly detail: BucketDetail | undefined;
    /** The last change of this key that was told. */
    readonly change: KeyChange | undefined;
    /** This page has changed the key. */
    readonly onWritten: (kind: KeyChange["kind"]) => void;
    readonly onLeave: () => void;
  },
) {
  const { api, toasts } = session;
  const id = JSON.stringify([place.bucket, place.key]);
  const [editing, setEditingState] = useState(session.drafts.get(id));
  const [showsHistory, setShowsHistory] = useState(false);
  const [purging, setPurging] = useState(false);
  const { value: found, failure, reload } = useLoaded(
    async (signal) => ({ entry: await readEntry(api, place, signal) }),
    [place.bucket, place.key],
  );
  const entry = found?.entry;
  useEffect(() => {
    if (change !== undefined) reload();
  }, [change]);
  const isForeign = useForeignChange(entry?.version);

  function setEditing(kept: KeptDraft | undefined): void {
    if (kept === undefined) session.drafts.delete(id);
    else session.drafts.set(id, kept);
    setEditingState(kept);
  }

  async function attempt(work: () => Promise<void>): Promise<void> {
    isForeign.expectOwn();
    try {
      await work();
    } catch (error) {
      session.fail(error);
    }
    reload();
  }
  async function edit(seen: EntryDetail): Promise<void> {
    const { expiry } = draftOf(new Uint8Array(), seen.expires);
    const asFile = { ...EMPTY_DRAFT, format: "file", expiry } as const;
    if (seen.size > LARGEST_EDITED) {
      setEditing({ version: seen.version, draft: asFile });
      return;
    }
    try {
      const { bytes, version } = await api.value(place.bucket, place.key);
      const draft = draftOf(bytes, seen.expires);
      const isTooLong = draft.format === "hex" && bytes.length > LARGEST_DIGITS;
      setEditing({ version, draft: isTooLong ? asFile : draft });
    } catch (error) {
      session.fail(error);
    }
  }
  async function remove(seen: EntryDetail): Promise<void> {
    const deleted = await deleteEntry(api, place, seen);
    if (deleted === "changed") {
      toasts.add({
        kind: "failure",
        text: "Not deleted: it was changed meanwhile; look at it again",
      });
      return;
    }
    onWritten("delete");
    toasts.add({
      kind: "done",
      text: "Deleted",
      lasts: UNDO_TIME,
      action: {
        label: "Undo",
        run: () =>
          void attempt(async () => {
            const undone = await undoDelete(api, deleted, Date.now());
            toasts.add(TOLD_OF_UNDO[undone]);
            if (undone === "restored") onWritten("set");
          }),
      },
    });
  }

  return (
    <article>
      <div class="bar value-head">
        <Button label="Back to the keys" onClick={onLeave}>‹ Keys</Button>
        {entry !== undefined && editing === undefined && (
          <div class="buttons">
            <Button kind="primary" onClick={() => void edit(entry)}>
              Edit
            </Button>
            <a
              class="button"
              download
              href={api.url("value", { ...place })}
            >
              Download
            </a>
            <Button
              kind="danger"
              onClick={() => void attempt(() => remove(entry))}
            >
              Delete
            </Button>
          </div>
        )}
      </div>
      <h2
        class="mono full-key"
        // A long one scrolls, so the keyboard has to reach it.
        tabIndex={place.key.length > 500 ? 0 : undefined}
      >
        <Visible text={place.key} />
      </h2>
      {failure !== undefined && <FailureNote text={failure} onRetry={reload} />}
      {editing !== undefined && (
        <ValueEditor
          session={session}
          place={place}
          kept={editing}
          current={found === undefined ? null : entry}
          maxSize={detail?.maxValueSize}
          ttl={detail?.ttl}
          onChange={setEditing}
          onSave={isForeign.expectOwn}
          onSaved={() => {
            setEditing(undefined);
            reload();
          }}
          onLeave={() => setEditing(undefined)}
        />
      )}
      {editing === undefined && entry !== undefined && (
        <EntryFacts
          session={session}
          place={place}
          entry={entry}
          isForeign={isForeign.value}
          onChange={attempt}
        />
      )}
      {editing === undefined && found !== undefined && entry === undefined && (
        <EmptyState title="This key is absent">
          <p>It was deleted, has expired, or never was.</p>
        </EmptyState>
      )}
      {editing === undefined && detail?.can.history === true && (
        <section class="history">
          <div class="buttons">
            <Button
              pressed={showsHistory}
              onClick={() => setShowsHistory(!showsHistory)}
            >
              History
            </Button>
            {detail.can.purge && (
              <Button
                kind="danger"
                onClick={() => setPurging(true)}
              >
                Delete with history
              </Button>
            )}
          </div>
          {showsHistory && found !== undefined && (
            <HistoryList
              session={session}
              place={place}
              entry={entry}
              onRestore={isForeign.expectOwn}
              onRestored={reload}
            />
          )}
        </section>
      )}
      {purging && (
        <ConfirmDialog
          title="Delete with history"
          text="The key and all that it was before will be gone for good."
          act="Delete"
          onConfirm={() =>
            void attempt(async () => {
              await api.call("POST purge", { ...place });
              onWritten("delete");
            })}
          onClose={() => setPurging(false)}
        />
      )}
    </article>
  );
}

const TOLD_OF_UNDO = {
  restored: { kind: "done", text: "Restored" },
  occupied: {
    kind: "failure",
    text: "Not restored: the key was written meanwhile, and that was left",
  },
  expired: {
    kind: "failure",
    text: "Not restored: its time is over by now",
  },
} as const;

function EntryFacts({ session, place, entry, isForeign, onChange }: {
  readonly session: Session;
  readonly place: KeyPlace;
  readonly entry: EntryDetail;
  /** Whether others changed it while it was looked at. */
  readonly isForeign: boolean;
  /** Does something and reads the entry again. */
  readonly onChange: (work: () => Promise<void>) => Promise<void>;
}) {
  const bytes = useMemo(() => decodeBase64(entry.preview), [entry.preview]);
  const add = (delta: number) =>
    void onChange(async () => {
      await session.api.call("POST increment", { ...place, delta });
    });
  return (
    <>
      <KeyValueTable
        rows={[
          ["Size", formatByteSize(entry.size)],
          ["Version", <code key="version">{entry.version}</code>],
          [
            "Expires",
            entry.expires === undefined ? "never" : (
              <Countdown
                key="expires"
                until={entry.expires}
                onEnd={() => void onChange(() => Promise.resolve())}
              />
            ),
          ],
        ]}
      />
      <p class="live-note" role="status">
        {isForeign && <Badge tone="warning">changed while you looked</Badge>}
      </p>
      {entry.size === bytes.length && isCounter(bytes) && (
        <div class="buttons" role="group" aria-label="Counter">
          <Button
            onClick={() =>
              add(-1)}
          >
            −1
          </Button>
          <Button
            onClick={() =>
              add(1)}
          >
            +1
          </Button>
        </div>
      )}
      <ValueDisplay
        bytes={bytes}
        size={entry.size}
        loadWhole={async () =>
          (await session.api.value(place.bucket, place.key)).bytes}
      />
    </>
  );
}

/** Whether a value became another that this page did not write. */
function useForeignChange(
  version: string | undefined,
): { readonly value: boolean; readonly expectOwn: () => void } {
  const known = useRef(version);
  const expectsOwn = useRef(false);
  if (known.current === undefined || expectsOwn.current) {
    if (version !== known.current) expectsOwn.current = false;
    known.current = version;
  }
  return {
    value: version !== undefined && version !== known.current,
    expectOwn: () => {
      expectsOwn.current = true;
    },
  };
}

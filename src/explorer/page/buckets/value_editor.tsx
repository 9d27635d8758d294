import { useState } from "preact/hooks";
import type { EntryDetail } from "../../api.ts";
import { tellFailure } from "../api_client.ts";
import type { Session } from "../session.ts";
import { Button } from "../ui/button.tsx";
import { decodeBase64 } from "./base64.ts";
import {
  bodyOf,
  bytesOf,
  draftFault,
  type KeptDraft,
  timeToLiveOf,
} from "./draft.ts";
import { DraftFields } from "./draft_fields.tsx";
import { type KeyPlace, writeValue } from "./entry_actions.ts";
import { ValueDisplay } from "./value_display.tsx";

/** What stands in the way of saving: the entry as it is now, or that there is none. */
interface Conflict {
  readonly current: EntryDetail | undefined;
}

/** Writes a value, but never over one that was not seen. */
export function ValueEditor(
  {
    session,
    place,
    kept,
    current,
    maxSize,
    ttl,
    onChange,
    onSave,
    onSaved,
    onLeave,
  }: {
    readonly session: Session;
    readonly place: KeyPlace;
    readonly kept: KeptDraft;
    /** What is there now, as far as was told; `null` while that is not known. */
    readonly current: EntryDetail | undefined | null;
    readonly maxSize: number | undefined;
    /** Milliseconds that the bucket gives a value without a time of its own. */
    readonly ttl: number | undefined;
    readonly onChange: (kept: KeptDraft) => void;
    /** It is about to be written. */
    readonly onSave: () => void;
    readonly onSaved: () => void;
    readonly onLeave: () => void;
  },
) {
  const { draft, version } = kept;
  const [conflict, setConflict] = useState<Conflict>();
  const [failure, setFailure] = useState<string>();
  const [saving, setSaving] = useState(false);
  const isWhole = draftFault(draft, maxSize) === undefined;

  async function save(against: string | undefined): Promise<void> {
    const bytes = bodyOf(draft);
    if (!isWhole || bytes === undefined || saving) return;
    setSaving(true);
    onSave();
    setFailure(undefined);
    try {
      const outcome = await writeValue(session.api, place, {
        bytes,
        version: against,
        ttl: timeToLiveOf(draft, Date.now()),
      });
      if (outcome.kind === "written") {
        session.toasts.add({ kind: "done", text: "Saved" });
        onSaved();
        return;
      }
      setConflict({ current: outcome.current });
    } catch (error) {
      setFailure(tellFailure(error));
    } finally {
      setSaving(false);
    }
  }

  return (
    <form
      class="form"
      aria-label="Edit the value"
      onSubmit={(event) => {
        event.preventDefault();
        void save(version);
      }}
      onKeyDown={(event) => {
        if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
          void save(version);
        }
      }}
    >
      {conflict !== undefined && (
        <ConflictNote
          conflict={conflict}
          mine={bytesOf(draft)}
          onTakeTheirs={onSaved}
          onOverwrite={() => {
            setConflict(undefined);
            void save(conflict.current?.version);
          }}
          onKeepEditing={() => {
            // What is there now was seen: the next save is against that.
            onChange({ draft, version: conflict.current?.version });
            setConflict(undefined);
          }}
        />
      )}
      {conflict === undefined && (
        <>
          {current !== null && current?.version !== version && (
            <p class="note" role="status">
              {current === undefined
                ? "The key was deleted while you write."
                : "The value was changed while you write."}
            </p>
          )}
          <DraftFields
            draft={draft}
            maxSize={maxSize}
            ttl={ttl}
            onChange={(draft) => onChange({ draft, version })}
          />
          {failure !== undefined && <p class="fault" role="alert">{failure}</p>}
          <div class="buttons">
            <Button kind="primary" submits disabled={!isWhole || saving}>
              {saving ? "Saving…" : "Save"}
            </Button>
            <Button onClick={onLeave}>Cancel</Button>
          </div>
        </>
      )}
    </form>
  );
}

function ConflictNote(
  { conflict, mine, onTakeTheirs, onOverwrite, onKeepEditing }: {
    readonly conflict: Conflict;
    readonly mine: Uint8Array<ArrayBuffer> | undefined;
    readonly onTakeTheirs: () => void;
    readonly onOverwrite: () => void;
    readonly onKeepEditing: () => void;
  },
) {
  const { current } = conflict;
  return (
    <div class="conflict" role="alert">
      <h3>
        {current === undefined
          ? "The key was deleted meanwhile; nothing was saved"
          : "The value was changed meanwhile; nothing was saved"}
      </h3>
      <div class="sides">
        <section aria-label="What is there now">
          <h3>There now</h3>
          {current === undefined
            ? <p class="empty-text">(no such key)</p>
            : (
              <ValueDisplay
                bytes={decodeBase64(current.preview)}
                size={current.size}
              />
            )}
        </section>
        <section aria-label="What you wrote">
          <h3>Yours</h3>
          {mine === undefined || mine.length === 0
            ? <p class="empty-text">(a file, or no bytes)</p>
            : <ValueDisplay bytes={mine} size={mine.length} />}
        </section>
      </div>
      <div class="buttons">
        <Button onClick={onTakeTheirs}>
          {current === undefined ? "Leave it deleted" : "Take theirs"}
        </Button>
        <Button kind="danger" onClick={onOverwrite}>
          {current === undefined ? "Write mine" : "Overwrite with mine"}
        </Button>
        <Button onClick={onKeepEditing}>Keep editing</Button>
      </div>
    </div>
  );
}

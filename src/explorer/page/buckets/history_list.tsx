import { useMemo, useState } from "preact/hooks";
import type { EntryDetail, RevisionDetail } from "../../api.ts";
import type { Session } from "../session.ts";
import { Badge } from "../ui/badge.tsx";
import { Button } from "../ui/button.tsx";
import { formatByteSize } from "../ui/byte_size.ts";
import { FailureNote } from "../ui/failure_note.tsx";
import { formatMoment } from "../ui/moment.ts";
import { useLoaded } from "../ui/use_loaded.ts";
import { decodeBase64 } from "./base64.ts";
import { type KeyPlace, writeValue } from "./entry_actions.ts";
import { ValueDisplay } from "./value_display.tsx";

/** What a key was before, the newest first; restoring writes it once more. */
export function HistoryList({ session, place, entry, onRestore, onRestored }: {
  readonly session: Session;
  readonly place: KeyPlace;
  /** What is there now. */
  readonly entry: EntryDetail | undefined;
  /** It is about to be written. */
  readonly onRestore: () => void;
  readonly onRestored: () => void;
}) {
  const [open, setOpen] = useState<string>();
  const { value, failure, reload } = useLoaded(
    (signal) => session.api.get("history", { ...place }, signal),
    [place.bucket, place.key, entry?.version],
  );
  if (failure !== undefined) {
    return <FailureNote text={failure} onRetry={reload} />;
  }
  async function restore(revision: RevisionDetail): Promise<void> {
    onRestore();
    try {
      // What is shown may be the beginning of it alone.
      const { bytes } = await session.api.value(
        place.bucket,
        place.key,
        revision.version,
      );
      const { kind } = await writeValue(session.api, place, {
        bytes,
        version: entry?.version,
      });
      session.toasts.add(
        kind === "written"
          ? { kind: "done", text: "Restored as a new revision" }
          : {
            kind: "failure",
            text: "Not restored: the key was changed meanwhile",
          },
      );
      onRestored();
    } catch (error) {
      session.fail(error);
    }
  }
  return (
    <ol class="revisions">
      {value?.toReversed().map((revision) => (
        <li key={revision.version} class="card">
          <Revision
            revision={revision}
            isCurrent={revision.version === entry?.version}
            isOpen={revision.version === open}
            onToggle={(isOpen) =>
              setOpen(isOpen ? revision.version : undefined)}
            onRestore={() =>
              void restore(revision)}
          />
        </li>
      ))}
      {value?.length === 0 && (
        <li class="hint">
          The store remembers nothing.
        </li>
      )}
    </ol>
  );
}

function Revision({ revision, isCurrent, isOpen, onToggle, onRestore }: {
  readonly revision: RevisionDetail;
  readonly isCurrent: boolean;
  readonly isOpen: boolean;
  readonly onToggle: (isOpen: boolean) => void;
  readonly onRestore: () => void;
}) {
  const { size = 0, preview } = revision;
  const bytes = useMemo(
    () => preview === undefined ? undefined : decodeBase64(preview),
    [preview],
  );
  return (
    <>
      <div class="bar">
        <span class="grows">
          {formatMoment(revision.at, Date.now())} · {revision.kind === "delete"
            ? <Badge tone="bad">deleted</Badge>
            : formatByteSize(size)} {isCurrent && <Badge>now</Badge>}
        </span>
        {bytes !== undefined && (
          <Button
            pressed={isOpen}
            onClick={() => onToggle(!isOpen)}
          >
            Look
          </Button>
        )}
        {bytes !== undefined && !isCurrent && (
          <Button onClick={onRestore}>
            Restore
          </Button>
        )}
      </div>
      {isOpen && bytes !== undefined && (
        <ValueDisplay bytes={bytes} size={size} />
      )}
    </>
  );
}

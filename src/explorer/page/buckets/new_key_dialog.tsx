import { useState } from "preact/hooks";
import { tellFailure } from "../api_client.ts";
import type { Session } from "../session.ts";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import {
  bodyOf,
  type Draft,
  draftFault,
  EMPTY_DRAFT,
  timeToLiveOf,
} from "./draft.ts";
import { DraftFields } from "./draft_fields.tsx";
import { writeValue } from "./entry_actions.ts";

/** Asks for a key and its value, and makes it if it is absent. */
export function NewKeyDialog(
  { session, bucket, maxSize, ttl, prefix, onClose, onCreated }: {
    readonly session: Session;
    readonly bucket: string;
    readonly maxSize: number | undefined;
    /** Milliseconds that the bucket gives a value without a time of its own. */
    readonly ttl: number | undefined;
    /** What the key begins with at first: what was searched for. */
    readonly prefix: string;
    readonly onClose: () => void;
    readonly onCreated: (key: string) => void;
  },
) {
  const [key, setKey] = useState(prefix);
  const [draft, setDraft] = useState<Draft>(EMPTY_DRAFT);
  const [failure, setFailure] = useState<string>();
  const isWhole = draftFault(draft, maxSize) === undefined;
  async function create(): Promise<void> {
    const bytes = bodyOf(draft);
    if (!isWhole || bytes === undefined) return;
    try {
      const { kind } = await writeValue(session.api, { bucket, key }, {
        bytes,
        version: undefined,
        ttl: timeToLiveOf(draft, Date.now()),
      });
      if (kind === "written") onCreated(key);
      else setFailure("The key is there already; nothing was changed");
    } catch (error) {
      setFailure(tellFailure(error));
    }
  }
  return (
    <Dialog title="New key" onClose={onClose} wide>
      <form
        class="form"
        onSubmit={(event) => {
          event.preventDefault();
          void create();
        }}
      >
        <label class="field">
          <span>Key</span>
          <input
            class="mono"
            value={key}
            autofocus
            autocomplete="off"
            autocapitalize="off"
            spellcheck={false}
            onInput={(event) => {
              setKey(event.currentTarget.value);
              setFailure(undefined);
            }}
          />
        </label>
        <DraftFields
          draft={draft}
          maxSize={maxSize}
          ttl={ttl}
          onChange={setDraft}
        />
        {failure !== undefined && <p class="fault" role="alert">{failure}</p>}
        <div class="buttons">
          <Button kind="primary" submits disabled={!isWhole}>Create</Button>
          <Button onClick={onClose}>Cancel</Button>
        </div>
      </form>
    </Dialog>
  );
}

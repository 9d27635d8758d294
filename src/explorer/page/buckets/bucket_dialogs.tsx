import { useState } from "preact/hooks";
import { tellFailure } from "../api_client.ts";
import type { Session } from "../session.ts";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { Visible } from "../ui/visible.tsx";

/** Asks for the name of a bucket and makes it. */
export function CreateBucketDialog(
  { session, onClose }: {
    readonly session: Session;
    readonly onClose: () => void;
  },
) {
  const [name, setName] = useState("");
  const [failure, setFailure] = useState<string>();
  async function create(): Promise<void> {
    try {
      await session.api.call("PUT bucket", { bucket: name });
      onClose();
      session.go({ view: "buckets", bucket: name });
    } catch (error) {
      setFailure(tellFailure(error));
    }
  }
  return (
    <Dialog title="New bucket" onClose={onClose}>
      <form
        class="form"
        onSubmit={(event) => {
          event.preventDefault();
          void create();
        }}
      >
        <label class="field">
          <span>Name</span>
          <input
            value={name}
            autofocus
            autocomplete="off"
            onInput={(event) => setName(event.currentTarget.value)}
          />
        </label>
        {failure !== undefined && <p class="fault" role="alert">{failure}</p>}
        <div class="buttons">
          <Button kind="primary" submits>Create</Button>
          <Button onClick={onClose}>Cancel</Button>
        </div>
      </form>
    </Dialog>
  );
}

/** Drops a bucket once its name was typed: there is no way back. */
export function DropBucketDialog(
  { session, bucket, onClose }: {
    readonly session: Session;
    readonly bucket: string;
    readonly onClose: () => void;
  },
) {
  const [typed, setTyped] = useState("");
  const [failure, setFailure] = useState<string>();
  // A name that nobody can type is asked for as it would be written in a program.
  const asked = /^[\x20-\x7e]+$/.test(bucket)
    ? bucket
    : JSON.stringify(bucket).replace(
      /[^\x20-\x7e]/g,
      (unit) => "\\u" + unit.charCodeAt(0).toString(16).padStart(4, "0"),
    );
  async function drop(): Promise<void> {
    try {
      await session.api.call("DELETE bucket", { bucket });
      onClose();
      session.toasts.add({ kind: "done", text: "The bucket is gone" });
      session.go({ view: "buckets" });
    } catch (error) {
      setFailure(tellFailure(error));
    }
  }
  return (
    <Dialog title="Drop the bucket" onClose={onClose}>
      <form
        class="form"
        onSubmit={(event) => {
          event.preventDefault();
          if (typed === asked || typed === bucket) void drop();
        }}
      >
        <p>
          <Visible text={bucket} limit={500} />{" "}
          and all its keys will be gone for good.
        </p>
        <label class="field">
          <span>Type its name to drop it</span>
          <code class="hint">{asked}</code>
          <input
            value={typed}
            autofocus
            autocomplete="off"
            onInput={(event) => setTyped(event.currentTarget.value)}
          />
        </label>
        {failure !== undefined && <p class="fault" role="alert">{failure}</p>}
        <div class="buttons">
          <Button
            kind="danger"
            submits
            disabled={typed !== asked && typed !== bucket}
          >
            Drop
          </Button>
          <Button onClick={onClose}>Cancel</Button>
        </div>
      </form>
    </Dialog>
  );
}

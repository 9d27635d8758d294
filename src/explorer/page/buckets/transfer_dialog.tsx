import { useState } from "preact/hooks";
import type { Imported } from "../../api.ts";
import { tellFailure } from "../api_client.ts";
import type { Session } from "../session.ts";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { Visible } from "../ui/visible.tsx";

/** What goes out of a bucket as a file and comes into it. */
export function TransferDialog(
  { session, bucket, prefix, canSeed, onClose, onChanged }: {
    readonly session: Session;
    readonly bucket: string;
    /** What is searched for: an export can be of that alone. */
    readonly prefix: string;
    readonly canSeed: boolean;
    readonly onClose: () => void;
    readonly onChanged: () => void;
  },
) {
  const { api } = session;
  const [file, setFile] = useState<File>();
  const [existing, setExisting] = useState<"replace" | "keep">("keep");
  const [working, setWorking] = useState(false);
  const [told, setTold] = useState<string>();
  const [failure, setFailure] = useState<string>();

  async function take(work: () => Promise<Imported>): Promise<void> {
    setWorking(true);
    setTold(undefined);
    setFailure(undefined);
    try {
      const { written, kept } = await work();
      setTold(`${written} written, ${kept} left as they were`);
    } catch (error) {
      setFailure(tellFailure(error));
    } finally {
      setWorking(false);
      // Part of a file may have been written before it failed.
      onChanged();
    }
  }

  return (
    <Dialog title="Export, import" onClose={onClose}>
      <div class="form">
        <section class="form">
          <h3>Export</h3>
          <div class="buttons">
            <a class="button" download href={api.url("export", { bucket })}>
              All keys
            </a>
            {prefix !== "" && (
              <a
                class="button"
                download
                href={api.url("export", { bucket, prefix })}
              >
                Keys that start with <Visible text={prefix} limit={40} />
              </a>
            )}
          </div>
        </section>
        <form
          class="form"
          onSubmit={(event) => {
            event.preventDefault();
            if (file === undefined) return;
            void take(() =>
              api.call("POST import", { bucket, existing }, {
                body: file,
                headers: { "content-type": "application/x-ndjson" },
              })
            );
          }}
        >
          <h3>Import</h3>
          <label class="field">
            <span>File of an export</span>
            <input
              type="file"
              accept=".jsonl,.ndjson,.json,application/x-ndjson"
              onChange={(event) => setFile(event.currentTarget.files?.[0])}
            />
          </label>
          <label class="field">
            <span>Keys that are there already</span>
            <select
              value={existing}
              onChange={(event) =>
                setExisting(
                  event.currentTarget.value === "replace" ? "replace" : "keep",
                )}
            >
              <option value="keep">stay as they are</option>
              <option value="replace">are replaced</option>
            </select>
          </label>
          <div class="buttons">
            <Button
              kind="primary"
              submits
              disabled={file === undefined || working}
            >
              {working ? "Working…" : "Import"}
            </Button>
          </div>
        </form>
        {canSeed && (
          <section class="form">
            <h3>Seed</h3>
            <p class="hint">
              Writes the keys of the configuration that are absent here.
            </p>
            <div class="buttons">
              <Button
                disabled={working}
                onClick={() =>
                  void take(() => api.call("POST seed", { bucket }))}
              >
                Seed
              </Button>
            </div>
          </section>
        )}
        <p role="status">{told ?? ""}</p>
        {failure !== undefined && <p class="fault" role="alert">{failure}</p>}
      </div>
    </Dialog>
  );
}

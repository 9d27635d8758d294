import { useState } from "preact/hooks";
import type { RequestDetail } from "../../api.ts";
import type { ViewProps } from "../session.ts";
import { Button } from "../ui/button.tsx";
import { CopyButton } from "../ui/copy_button.tsx";
import { toCurl } from "./curl.ts";
import { secretHeadersOf } from "./secret_headers.ts";

/** What can be done with a request. */
export function RequestActions(
  { session, detail, onReload }: ViewProps & {
    readonly detail: RequestDetail;
    readonly onReload: () => void;
  },
) {
  const [sending, setSending] = useState(false);
  const server = session.status.value?.url;
  const secrets = secretHeadersOf(detail.headers);

  async function replay(): Promise<void> {
    setSending(true);
    try {
      const { id } = await session.api.call("POST replay", { id: detail.id });
      session.toasts.add({ kind: "done", text: "Sent again" });
      session.go({ view: "requests", id });
    } catch (error) {
      session.fail(error);
    } finally {
      setSending(false);
    }
  }

  return (
    <>
      <div class="buttons">
        <Button
          kind="primary"
          disabled={sending || !detail.replayable}
          onClick={() => void replay()}
        >
          Replay
        </Button>
        <CopyButton
          disabled={server === undefined || !detail.body.whole}
          text={() => toCurl(detail, server ?? detail.url)}
          onCopied={() =>
            session.toasts.add({
              kind: "done",
              text: secrets.length === 0
                ? "Copied"
                : `Copied, with the value of ${secrets.join(" and ")}`,
            })}
        >
          Copy as curl
        </CopyButton>
        <Button onClick={onReload}>Reload</Button>
      </div>
      {!(detail.replayable && detail.body.whole) && (
        <p class="hint">
          It cannot be sent again: its body is too large to be kept, or the
          guest has not read it to its end
        </p>
      )}
    </>
  );
}

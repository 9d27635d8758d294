import type { BuildState } from "../api.ts";
import type { StreamState } from "./event_stream.ts";
import type { ViewProps } from "./session.ts";
import { Badge } from "./ui/badge.tsx";

/** What the dev server is doing, in a word that screen readers hear of. */
export function StatusLine({ session }: ViewProps) {
  const build = session.build.value;
  const status = session.status.value;
  const { tone, text } = wordOf(session.stream.value, build);
  return (
    <div class="status-line">
      <span role="status">
        <Badge tone={tone}>{text}</Badge>
      </span>
      {status !== undefined && (
        <a href={status.url} target="_blank" rel="noreferrer">{status.url}</a>
      )}
    </div>
  );
}

function wordOf(
  stream: StreamState,
  build: BuildState | undefined,
): { tone: "plain" | "good" | "warning" | "bad"; text: string } {
  if (stream === "lost") return { tone: "bad", text: "Wharf does not answer" };
  switch (build?.phase) {
    case undefined:
      return { tone: "plain", text: "Connecting…" };
    case "building":
      return {
        tone: "warning",
        text: build?.serving ? "Building; the earlier one serves" : "Building",
      };
    case "ready":
      return { tone: "good", text: "Ready" };
    case "failed":
      return {
        tone: "bad",
        text: build?.serving
          ? "Build failed; the earlier one serves"
          : "Build failed",
      };
  }
}

import { useMemo, useState } from "preact/hooks";
import type { GuestLine, RequestDetail } from "../../api.ts";
import { AnsiText } from "../ui/ansi_text.tsx";
import { Badge } from "../ui/badge.tsx";
import { Button } from "../ui/button.tsx";
import { formatDuration } from "../ui/duration.ts";
import { Visible } from "../ui/visible.tsx";
import { describeCall } from "./call_text.ts";
import { timelineOf } from "./timeline.ts";

/** How many lines are shown at first. */
const LINES = 200;

/** What the guest wrote while it served the request; with its calls between, if that is chosen. */
export function LinesView({ detail }: { readonly detail: RequestDetail }) {
  const [withCalls, setWithCalls] = useState(false);
  const [all, setAll] = useState(false);
  const entries = useMemo(
    () => timelineOf(detail, withCalls),
    [detail, withCalls],
  );
  if (detail.lines.length === 0) {
    return <p class="hint">The guest wrote nothing</p>;
  }
  const shown = all ? entries : entries.slice(0, LINES);
  return (
    <>
      {detail.spans.length > 0 && (
        <label class="choice">
          <input
            type="checkbox"
            checked={withCalls}
            onChange={(event) => setWithCalls(event.currentTarget.checked)}
          />
          With calls between
        </label>
      )}
      <ol class="lines">
        {shown.map((entry, index) => (
          <li key={index} class={`line line-${entry.kind}`}>
            <span class="line-time hint">{sinceBegin(entry.at)}</span>{" "}
            <span>
              {entry.kind === "line"
                ? (
                  <Badge tone={toneOf(entry.line.stream)}>
                    {entry.line.stream}
                  </Badge>
                )
                : <Badge tone="accent">call</Badge>}
            </span>{" "}
            <span class="line-text mono">
              {entry.kind === "line"
                ? <AnsiText output={entry.line.text} />
                : <Visible text={describeCall(entry.span)} />}
            </span>
          </li>
        ))}
      </ol>
      {detail.linesLeftOut !== undefined && (
        <p class="hint">
          {`The first lines alone were kept; ${detail.linesLeftOut} followed`}
        </p>
      )}
      {shown.length < entries.length && (
        <div class="more">
          <Button onClick={() => setAll(true)}>
            {`Show all ${entries.length}`}
          </Button>
        </div>
      )}
    </>
  );
}

function sinceBegin(milliseconds: number): string {
  // The clocks of two threads can differ by a little.
  return `+${formatDuration(Math.max(0, milliseconds))}`;
}

function toneOf(
  stream: GuestLine["stream"],
): "plain" | "warning" | "bad" {
  switch (stream) {
    case "error":
    case "critical":
      return "bad";
    case "warn":
    case "stderr":
      return "warning";
    default:
      return "plain";
  }
}

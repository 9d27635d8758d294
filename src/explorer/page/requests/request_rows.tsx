import { useState } from "preact/hooks";
import type { RequestSummary } from "../../api.ts";
import { formatRoute } from "../routes.ts";
import { Badge } from "../ui/badge.tsx";
import { Button } from "../ui/button.tsx";
import { formatDuration } from "../ui/duration.ts";
import { formatMoment } from "../ui/moment.ts";
import { Visible } from "../ui/visible.tsx";
import { countCalls } from "./call_text.ts";
import { RequestStatus } from "./request_status.tsx";

/** How many rows are shown at first, and with each "more": rows that move cost. */
const ROWS = 100;

/** How much of a path a row has room for. */
const PATH_LENGTH = 200;

/** Requests as links, one stop of the Tab key; arrows go from one to the next. */
export function RequestRows(props: {
  readonly requests: readonly RequestSummary[];
  /** The one whose detail is shown. */
  readonly chosen?: string;
}) {
  const { requests, chosen } = props;
  const [count, setCount] = useState(ROWS);
  const [active, setActive] = useState(chosen);
  const shown = requests.slice(0, count);
  const stop = [active, chosen, shown[0]?.id]
    .find((id) => shown.some((request) => request.id === id));
  const now = Date.now();
  return (
    <>
      <ol class="request-rows" onKeyDown={moveFocus}>
        {shown.map((request) => (
          <li key={request.id}>
            <a
              class="request-row"
              href={formatRoute({ view: "requests", id: request.id })}
              aria-current={request.id === chosen ? "true" : undefined}
              tabIndex={request.id === stop ? 0 : -1}
              onFocus={() => setActive(request.id)}
            >
              <span class="row-method mono">{request.method}</span>{" "}
              <span class="row-path mono">
                <Visible text={request.path} limit={PATH_LENGTH} />
              </span>{" "}
              <span class="row-status">
                <RequestStatus request={request} />
              </span>{" "}
              <span class="row-facts hint">
                {[
                  formatMoment(request.at, now),
                  request.duration === undefined
                    ? undefined
                    : formatDuration(request.duration),
                  request.calls === 0 ? undefined : countCalls(request.calls),
                ].filter((fact) => fact !== undefined).join(" · ")}
                {request.replayOf !== undefined && (
                  <>
                    {" "}
                    <Badge>replay</Badge>
                  </>
                )}
              </span>
            </a>
          </li>
        ))}
      </ol>
      {requests.length > count && (
        <div class="more">
          <Button onClick={() => setCount(count + ROWS)}>
            {`Show ${Math.min(ROWS, requests.length - count)} more`}
          </Button>
        </div>
      )}
    </>
  );
}

function moveFocus(event: KeyboardEvent & { currentTarget: HTMLElement }) {
  const links = [...event.currentTarget.querySelectorAll("a")];
  const at = links.findIndex((link) => link === document.activeElement);
  const to = placeAfter(event.key, at, links.length);
  if (to === undefined) return;
  event.preventDefault();
  links[to]?.focus();
}

/** Where a key moves to; `undefined` for keys that do not move. */
function placeAfter(
  key: string,
  at: number,
  count: number,
): number | undefined {
  switch (key) {
    case "ArrowDown":
      return Math.min(at + 1, count - 1);
    case "ArrowUp":
      return Math.max(at - 1, 0);
    case "Home":
      return 0;
    case "End":
      return count - 1;
    default:
      return undefined;
  }
}

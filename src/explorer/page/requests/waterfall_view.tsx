import { useMemo, useRef, useState } from "preact/hooks";
import type { RequestDetail } from "../../api.ts";
import { Button } from "../ui/button.tsx";
import { formatDuration } from "../ui/duration.ts";
import { Visible } from "../ui/visible.tsx";
import { countCalls, describeCall, outcomeOf } from "./call_text.ts";
import { type Bar, layOut, type Waterfall } from "./waterfall.ts";

/** How many rows the table has at first; the picture above it has all. */
const ROWS = 100;

/** Pixels of a lane, and of all of them where they would be more than that. */
const LANE = 18;
const PICTURE = 360;

/**
 * The calls of a request: a picture of when each was under way, and a table that says the same,
 * with roles for the reason that the table of headers has them.
 */
export function WaterfallView({ detail }: { readonly detail: RequestDetail }) {
  const { spans, duration } = detail;
  const waterfall = useMemo(() => layOut(spans, duration), [spans, duration]);
  const table = useRef<HTMLTableElement>(null);
  const [all, setAll] = useState(false);
  if (spans.length === 0) {
    return <p class="hint">The guest called nothing outside itself</p>;
  }
  const rows = all ? waterfall.bars : waterfall.bars.slice(0, ROWS);
  return (
    <>
      <Chart
        waterfall={waterfall}
        onChoose={(bar) =>
          table.current?.querySelector<HTMLElement>(
            `tr[data-number="${bar.number}"]`,
          )?.focus()}
      />
      <p class="legend hint" aria-hidden="true">
        <span class="sign call-bar" /> stores
        <span class="sign call-bar call-bar-http" /> outgoing requests
        <span class="sign call-bar call-bar-failed" /> failed
        <span class="sign sign-answered" /> response's head
      </p>
      {detail.spansLeftOut !== undefined && (
        <p class="hint">
          {`The first calls alone were kept; ${
            countCalls(detail.spansLeftOut)
          } followed`}
        </p>
      )}
      <table class="table stacks calls" role="table" ref={table}>
        <caption class="visually-hidden">
          Calls by the time they began
        </caption>
        <thead role="rowgroup">
          <tr role="row">
            <th scope="col" role="columnheader">Call</th>
            <th scope="col" role="columnheader">Of</th>
            <th scope="col" role="columnheader">Start</th>
            <th scope="col" role="columnheader">Took</th>
            <th scope="col" role="columnheader">Result</th>
          </tr>
        </thead>
        <tbody role="rowgroup">
          {rows.map((bar) => <CallRow key={bar.number} bar={bar} />)}
        </tbody>
      </table>
      {rows.length < waterfall.bars.length && (
        <div class="more">
          <Button onClick={() => setAll(true)}>
            {`Show all ${waterfall.bars.length}`}
          </Button>
        </div>
      )}
    </>
  );
}

function CallRow({ bar }: { readonly bar: Bar }) {
  const { span, number } = bar;
  return (
    <tr role="row" data-number={number} tabIndex={-1}>
      <th scope="row" role="rowheader">
        <span class="mono">{span.name}</span>
        <span class="hint call-interface">{span.interface}</span>
      </th>
      <td role="cell" class="mono">
        <Visible text={span.target} />
        {span.subject !== undefined && (
          <span class="call-subject">
            <Visible text={span.subject} />
          </span>
        )}
      </td>
      <td role="cell" class="number">{formatDuration(span.start)}</td>
      <td role="cell" class="number">
        {formatDuration(span.duration)}
        <span class="track" aria-hidden="true">
          <span class={barClass(bar)} style={placeOf(bar)} />
        </span>
      </td>
      <td role="cell" class={span.error === undefined ? "" : "fault"}>
        {outcomeOf(span) !== undefined && (
          <Visible text={outcomeOf(span) ?? ""} />
        )}
      </td>
    </tr>
  );
}

/** The picture; its bars are for pointers, the table is for all. */
function Chart(props: {
  readonly waterfall: Waterfall;
  readonly onChoose: (bar: Bar) => void;
}) {
  const { total, lanes, bars, ticks, answered } = props.waterfall;
  // Hundreds of calls at once still are a picture that fits a screen.
  const lane = Math.min(LANE, Math.max(1, PICTURE / lanes));
  return (
    <div
      class="waterfall"
      role="img"
      aria-label={`${countCalls(bars.length)} in ${
        formatDuration(total)
      }, at most ${lanes} at once; the table below has each of them`}
    >
      <div class="waterfall-axis">
        {ticks.map(({ at, left }) => (
          <span
            key={at}
            class={left > 0.9 ? "tick tick-last" : "tick"}
            style={{ left: percent(left) }}
          >
            {formatDuration(at)}
          </span>
        ))}
      </div>
      <div class="waterfall-lanes" style={{ height: `${lanes * lane}px` }}>
        {ticks.map(({ at, left }) => (
          <span key={at} class="grid-line" style={{ left: percent(left) }} />
        ))}
        {answered !== undefined && (
          <span
            class="answered-line"
            title="The response's head was there"
            style={{ left: percent(answered) }}
          />
        )}
        {bars.map((bar) => (
          <span
            key={bar.number}
            class={barClass(bar)}
            title={describeCall(bar.span)}
            style={{
              ...placeOf(bar),
              top: `${bar.lane * lane}px`,
              height: `${Math.max(1, lane - 4)}px`,
            }}
            onClick={() => props.onChoose(bar)}
          />
        ))}
      </div>
    </div>
  );
}

function barClass({ span }: Bar): string {
  if (span.error !== undefined) return "call-bar call-bar-failed";
  return span.interface.startsWith("wasi:http/")
    ? "call-bar call-bar-http"
    : "call-bar";
}

function placeOf({ left, width }: Bar): { left: string; width: string } {
  return { left: percent(left), width: percent(width) };
}

function percent(part: number): string {
  return `${(part * 100).toFixed(3)}%`;
}

/**
 * What the main page shows of the load.
 *
 * @module
 */

import { drawBars } from "./chart.ts";
import type { LoadRun, MemoryRun } from "./load.ts";
import { median, ms, table } from "./report.ts";
import { judge, type Seen, type Target, TARGETS } from "./targets.ts";

/** What was seen of one server. The first one of a list is what others are held against. */
export interface Measured {
  readonly name: string;
  readonly memory: MemoryRun;
  readonly loads: readonly {
    readonly connections: number;
    /** One a round. */
    readonly runs: readonly LoadRun[];
  }[];
}

/** The targets, and whether they are reached. */
export function targetTable(measured: readonly Measured[]): string[] {
  const seen = new Map(measured.map(({ name, loads }) => {
    const { runs } = loads.at(-1)!;
    return [name, seenOf(runs)] as const;
  }));
  return table(
    ["", "server", "against", "wanted", "measured", ""],
    [
      ...judge(TARGETS, seen).map(({ target, value, reached }) => [
        target.what,
        target.of,
        target.kind === "ratio" ? target.to : "",
        wanted(target),
        value === undefined ? "" : shown(target, value),
        reached === undefined
          ? "not measured in this run"
          : reached
          ? "**reached**"
          : "not reached",
      ]),
      [
        "memory after 1,000,000 requests, to that after 10,000",
        "kv_get",
        "",
        "at most 1.10",
        "",
        "a page of its own: `deno task bench --memory`",
      ],
    ],
  );
}

function seenOf(runs: readonly LoadRun[]): Seen {
  return {
    requestsPerSecond: runs.map(({ requestsPerSecond }) => requestsPerSecond),
    tail: runs.map(({ p50, p99 }) => p99 / p50),
    processor: runs.map(({ processor }) => processor),
  };
}

function wanted({ kind, limit }: Target): string {
  return kind === "ratio"
    ? `at least ${limit}${limit >= 1 ? " ×" : ""}`
    : `under ${limit}`;
}

function shown({ kind, limit }: Target, value: number): string {
  if (kind === "ratio" && limit < 1) return value.toFixed(3);
  return `${value.toFixed(1)}${kind === "ratio" ? " ×" : ""}`;
}

/** All servers at all connections. */
export function loadTable(measured: readonly Measured[]): string[] {
  return table(
    [
      "server",
      "connections",
      "requests/s",
      "× Deno.serve",
      "p50",
      "p99",
      "p99/p50",
      "processor a request",
      "failures",
    ],
    measured.flatMap(({ name, loads }) =>
      loads.map(({ connections, runs }, column) => {
        const { processor, tail } = seenOf(runs);
        const ratios = ratiosOf(measured, runs, column);
        return [
          name,
          `${connections}`,
          spread(runs.map(({ requestsPerSecond }) => requestsPerSecond), whole),
          spread(ratios, (ratio) => ratio.toFixed(3)),
          ms(median(runs.map(({ p50 }) => p50)), 2),
          ms(median(runs.map(({ p99 }) => p99)), 2),
          median(tail).toFixed(1),
          `${median(processor).toFixed(1)} µs`,
          failureText(runs.reduce((sum, { failures }) => sum + failures, 0)),
        ];
      })
    ),
  );
}

/** Memory, at the start and later. */
export function memoryTable(measured: readonly Measured[]): string[] {
  return [
    "Resident memory of all processes of a server, in the first round; the slowest answer fewer " +
    "requests in the six seconds that they are given.",
    "",
    ...table(
      [
        "server",
        "after the first response",
        "then",
        "requests later",
        "failures",
      ],
      measured.map(({ name, memory }) => [
        name,
        `${memory.start.toFixed(0)} MiB`,
        `${memory.later.toFixed(0)} MiB`,
        memory.requests.toLocaleString("en"),
        failureText(memory.failures),
      ]),
    ),
  ];
}

/** The ratios at the most connections, as bars. */
export function loadPlot(measured: readonly Measured[]): string {
  const groups = ["Deno.serve, Hono", "Wharf", "other hosts"];
  return drawBars({
    title: `Requests a second at ${
      measured[0]!.loads.at(-1)!.connections
    } connections`,
    x: "parts of what Deno.serve alone answers (medians of the rounds' ratios)",
    groups,
    bars: measured.map(({ name, loads }) => {
      const column = loads.length - 1;
      const { runs } = loads[column]!;
      const value = median(ratiosOf(measured, runs, column));
      const rate = median(seenOf(runs).requestsPerSecond);
      return {
        name,
        value,
        text: `${value.toFixed(3)} (${whole(rate)}/s)`,
        group: groupOf(name),
      };
    }),
  });
}

function groupOf(name: string): number {
  if (["Deno.serve", "Hono"].includes(name)) return 0;
  return /^(hello|kv_get|template),/.test(name) ? 1 : 2;
}

/** To the first server, round by round. */
function ratiosOf(
  measured: readonly Measured[],
  runs: readonly LoadRun[],
  column: number,
): number[] {
  const base = measured[0]!.loads[column]!.runs;
  return runs.map(({ requestsPerSecond }, round) =>
    requestsPerSecond / base[round]!.requestsPerSecond
  );
}

/** How many failures, so that any are seen. */
export function failureText(count: number): string {
  return count === 0 ? "none" : `**${count.toLocaleString("en")}**`;
}

function spread(
  values: readonly number[],
  text: (value: number) => string,
): string {
  return `${text(median(values))} (${text(Math.min(...values))}–${
    text(Math.max(...values))
  })`;
}

function whole(value: number): string {
  return Math.round(value).toLocaleString("en");
}

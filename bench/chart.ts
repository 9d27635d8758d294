/**
 * Plots as SVG, for light and dark pages alike.
 *
 * @module
 */

// @ts-types="@types/d3-scale"
import { scaleLinear, scaleLog, scaleSymlog } from "d3-scale";

/** What all plots have. */
interface ChartOptions {
  readonly title: string;
  /** With its unit. */
  readonly x: string;
}

/** Bars that lie, each with its value. */
export interface BarChart extends ChartOptions {
  readonly bars: readonly {
    readonly name: string;
    readonly value: number;
    /** What stands at its end. */
    readonly text: string;
    /** Which colour; bars of one group have the same. */
    readonly group: number;
  }[];
  /** Colours, by the number of the group. */
  readonly groups: readonly string[];
}

/** Lines over a range. */
export interface LineChart extends ChartOptions {
  readonly y: string;
  readonly xScale: ScaleName;
  readonly yScale: ScaleName;
  readonly lines: readonly {
    readonly name: string;
    readonly points: readonly (readonly [x: number, y: number])[];
  }[];
  /** How a value of the x axis is written; those that were measured are. */
  readonly xText?: (value: number) => string;
  readonly yText?: (value: number) => string;
}

/** With more values than these the x axis has marks of its own. */
const MOST_MARKS = 12;

/** `zero-log` is logarithmic, with a place for 0. */
export type ScaleName = "linear" | "log" | "zero-log";

/** Colours that are told apart on white and on black, and by those who do not see all of them. */
const COLOURS = [
  "#0b84c6",
  "#e07b00",
  "#12956f",
  "#c8548f",
  "#8a7500",
  "#7a63d6",
];

const STYLE = `<style>
text { font: 12px system-ui, sans-serif; fill: #24292f }
.title { font-size: 15px; font-weight: 600 }
.axis { stroke: #6e7781; fill: none }
.grid { stroke: #8b949e; stroke-opacity: .3; fill: none }
.line { fill: none; stroke-width: 2 }
.back { fill: #ffffff }
@media (prefers-color-scheme: dark) {
text { fill: #e6edf3 }
.back { fill: #0d1117 }
}
</style>`;

const WIDTH = 760;

/** How wide a letter is, about: nothing measures text here. */
const LETTER = 6.7;

/** Draws bars. */
export function drawBars({ title, x, bars, groups }: BarChart): string {
  const left = 8 + LETTER * Math.max(...bars.map(({ name }) => name.length));
  const right = 16 + LETTER * Math.max(...bars.map(({ text }) => text.length));
  const { parts: names, bottom: top } = legend(groups);
  const step = 22;
  const bottom = top + bars.length * step;
  const scale = scaleLinear([0, Math.max(...bars.map(({ value }) => value))], [
    left,
    WIDTH - right,
  ]).nice();
  const parts = [
    ...names,
    ...scale.ticks(6).flatMap((tick) => [
      line(scale(tick), top - 4, scale(tick), bottom, "grid"),
      text(scale(tick), bottom + 16, String(tick), "middle"),
    ]),
    ...bars.flatMap(({ name, value, text: label, group }, index) => {
      const y = top + index * step;
      const width = Math.max(1, scale(value) - left);
      return [
        text(left - 6, y + 13, name, "end"),
        `<rect x="${left.toFixed(1)}" y="${y + 2}" width="${
          width.toFixed(1)
        }" height="${step - 6}" fill="${colour(group)}"/>`,
        text(left + width + 5, y + 13, label, "start"),
      ];
    }),
    line(left, top - 4, left, bottom, "axis"),
    text((left + WIDTH - right) / 2, bottom + 36, x, "middle"),
  ];
  return svg(title, bottom + 48, parts);
}

/** Draws lines. */
export function drawLines(chart: LineChart): string {
  const { title, lines, xText = String, yText = String } = chart;
  const { parts: names, bottom: top } = legend(lines.map(({ name }) => name));
  const [left, right, bottom] = [86, WIDTH - 40, top + 318];
  const points = lines.flatMap(({ points }) => points);
  const xs = [...new Set(points.map(([x]) => x))].sort((a, b) => a - b);
  const ys = points.map(([, y]) => y);
  const x = scaleOf(chart.xScale, [xs[0]!, xs.at(-1)!], [left, right]);
  const low = chart.yScale === "log" ? Math.min(...ys) : 0;
  const y = scaleOf(chart.yScale, [low, Math.max(...ys)], [bottom, top]).nice();
  const isMany = xs.length > MOST_MARKS;
  const parts = [
    ...names,
    ...spaced(
      yTicks(chart.yScale, y.ticks(6)).map((tick) => [tick, y(tick)]),
      16,
    )
      .flatMap(([tick, at]) => [
        line(left, at, right, at, "grid"),
        text(left - 6, at + 4, yText(tick), "end"),
      ]),
    ...spaced((isMany ? x.ticks(8) : xs).map((at) => [at, x(at)]), 44)
      .flatMap(([value, at]) => [
        line(at, top, at, bottom, "grid"),
        text(at, bottom + 17, xText(value), "middle"),
      ]),
    line(left, top, left, bottom, "axis"),
    line(left, bottom, right, bottom, "axis"),
    ...lines.flatMap(({ points }, index) => [
      `<polyline class="line" stroke="${colour(index)}" points="${
        points.map(([a, b]) => `${x(a).toFixed(1)},${y(b).toFixed(1)}`).join(
          " ",
        )
      }"/>`,
      ...(isMany ? [] : points).map(([a, b]) =>
        `<circle cx="${x(a).toFixed(1)}" cy="${y(b).toFixed(1)}" r="3" fill="${
          colour(index)
        }"/>`
      ),
    ]),
    text((left + right) / 2, bottom + 38, chart.x, "middle"),
    `<g transform="translate(16 ${(top + bottom) / 2}) rotate(-90)">${
      text(0, 0, chart.y, "middle")
    }</g>`,
  ];
  return svg(title, bottom + 50, parts);
}

function scaleOf(
  name: ScaleName,
  domain: [number, number],
  range: [number, number],
) {
  switch (name) {
    case "linear":
      return scaleLinear(domain, range);
    case "log":
      return scaleLog(domain, range);
    case "zero-log":
      return scaleSymlog(domain, range);
  }
}

/** Of a logarithmic axis the powers of ten, where there are enough. */
function yTicks(scale: ScaleName, ticks: readonly number[]): number[] {
  const powers = ticks.filter((tick) => Number.isInteger(Math.log10(tick)));
  return scale === "log" && powers.length > 2 ? powers : [...ticks];
}

/** Those that lie so far from the one before. */
function spaced(
  marks: readonly (readonly [number, number])[],
  distance: number,
): (readonly [number, number])[] {
  const kept: (readonly [number, number])[] = [];
  for (const mark of marks) {
    const last = kept.at(-1);
    if (last === undefined || Math.abs(mark[1] - last[1]) >= distance) {
      kept.push(mark);
    }
  }
  return kept;
}

/** The names of the colours, in as many rows as they need. */
function legend(
  names: readonly string[],
): { readonly parts: readonly string[]; readonly bottom: number } {
  let x = 16;
  let y = 34;
  const parts = names.flatMap((name, index) => {
    const width = 34 + LETTER * name.length;
    if (x + width > WIDTH) [x, y] = [16, y + 18];
    const place = x;
    x += width;
    return [
      `<rect x="${place.toFixed(1)}" y="${y}" width="12" height="12" fill="${
        colour(index)
      }"/>`,
      text(place + 17, y + 10, name, "start"),
    ];
  });
  return { parts, bottom: y + 28 };
}

function colour(index: number): string {
  return COLOURS[index % COLOURS.length]!;
}

function line(
  x1: number,
  y1: number,
  x2: number,
  y2: number,
  name: string,
): string {
  const [a, b, c, d] = [x1, y1, x2, y2].map((value) => value.toFixed(1));
  return `<line class="${name}" x1="${a}" y1="${b}" x2="${c}" y2="${d}"/>`;
}

function text(x: number, y: number, value: string, anchor: string): string {
  return `<text x="${x.toFixed(1)}" y="${
    y.toFixed(1)
  }" text-anchor="${anchor}">${escape(value)}</text>`;
}

function escape(value: string): string {
  return value.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}

function svg(title: string, height: number, parts: readonly string[]): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-label="${
      escape(title).replaceAll('"', "&quot;")
    }">`,
    STYLE,
    `<rect class="back" width="${WIDTH}" height="${height}"/>`,
    `<text class="title" x="16" y="22">${escape(title)}</text>`,
    ...parts,
    "</svg>",
    "",
  ].join("\n");
}

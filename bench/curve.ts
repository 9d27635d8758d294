/**
 * A curve: what something costs by how much of it there is.
 *
 * @module
 */

import { drawLines, type ScaleName } from "./chart.ts";
import { table } from "./report.ts";

/** How much is measured. */
export interface CurveExtent {
  readonly rounds: number;
  /** Seconds of each load, and of each series of requests one by one. */
  readonly seconds: number;
}

/** What was measured. */
export interface Curve {
  /** Names its plot: `connections`. */
  readonly name: string;
  readonly title: string;
  /** What was done, in a sentence or two. */
  readonly how: string;
  /** With its unit. */
  readonly x: string;
  readonly y: string;
  readonly xScale: ScaleName;
  readonly yScale: ScaleName;
  readonly xText?: (value: number) => string;
  /** How values are written in the table. */
  readonly yText: (value: number) => string;
  readonly lines: readonly CurveLine[];
  /** More tables, which are not plotted. */
  readonly more?: readonly string[];
}

/** One series. */
export interface CurveLine {
  readonly name: string;
  readonly points: readonly (readonly [x: number, y: number])[];
}

/** A heading, a plot and a table. */
export function curveSection(curve: Curve, plot: string): string[] {
  const { title, how, x, y, xText = whole, yText, lines, more = [] } = curve;
  const xs = [
    ...new Set(lines.flatMap(({ points }) => points.map(([x]) => x))),
  ].sort((a, b) => a - b);
  return [
    `## ${title}`,
    "",
    how,
    "",
    `![${y}, by ${x}](${plot})`,
    "",
    ...table(
      [x, ...lines.map(({ name }) => `${name}, ${y}`)],
      xs.map((at) => [
        xText(at),
        ...lines.map(({ points }) => {
          const point = points.find(([x]) => x === at);
          return point === undefined ? "" : yText(point[1]);
        }),
      ]),
    ),
    "",
    ...more,
  ];
}

/** The plot of a curve. */
export function curvePlot(curve: Curve): string {
  return drawLines({ xText: whole, ...curve, yText: plain });
}

/** A number for people. */
export function whole(value: number): string {
  return Math.round(value).toLocaleString("en");
}

function plain(value: number): string {
  return value.toLocaleString("en", { maximumSignificantDigits: 4 });
}

/** Bytes for people. */
export function bytes(value: number): string {
  if (value >= 2 ** 20) return `${value / 2 ** 20} MiB`;
  return value >= 1024 ? `${value / 1024} KiB` : `${value} B`;
}

/**
 * What stands in a terminal when a project is served.
 *
 * @module
 */

import type { BucketReport, ReadyReport } from "../log.ts";
import { printable } from "./printable.ts";

/** All of it. */
export function formatBanner(report: ReadyReport): string {
  return [
    "",
    `Serving ${printable(report.component)}`,
    `Listening on ${report.url}`,
    ...(report.explorer === undefined
      ? []
      : [`Explorer at ${report.explorer}`]),
    ...(report.admin === undefined
      ? []
      : [`Health and metrics at ${report.admin}`]),
    ...(report.everyAddress
      ? ["Other machines reach it too: it listens on every address"]
      : []),
    "",
    formatBuckets(report.buckets),
    "",
    formatTimings(report.timings),
  ].join("\n");
}

/** The table of buckets, as the banner has it. */
export function formatBuckets(buckets: readonly BucketReport[]): string {
  return table([["Bucket", "Stored in", "Data"], ...buckets.map(row)])
    .join("\n");
}

function row(report: BucketReport): string[] {
  const { name, location, bucket } = report;
  const stored = bucket === undefined
    ? location
    : `${location}, as ${JSON.stringify(bucket)}`;
  return [
    printable(name ?? "any other name"),
    printable(stored),
    dataOf(report),
  ];
}

function dataOf(report: BucketReport): string {
  const { durable, readOnly, unavailable, untried } = report;
  if (unavailable) return "unreachable";
  if (untried) return "no answer from the store yet";
  const data = durable ? "kept" : "lost when Wharf stops";
  return readOnly ? `${data}, read-only` : data;
}

function formatTimings(timings: ReadyReport["timings"]): string {
  const step = (name: string, time: number | undefined, skipped: string) =>
    time === undefined ? skipped : `${name} ${Math.round(time)} ms`;
  return "Ready: " + [
    step("build", timings.build, "no build"),
    step("transpile", timings.transpile, "transpiled before"),
    step("start", timings.start, ""),
  ].join(", ");
}

function table(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]!.map((_, column) =>
    Math.max(...rows.map((row) => row[column]!.length))
  );
  return rows.map((row) =>
    "  " +
    row.map((cell, column) => cell.padEnd(widths[column]!)).join("  ").trimEnd()
  );
}

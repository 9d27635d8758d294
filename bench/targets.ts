/**
 * Where Wharf must arrive: ratios of one run.
 *
 * @module
 */

import { median } from "./report.ts";

/** What was seen of a server at 64 connections, by rounds. */
export interface Seen {
  readonly requestsPerSecond: readonly number[];
  /** p99 over p50. */
  readonly tail: readonly number[];
  /** Microseconds of processor a request. */
  readonly processor: readonly number[];
}

/** What is asked for. */
export type Target =
  & {
    readonly what: string;
    /** Which servers, by name. */
    readonly of: string;
    readonly limit: number;
  }
  & (
    /** Requests a second are to be at least so many times those of another. */
    | { readonly kind: "ratio"; readonly to: string }
    /** To be under the limit. */
    | { readonly kind: "tail" | "processor" }
  );

/** A target, held against a run. */
export interface Verdict {
  readonly target: Target;
  /** The median of the rounds; `undefined` where one of its servers was not measured. */
  readonly value: number | undefined;
  readonly reached: boolean | undefined;
}

/** The targets that one run of `deno task bench` can tell of. */
export const TARGETS: readonly Target[] = [
  ratio("reused instance inline", "kv_get, reused, inline", "Deno.serve", 0.4),
  ratio("reused instance in a lane", "kv_get, reused, lane", "Deno.serve", 0.3),
  ratio("fresh instance in a lane", "kv_get, fresh, lane", "Deno.serve", 0.1),
  ratio(
    "fresh instance, to `jco serve --isolate-requests instance`",
    "hello, fresh, lane",
    "jco serve, hello, fresh",
    40,
  ),
  ratio(
    "reused instance, to `jco serve`",
    "kv_get, reused, inline",
    "jco serve, kv_get, reused",
    30,
  ),
  ratio(
    "TypeScript template, reused",
    "template, reused, inline",
    "jco serve, template, reused",
    2,
  ),
  ratio(
    "fresh instance, to `wasmtime serve`",
    "hello, fresh, lane",
    "wasmtime serve, hello",
    1,
  ),
  ...[
    "kv_get, reused, inline",
    "kv_get, reused, lane",
    "kv_get, fresh, inline",
    "kv_get, fresh, lane",
  ].map((of): Target => ({
    kind: "tail",
    what: "p99 over p50",
    of,
    limit: 4,
  })),
  ...["kv_get, reused, inline", "kv_get, reused, lane"].map((of): Target => ({
    kind: "processor",
    what: "processor a request, µs, with the guest and `Deno.serve`",
    of,
    limit: 15,
  })),
];

function ratio(what: string, of: string, to: string, limit: number): Target {
  return { kind: "ratio", what, of, to, limit };
}

/** Holds targets against what was seen, by the names of servers. */
export function judge(
  targets: readonly Target[],
  seen: ReadonlyMap<string, Seen>,
): Verdict[] {
  return targets.map((target) => {
    const value = valueOf(target, seen);
    const reached = value === undefined ? undefined : isReached(target, value);
    return { target, value, reached };
  });
}

function valueOf(
  target: Target,
  seen: ReadonlyMap<string, Seen>,
): number | undefined {
  const of = seen.get(target.of);
  if (of === undefined) return undefined;
  switch (target.kind) {
    case "tail":
      return median(of.tail);
    case "processor":
      return median(of.processor);
    case "ratio": {
      const to = seen.get(target.to);
      if (to === undefined) return undefined;
      // What is of one round was slowed by the same neighbours.
      return median(
        of.requestsPerSecond.map((rate, round) =>
          rate / to.requestsPerSecond[round]!
        ),
      );
    }
  }
}

function isReached({ kind, limit }: Target, value: number): boolean {
  return kind === "ratio" ? value >= limit : value < limit;
}

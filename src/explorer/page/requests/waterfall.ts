/** Where the calls of a request stand in time: lanes, scale and axis. No markup. */

import type { CallSpan } from "../../api.ts";

/** A bar, in parts of the whole width. */
export interface Bar {
  readonly span: CallSpan;
  /** Its place among the calls, from 1. */
  readonly number: number;
  /** 0 for the first lane; calls that overlap are in different ones. */
  readonly lane: number;
  /** 0 to 1. */
  readonly left: number;
  /** 0 to 1. */
  readonly width: number;
}

/** A mark of the axis. */
export interface Tick {
  /** Milliseconds. */
  readonly at: number;
  /** 0 to 1. */
  readonly left: number;
}

/** A request's calls, laid out. */
export interface Waterfall {
  /** Milliseconds that the width stands for. */
  readonly total: number;
  readonly lanes: number;
  readonly bars: readonly Bar[];
  readonly ticks: readonly Tick[];
  /** Where the response's head was there; absent while it is not. */
  readonly answered?: number;
}

/** About how many marks the axis has. */
const TICKS = 5;

/** Lays out calls that came in the order in which they began. */
export function layOut(
  spans: readonly CallSpan[],
  duration: number | undefined,
): Waterfall {
  // A response may go on after its head, and calls with it. A request without any time still
  // has a width.
  const total = Math.max(
    duration ?? 0,
    ...spans.map(({ start, duration }) => start + duration),
  ) || 1;
  /** When each lane is free again. */
  const free: number[] = [];
  const bars = spans.map((span, index): Bar => {
    const found = free.findIndex((end) => end <= span.start);
    const lane = found < 0 ? free.length : found;
    free[lane] = span.start + span.duration;
    const left = clamp(span.start / total);
    return {
      span,
      number: index + 1,
      lane,
      left,
      width: Math.min(clamp(span.duration / total), 1 - left),
    };
  });
  return {
    total,
    lanes: free.length,
    bars,
    ticks: ticksOf(total),
    ...(duration === undefined ? {} : { answered: clamp(duration / total) }),
  };
}

/** Marks at 1, 2 or 5 times a power of ten. */
export function ticksOf(total: number): readonly Tick[] {
  const rough = total / TICKS;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((times) => times * power)
    .find((step) => step >= rough) ?? power * 10;
  const count = Math.floor(total / step + 1e-9);
  return Array.from({ length: count + 1 }, (_, index) => {
    // Not `index * step`, which has the rounding of a float to show.
    const at = Number((index * step).toPrecision(12));
    return { at, left: clamp(at / total) };
  });
}

/** Calls can be told to begin before the request, by the clock of another thread. */
function clamp(part: number): number {
  return Math.min(Math.max(part, 0), 1);
}

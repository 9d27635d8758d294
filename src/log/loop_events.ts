/**
 * What is said while a project is built and served again and again.
 *
 * @module
 */

import { indented, printable } from "./printable.ts";

/** What happens when files of a project change. */
export type LoopEvent =
  /** A newer component answers requests; those in flight finish on the one before. */
  | {
    readonly event: "swapped";
    /** The files that were saved, relative to the project; none where someone asked for it. */
    readonly changed: readonly string[];
    readonly steps: SwapSteps;
  }
  /** There is nothing newer to serve: the build, the start or the configuration failed. */
  | {
    readonly event: "build-failed";
    readonly text: string;
    /** What the build command wrote; absent where it did not run. */
    readonly output?: string;
    /** Whether an earlier component still answers requests. */
    readonly serving: boolean;
  }
  /** The configuration was read again, and what it says holds from now on. */
  | {
    readonly event: "reconfigured";
    /** Which keys have another meaning than before; none where it is the same. */
    readonly applied: readonly string[];
    /** What was begun anew for them: `server`, `buckets`, `component`, `build`, `watcher`, … */
    readonly restarted: readonly string[];
  };

/** Milliseconds of each step; a step that was not needed is absent. */
export interface SwapSteps {
  readonly build?: number;
  readonly transpile?: number;
  readonly start: number;
}

/** Each event's level. */
export const LOOP_LEVELS = {
  "swapped": "info",
  "build-failed": "error",
  "reconfigured": "info",
} as const satisfies Record<LoopEvent["event"], string>;

/** How many files a line names. */
const MOST_NAMED = 3;

/** A line for a person. */
export function formatLoopEvent(event: LoopEvent): string {
  switch (event.event) {
    case "swapped": {
      const { build, transpile, start } = event.steps;
      const steps = Object.entries({ build, transpile, start })
        .filter(([, time]) => time !== undefined)
        .map(([name, time]) => `${name} ${Math.round(time!)} ms`);
      const changed = changedFiles(event.changed);
      return `Swapped${changed === "" ? "" : `: ${changed}`} (${
        steps.join(", ")
      })`;
    }
    case "build-failed":
      return `${indented(event.text)}\n${
        event.serving ? "The last good one is served" : "Waiting for a save"
      }`;
    case "reconfigured": {
      const { applied, restarted } = event;
      if (applied.length === 0) return "Reconfigured: nothing has changed";
      const what = restarted.length === 0
        ? ""
        : ` (restarted: ${restarted.join(", ")})`;
      return `Reconfigured: ${applied.map(printable).join(", ")}${what}`;
    }
  }
}

/** Some files by name, and how many more there are. */
export function changedFiles(
  changed: readonly string[],
  most: number = MOST_NAMED,
): string {
  const named = changed.slice(0, most).map(printable).join(", ");
  const more = changed.length - most;
  return more > 0 ? `${named} and ${more} more` : named;
}

/**
 * The last builds, for the explorer. Bounded, whatever builds write.
 *
 * @module
 */

import type { BuildRecord } from "../explorer/api.ts";
import type { LoadTimings } from "./load_app.ts";

/** How many builds are remembered. */
const KEPT_BUILDS = 20;

/** How much of a build's output is remembered, in characters: its end says why it failed. */
const KEPT_OUTPUT = 64 * 1024;

/** A build under way. */
export interface OpenRecord {
  /** Takes a line that the build command wrote. */
  line(text: string): void;
  swapped(steps: LoadTimings): void;
  failed(error: Error): void;
  /** A newer build has taken its place. */
  superseded(): void;
}

/** Remembers builds. */
export class BuildRecords {
  #records: BuildRecord[] = [];
  #count = 0;

  /** The newest first. */
  list(): readonly BuildRecord[] {
    return this.#records;
  }

  /** @param cause What made it necessary. */
  begin(cause: string): OpenRecord {
    const number = ++this.#count;
    let output = "";
    const write = (record: Partial<BuildRecord>) =>
      this.#records = this.#records.map((each) =>
        each.number === number
          ? { ...each, ...record, output: output.slice(-KEPT_OUTPUT) }
          : each
      );
    this.#records = [{
      number,
      at: Date.now(),
      cause,
      outcome: "building" as const,
      steps: {},
      // Read while it grows.
      get output() {
        return output.slice(-KEPT_OUTPUT);
      },
    }, ...this.#records].slice(0, KEPT_BUILDS);
    return {
      line(text) {
        output += `${text}\n`;
        // Not with each line: that would move all of it each time.
        if (output.length > 2 * KEPT_OUTPUT) {
          output = output.slice(-KEPT_OUTPUT);
        }
      },
      swapped: (steps) => write({ outcome: "swapped", steps: { ...steps } }),
      failed: ({ message }) => write({ outcome: "failed", error: message }),
      superseded: () => write({ outcome: "superseded" }),
    };
  }
}

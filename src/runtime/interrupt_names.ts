/**
 * What an interruptible core module exports beside its own exports. `src/transpile` adds
 * them; the runtime sets and reads them.
 *
 * @module
 */

/** Names of the added exports. */
export const INTERRUPT_EXPORTS = {
  /** `global mut i32`: how many loop turns and calls are left until the module asks the host. */
  fuel: "wharf:fuel",
  /** `global mut i32`: which entry of {@linkcode INTERRUPT_EXPORTS.ticks} it asks. */
  mode: "wharf:mode",
  /** `global mut i32`: the pages of the last `memory.grow` that was refused. */
  refused: "wharf:refused-growth",
  /** `table 2 funcref`: the host's functions, `func()`, by mode. */
  ticks: "wharf:ticks",
} as const;

/** Fuel below this ends the instance at its next loop turn or call. */
export const ENDED_FUEL = -(2 ** 30);

/** Loop turns and calls between two questions: well under a millisecond of tight loops. */
export const FUEL_PORTION = 200_000;

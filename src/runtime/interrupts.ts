/**
 * The host's side of guests that never wait: `src/transpile` makes core modules ask the host
 * every so often, and here they get their answer. A guest that has computed for longer than
 * its turn lets others run; one whose instance has ended goes no further.
 *
 * @module
 */

import {
  ENDED_FUEL,
  FUEL_PORTION,
  INTERRUPT_EXPORTS,
} from "./interrupt_names.ts";
import { suspending } from "./jspi.ts";

/** How long a guest computes before others get their turn, in milliseconds. */
const TURN_MS = 10;

/** How long code may run that cannot be suspended, in milliseconds: a guest's allocator, mostly. */
const UNSUSPENDED_MS = 1000;

/** Which of the host's functions a core module asks. */
const MODE = { suspends: 0, cannotSuspend: 1 } as const;

/** One interruptible core instance. */
export interface InterruptibleCore {
  /** It goes no further than its next loop turn or call. */
  end(): void;
  /** The pages of the last `memory.grow` that was refused; 0 where none was. */
  readonly refusedPages: number;
  /**
   * Runs its code where it cannot be suspended: below a host function, or outside of a call.
   *
   * @param onTooLong Ends the instance.
   */
  withoutSuspending<T>(run: () => T, onTooLong: () => void): T;
}

/** What the guests of one thread have in common. */
export class Interrupts {
  readonly #ticks = makeTicks(() => this.#tick(), () => this.#hardTick());
  #turnStart = 0;
  #unsuspended:
    | { readonly until: number; readonly onTooLong: () => void }
    | undefined;

  /** A call of a guest begins; its turn does too. */
  begin(): void {
    this.#turnStart = performance.now();
  }

  /** Takes charge of a core instance; `undefined` for one that was left as it is. */
  attach({ exports }: WebAssembly.Instance): InterruptibleCore | undefined {
    const ticks = exports[INTERRUPT_EXPORTS.ticks];
    if (!(ticks instanceof WebAssembly.Table)) return undefined;
    const fuel = exports[INTERRUPT_EXPORTS.fuel] as WebAssembly.Global;
    const mode = exports[INTERRUPT_EXPORTS.mode] as WebAssembly.Global;
    const refused = exports[INTERRUPT_EXPORTS.refused] as WebAssembly.Global;
    ticks.set(MODE.suspends, this.#ticks.suspends);
    ticks.set(MODE.cannotSuspend, this.#ticks.cannotSuspend);
    fuel.value = FUEL_PORTION;
    return {
      end: () => fuel.value = ENDED_FUEL - 1,
      get refusedPages() {
        return refused.value >>> 0;
      },
      withoutSuspending: (run, onTooLong) => {
        const outer = this.#unsuspended;
        this.#unsuspended = {
          until: performance.now() + UNSUSPENDED_MS,
          onTooLong,
        };
        mode.value = MODE.cannotSuspend;
        try {
          return run();
        } finally {
          mode.value = MODE.suspends;
          this.#unsuspended = outer;
        }
      },
    };
  }

  #tick(): Promise<void> | undefined {
    if (performance.now() - this.#turnStart < TURN_MS) return undefined;
    return new Promise((resolve) =>
      setTimeout(() => {
        this.#turnStart = performance.now();
        resolve();
      }, 0)
    );
  }

  #hardTick(): void {
    const run = this.#unsuspended;
    if (run !== undefined && performance.now() > run.until) run.onTooLong();
  }
}

/**
 * A table holds functions of core modules only, so one wraps the host's two:
 *
 * ```wat
 * (module
 *   (import "" "s" (func $s)) (import "" "c" (func $c))
 *   (func (export "s") call $s) (func (export "c") call $c))
 * ```
 */
const WRAPPER =
  "0061736d01000000010401600000020b0200017300000001630000030302000007090201730002016300030a0b02040010000b040010010b";

function makeTicks(
  suspends: () => Promise<void> | undefined,
  cannotSuspend: () => void,
) {
  const { exports } = new WebAssembly.Instance(
    new WebAssembly.Module(Uint8Array.fromHex(WRAPPER)),
    { "": { s: suspending(suspends), c: cannotSuspend } },
  );
  return {
    suspends: exports["s"] as () => void,
    cannotSuspend: exports["c"] as () => void,
  };
}

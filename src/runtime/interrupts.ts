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
export const TURN_MS = 10;

/** How large a page of memory is. */
const PAGE_BYTES = 65536;

/** Which of the host's functions a core module asks. */
const MODE = { suspends: 0, cannotSuspend: 1 } as const;

/** One interruptible core instance. */
export interface InterruptibleCore {
  /** The pages of the last `memory.grow` of this call that was refused; 0 where none was. */
  readonly refusedPages: number;
  /** The pages that its memory has; 0 where it exports none. */
  readonly memoryPages: number;
  /** A call begins: what was refused before is forgotten. */
  begin(): void;
  /** It goes no further than its next loop turn or call. */
  end(): void;
  /**
   * From here on its code runs below a function of the host, or outside of a call, where it
   * cannot be suspended.
   *
   * @param onTooLong Called when it runs so for too long; to end the instance.
   * @param limit How long that is, in milliseconds.
   */
  cannotSuspend(onTooLong: () => void, limit: number): void;
  /** Ends what {@linkcode InterruptibleCore.cannotSuspend} began. */
  canSuspend(): void;
}

/** What the guests of one thread have in common. */
export class Interrupts {
  readonly #ticks = makeTicks(() => this.#tick(), () => this.#hardTick());
  /** In milliseconds of `Date.now()`, which costs a tenth of what `performance.now()` does. */
  #turnStart = 0;
  #unsuspended: UnsuspendedRun | undefined;

  /** A call of a guest begins, and with it its turn. */
  begin(): void {
    this.#turnStart = Date.now();
  }

  /** Takes charge of a core instance whose module was made interruptible. */
  attach({ exports }: WebAssembly.Instance): InterruptibleCore {
    const ticks = exports[INTERRUPT_EXPORTS.ticks] as WebAssembly.Table;
    const fuel = exports[INTERRUPT_EXPORTS.fuel] as WebAssembly.Global;
    const mode = exports[INTERRUPT_EXPORTS.mode] as WebAssembly.Global;
    const refused = exports[INTERRUPT_EXPORTS.refused] as WebAssembly.Global;
    ticks.set(MODE.suspends, this.#ticks.suspends);
    ticks.set(MODE.cannotSuspend, this.#ticks.cannotSuspend);
    fuel.value = FUEL_PORTION;
    return {
      get refusedPages() {
        return refused.value >>> 0;
      },
      get memoryPages() {
        const memory = Object.values(exports)
          .find((each) => each instanceof WebAssembly.Memory);
        return (memory?.buffer.byteLength ?? 0) / PAGE_BYTES;
      },
      begin: () => refused.value = 0,
      end: () => fuel.value = ENDED_FUEL - 1,
      cannotSuspend: (onTooLong, limit) => {
        this.#unsuspended = { since: undefined, onTooLong, limit };
        mode.value = MODE.cannotSuspend;
      },
      canSuspend: () => {
        this.#unsuspended = undefined;
        mode.value = MODE.suspends;
      },
    };
  }

  #tick(): Promise<void> | undefined {
    const elapsed = Date.now() - this.#turnStart;
    // Below 0 the clock was set back.
    if (elapsed >= 0 && elapsed < TURN_MS) return undefined;
    return new Promise((resolve) =>
      setTimeout(() => {
        this.begin();
        resolve();
      }, 0)
    );
  }

  #hardTick(): void {
    const run = this.#unsuspended;
    if (run === undefined) return;
    const now = performance.now();
    // The clock is not read before there is need: allocators run all the time.
    run.since ??= now;
    if (now - run.since > run.limit) run.onTooLong();
  }
}

/** Code that cannot be suspended, under way. */
interface UnsuspendedRun {
  since: number | undefined;
  readonly onTooLong: () => void;
  readonly limit: number;
}

/** Whether a core module was made interruptible. */
export function isInterruptible(module: WebAssembly.Module): boolean {
  return WebAssembly.Module.exports(module).some(({ name }) =>
    name === INTERRUPT_EXPORTS.ticks
  );
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

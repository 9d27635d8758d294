/**
 * The thread that transpiles while a server answers requests: started when a server has been idle
 * for a moment, or with the first build that comes before, kept for the next save, and let go
 * when none comes.
 *
 * @module
 */

import type { Transpile, Transpiler } from "../transpile/transpiler.ts";

/** How long it is kept for another save, in milliseconds: it holds some 70 MiB. */
const PATIENCE = 600_000;

/** Bytes of what can be transpiled for nothing. */
const MOST_PRACTISED = 2 ** 20;

/** Milliseconds for the first requests: to load jco takes a core for half a second. */
const IDLE = 1000;

/** A transpiler that is there when it is needed. Disposing ends it. */
export class SpareTranspiler implements Disposable {
  #transpiler: Promise<Transpiler> | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /**
   * One to use until the signal aborts, which ends what it is at. It loads what it needs from
   * now on, while the build command runs.
   */
  take(signal: AbortSignal): Transpile {
    clearTimeout(this.#timer);
    const transpiler = this.#start();
    const end = () => this[Symbol.dispose]();
    return async (bytes) => {
      const { transpile } = await transpiler;
      signal.throwIfAborted();
      // What it has loaded is kept for the next one, unless it is at something.
      signal.addEventListener("abort", end, { once: true });
      try {
        return await transpile(bytes);
      } finally {
        signal.removeEventListener("abort", end);
      }
    };
  }

  /** Whether it has been started. */
  get isWarm(): boolean {
    return this.#transpiler !== undefined;
  }

  /**
   * It will be needed: without it the first save takes half a second longer.
   *
   * @param component What is transpiled for practice, if it is small: the first time takes
   * several times as long.
   */
  warm(component: Uint8Array<ArrayBuffer>, idle = IDLE): void {
    this.#after(idle, () => {
      const practise = async (transpiler: Promise<Transpiler>) => {
        await (await transpiler).transpile(component);
      };
      const transpiler = this.#start();
      if (component.length <= MOST_PRACTISED) {
        // It may be ended, and what cannot be transpiled is told when it is to be served.
        practise(transpiler).catch(() => {});
      }
      this.rest();
    });
  }

  /** It is not needed now. */
  rest(): void {
    this.#after(PATIENCE, () => this[Symbol.dispose]());
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    this.#transpiler?.then((transpiler) => transpiler[Symbol.dispose]());
    this.#transpiler = undefined;
  }

  #start(): Promise<Transpiler> {
    const transpiler = this.#transpiler ??= startTranspiler(() => {
      if (this.#transpiler === transpiler) this.#transpiler = undefined;
    });
    return transpiler;
  }

  #after(milliseconds: number, act: () => void): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(act, milliseconds);
    Deno.unrefTimer(this.#timer);
  }
}

async function startTranspiler(failed: () => void): Promise<Transpiler> {
  // Who never saves need not load it.
  const { startTranspiler } = await import("../transpile/transpiler.ts");
  return startTranspiler(failed);
}

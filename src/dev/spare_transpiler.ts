/**
 * The thread that transpiles while a server answers requests: started with the first build that
 * comes after the start, kept for the next save, and let go when none comes.
 *
 * @module
 */

import type { Transpile, Transpiler } from "../transpile/transpiler.ts";

/** How long it is kept for another save, in milliseconds: it holds some hundred MiB. */
const PATIENCE = 120_000;

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
    const transpiler = this.#transpiler ??= startTranspiler(() => {
      if (this.#transpiler === transpiler) this.#transpiler = undefined;
    });
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

  /** It is not needed now. */
  rest(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this[Symbol.dispose](), PATIENCE);
    Deno.unrefTimer(this.#timer);
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    this.#transpiler?.then((transpiler) => transpiler[Symbol.dispose]());
    this.#transpiler = undefined;
  }
}

async function startTranspiler(failed: () => void): Promise<Transpiler> {
  // Who never saves need not load it.
  const { startTranspiler } = await import("../transpile/transpiler.ts");
  return startTranspiler(failed);
}

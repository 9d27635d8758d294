/**
 * Workers for lanes. The first one is started before it is known what it will run: it loads
 * its modules while the component is built and read.
 *
 * @module
 */

/** Starts Workers. Disposing ends the one that nobody has taken. */
export interface LaneThreads extends Disposable {
  /** How many lanes there are to be. */
  readonly count: number;
  /** A Worker that no one has yet. */
  take(): Worker;
  /** Starts one ahead, for whoever takes next. */
  prepare(): void;
}

/**
 * Starts a Worker, for the first lane.
 *
 * @param count How many lanes there are to be.
 * @param program What they run.
 */
export function startLaneThreads(
  count: number,
  program: URL = new URL("./entry.ts", import.meta.url),
): LaneThreads {
  const startWorker = () =>
    new Worker(program.href, { type: "module", name: "lane" });
  let spare: Worker | undefined = startWorker();
  let isDisposed = false;
  return {
    count,
    take() {
      const worker = spare ?? startWorker();
      spare = undefined;
      return worker;
    },
    prepare() {
      if (!isDisposed) spare ??= startWorker();
    },
    [Symbol.dispose]() {
      isDisposed = true;
      spare?.terminate();
      spare = undefined;
    },
  };
}

/** How many lanes suit this machine: the server's own thread needs a core too. */
export function usualLanes(): number {
  return Math.max(1, navigator.hardwareConcurrency - 1);
}

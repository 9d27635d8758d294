/**
 * Ctrl-C, and what a service manager sends in its place.
 *
 * @module
 */

/** A wish to stop. Disposing it gives the signals back their usual meaning. */
export interface StopSignals extends Disposable {
  /** Resolves at the first signal. */
  readonly requested: Promise<void>;
  /** Does what the first signal does. */
  request(): void;
}

/**
 * How long after Ctrl-C the same signal is the same Ctrl-C, in milliseconds: the terminal sends
 * it to the whole job, and `deno task` passes on what it got.
 */
const ECHO = 100;

/**
 * Waits for a signal to stop. The first one is a wish; by the second one the process ends
 * at once, because the signals have their usual meaning again.
 */
export function stopSignals(): StopSignals {
  const signals = signalsToStop();
  const { promise, resolve } = Promise.withResolvers<void>();
  let echo: ReturnType<typeof setTimeout> | undefined;
  const stop = () => {
    resolve();
    if (!Deno.stdin.isTerminal()) release();
    else echo ??= setTimeout(release, ECHO);
  };
  const request = () => {
    resolve();
    release();
  };
  let held = true;
  const release = () => {
    if (!held) return;
    held = false;
    clearTimeout(echo);
    for (const signal of signals) Deno.removeSignalListener(signal, stop);
  };
  for (const signal of signals) Deno.addSignalListener(signal, stop);
  return { requested: promise, request, [Symbol.dispose]: release };
}

function signalsToStop(): readonly Deno.Signal[] {
  if (Deno.build.os === "windows") return ["SIGINT"];
  // The terminal was closed. Without one, `nohup` may have asked to go on all the same.
  const hangUp = Deno.stdout.isTerminal() ? ["SIGHUP"] as const : [];
  return ["SIGINT", "SIGTERM", ...hangUp];
}

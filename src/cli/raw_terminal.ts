/**
 * The process's terminal while it hands over each key as it is pressed, and shows none of them.
 * The terminal outlives the process: whatever ends or stops it, the terminal is as it was.
 *
 * @module
 */

import { isInForeground, isWatchedByShell } from "./job_control.ts";

/** A terminal whose keys are read one by one. Disposing it gives it back as it was. */
export interface RawTerminal extends Disposable {
  /** What is typed. */
  readonly input: ReadableStream<Uint8Array>;
  /** How many characters a line holds. */
  columns(): number;
}

/**
 * How long after it was told to go on a process does not stop, in milliseconds: `deno task`
 * passes on the signal that the terminal has sent already.
 */
const RESUMED = 500;

/**
 * Takes the process's terminal. Ctrl-C stays a signal, and what is printed is not changed.
 *
 * @returns `undefined` if the terminal is another process's now, as it is for `… &` in a shell
 */
export async function takeTerminal(
  input: ReadableStream<Uint8Array>,
): Promise<RawTerminal | undefined> {
  if (!await isInForeground()) return undefined;
  const isWindows = Deno.build.os === "windows";
  const setRaw = () => Deno.stdin.setRaw(true, { cbreak: !isWindows });
  const handlers: readonly [Deno.Signal, () => void][] = isWindows ? [] : [
    ["SIGTSTP", () => void suspend()],
    ["SIGCONT", () => void resume()],
    ["SIGQUIT", () => {
      giveBack();
      // The signal has its usual meaning again.
      Deno.kill(Deno.pid, "SIGQUIT");
    }],
  ];
  let isTaken = true;
  let isStopping = false;
  let resumedAt = -Infinity;
  const resume = async () => {
    resumedAt = performance.now();
    // `bg` leaves the terminal with the shell.
    if (await isInForeground() && isTaken) setRaw();
  };
  const suspend = async () => {
    if (isStopping || performance.now() - resumedAt < RESUMED) return;
    isStopping = true;
    if (await isWatchedByShell() && isTaken) {
      Deno.stdin.setRaw(false);
      // The whole job, since `deno task` in front of this process does not stop by itself.
      Deno.kill(0, "SIGSTOP");
      resumedAt = performance.now();
    }
    isStopping = false;
  };
  const giveBack = () => {
    if (!isTaken) return;
    isTaken = false;
    for (const [signal, handler] of handlers) {
      Deno.removeSignalListener(signal, handler);
    }
    restore();
  };
  for (const [signal, handler] of handlers) {
    Deno.addSignalListener(signal, handler);
  }
  setRaw();
  return { input, columns, [Symbol.dispose]: giveBack };
}

function restore(): void {
  try {
    Deno.stdin.setRaw(false);
  } catch {
    // The terminal is gone: there is nothing left to restore.
  }
}

function columns(): number {
  try {
    return Deno.consoleSize().columns || 80;
  } catch {
    return 80;
  }
}

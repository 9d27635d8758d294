import type { Log } from "./log.ts";

/** Tells each event to all of these, in order. */
export function teeLog(...logs: readonly Log[]): Log {
  return {
    emit(event) {
      for (const log of logs) log.emit(event);
    },
  };
}

/**
 * How the log hears of a guest that trapped.
 *
 * @module
 */

import type { Log } from "../log.ts";
import { GuestStacks } from "../runtime/faults/trap_fault.ts";
import { GuestTrap } from "../runtime/trap.ts";

/** Tells of a trap, with its frames where the developer sees faults. */
export async function tellTrap(
  log: Log,
  { request, trap, stacks }: {
    readonly request: string;
    readonly trap: Error;
    readonly stacks: GuestStacks | undefined;
  },
): Promise<void> {
  const told = {
    event: "guest-trap",
    request,
    text: trap.message,
    ...(trap instanceof GuestTrap && { kind: trap.kind }),
  } as const;
  // A trap without frames, and one whose frames nobody is shown, is told at once.
  if (stacks === undefined || !GuestStacks.has(trap)) return log.emit(told);
  try {
    log.emit({ ...told, frames: await stacks.of(trap) });
  } catch {
    // What tells a stack reads what the guest made; the app says what it met there.
    log.emit(told);
  }
}

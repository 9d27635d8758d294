import { GuestTrap } from "./trap.ts";
import type { InterruptibleCore } from "./interrupts.ts";

const PAGES_PER_MIB = 16;
const MIB = 2 ** 20;

/**
 * What a trap is made of that came after memory was refused: guests whose allocator fails end
 * by some trap that says nothing of memory.
 *
 * @param memoryLimit The most that the core modules may take, in bytes, where it is known.
 */
export function memoryTrap(
  error: unknown,
  cores: readonly InterruptibleCore[],
  memoryLimit: number | undefined,
): GuestTrap | undefined {
  if (!(error instanceof WebAssembly.RuntimeError)) return undefined;
  const refused = cores.find(({ refusedPages }) => refusedPages > 0);
  if (refused === undefined) return undefined;
  const pages = refused.memoryPages + refused.refusedPages;
  const needed = Math.ceil(pages / PAGES_PER_MIB);
  const limit = memoryLimit === undefined
    ? ""
    : `, dev.memory_limit_mb is ${memoryLimit / MIB}`;
  return new GuestTrap(
    "memory",
    `The guest trapped for want of memory: it needed ${needed} MiB${limit}`,
    { cause: error },
  );
}

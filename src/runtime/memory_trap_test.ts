import assert from "node:assert/strict";
import type { InterruptibleCore } from "./interrupts.ts";
import { memoryTrap } from "./memory_trap.ts";

const TRAP = new WebAssembly.RuntimeError("unreachable");

function core(memoryPages: number, refusedPages: number): InterruptibleCore {
  return {
    memoryPages,
    refusedPages,
    begin() {},
    end() {},
    cannotSuspend() {},
    canSuspend() {},
  };
}

Deno.test("memoryTrap() says what was needed and what is allowed", () => {
  const cores = [core(0, 0), core(17, 16)];
  const trap = memoryTrap(TRAP, cores, 2 ** 21);
  assert.equal(trap?.kind, "memory");
  assert.equal(trap.cause, TRAP);
  assert.equal(
    trap.message,
    "The guest trapped for want of memory: it needed 3 MiB, dev.memory_limit_mb is 2",
  );
  assert.equal(
    memoryTrap(TRAP, cores, undefined)?.message,
    "The guest trapped for want of memory: it needed 3 MiB",
  );
});

Deno.test("memoryTrap() leaves traps without a refusal, and other errors, as they are", () => {
  assert.equal(memoryTrap(TRAP, [core(17, 0)], 2 ** 21), undefined);
  assert.equal(memoryTrap(new Error("host"), [core(1, 1)], 1), undefined);
});

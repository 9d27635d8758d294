/**
 * What a process holds of the machine's memory.
 *
 * @module
 */

/** MiB of a process; 0 where the system does not tell. */
export async function residentMemory(pid: number): Promise<number> {
  if (Deno.build.os !== "linux") return 0;
  const status = await Deno.readTextFile(`/proc/${pid}/status`);
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024;
}

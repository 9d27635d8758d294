/**
 * Processes that hang.
 *
 * @module
 */

/**
 * Makes a process hang until it gets SIGCONT. A signal is delivered some time after it is
 * sent; this waits until the kernel has stopped every thread.
 */
export async function hang(process: Deno.ChildProcess): Promise<void> {
  process.kill("SIGSTOP");
  while (!(await stateOf(process.pid)).startsWith("T"));
}

async function stateOf(pid: number): Promise<string> {
  const { stdout } = await new Deno.Command("ps", {
    args: ["-o", "stat=", "-p", `${pid}`],
  }).output();
  const state = new TextDecoder().decode(stdout).trim();
  if (state === "") throw new Error(`Cannot stop process ${pid}: it has ended`);
  return state;
}

/**
 * What a process holds of the machine.
 *
 * @module
 */

/** MiB of resident memory; 0 where the system does not tell. */
export async function residentMemory(pid: number): Promise<number> {
  const status = await output("cat", `/proc/${pid}/status`);
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024;
}

/** How many files it has open, sockets among them; 0 where the system does not tell. */
export async function openFiles(pid: number): Promise<number> {
  return (await output("ls", `/proc/${pid}/fd`)).match(/^\d+$/gm)?.length ?? 0;
}

/** The names of its threads; a Worker's is `worker-1` or another number. */
export async function threads(pid: number): Promise<string[]> {
  const names = await output("sh", "-c", `cat /proc/${pid}/task/*/comm`);
  return names.split("\n").filter((name) => name !== "");
}

/** Deno lets no one read /proc who is not allowed all. */
async function output(command: string, ...args: string[]): Promise<string> {
  if (Deno.build.os !== "linux") return "";
  const { stdout } = await new Deno.Command(command, {
    args,
    stderr: "null",
  }).output();
  return new TextDecoder().decode(stdout);
}

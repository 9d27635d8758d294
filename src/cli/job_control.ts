/**
 * What a shell does with a process that is its job: which one has the terminal, and whether one
 * that stops is ever told to go on.
 *
 * @module
 */

/** Whether what is typed is for this process; taken for granted where nobody can tell. */
export async function isInForeground(): Promise<boolean> {
  const [group, foreground] = await fieldsOf(Deno.pid, ["pgid", "tpgid"]);
  return group === undefined || group === foreground;
}

/**
 * Whether a shell waits for this process's group to stop. A group that nobody watches would
 * stand still for ever.
 */
export async function isWatchedByShell(): Promise<boolean> {
  const [group, terminal] = await fieldsOf(Deno.pid, ["pgid", "tty"]);
  const [shell] = await fieldsOf(Number(group), ["ppid"]);
  const [shellTerminal] = await fieldsOf(Number(shell), ["tty"]);
  return terminal !== undefined && /\w/.test(terminal) &&
    terminal === shellTerminal;
}

/** What `ps` says of a process; nothing where there is no such process, or no `ps`. */
async function fieldsOf(
  pid: number,
  names: readonly string[],
): Promise<string[]> {
  if (Deno.build.os === "windows" || !Number.isSafeInteger(pid)) return [];
  try {
    const { stdout } = await new Deno.Command("ps", {
      args: [...names.flatMap((name) => ["-o", `${name}=`]), "-p", `${pid}`],
      stdin: "null",
      stderr: "null",
    }).output();
    const text = new TextDecoder().decode(stdout).trim();
    return text === "" ? [] : text.split(/\s+/);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

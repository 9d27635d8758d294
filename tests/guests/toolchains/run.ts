/** How the guests' toolchains are called. */

/** `tests/guests`; every path of the build starts here. */
export const HERE: string = new URL("..", import.meta.url).pathname.replace(
  /\/$/,
  "",
);

/** The command that makes bindings; any 0.63 will do. */
export const WIT_BINDGEN: string = Deno.env.get("WIT_BINDGEN") ??
  "/opt/wb/bin/wit-bindgen";

/** What {@linkcode run} may be told beside the arguments. */
export interface RunOptions {
  readonly cwd?: string;
  readonly env?: Record<string, string>;
}

/** Runs a command to its end; shows what it says only when it fails. */
export async function run(
  command: readonly string[],
  options: RunOptions = {},
): Promise<void> {
  const [program, ...args] = command;
  const { success, stdout, stderr } = await new Deno.Command(program!, {
    args,
    ...options,
    stdout: "piped",
    stderr: "piped",
  }).output();
  if (success) return;
  const decoder = new TextDecoder();
  throw new Error(
    `Cannot run "${command.join(" ")}":\n${decoder.decode(stdout)}${
      decoder.decode(stderr)
    }`,
  );
}

/** The files of a folder whose name ends so, sorted, as full paths; none if there is no folder. */
export function filesOf(folder: string, ending: string): string[] {
  try {
    return [...Deno.readDirSync(folder)]
      .filter((entry) => entry.isFile && entry.name.endsWith(ending))
      .map((entry) => `${folder}/${entry.name}`)
      .sort();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

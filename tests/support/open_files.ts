/**
 * Which files below a folder this process holds open.
 *
 * @module
 */

/** Their paths; always none where there is no `/proc`. */
export async function openFiles(folder: string): Promise<string[]> {
  if (Deno.build.os !== "linux") return [];
  // Deno lets no one read /proc who is not allowed all.
  const { stdout } = await new Deno.Command("find", {
    args: [`/proc/${Deno.pid}/fd`, "-lname", `${folder}/*`, "-printf", "%l\n"],
    stderr: "null",
  }).output();
  return new TextDecoder().decode(stdout).split("\n").filter((path) =>
    path !== ""
  );
}

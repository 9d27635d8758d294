/**
 * A `deno` command that ends by itself.
 *
 * @module
 */

import assert from "node:assert/strict";

/** How it is run. */
export interface DenoOutputOptions {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

/** What it wrote to stdout; it has to succeed. */
export async function denoOutput(
  args: readonly string[],
  { cwd, env }: DenoOutputOptions,
): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...args],
    cwd,
    // `deno task` keeps the one of the task that runs these tests.
    env: { ...env, NO_COLOR: "1", INIT_CWD: cwd },
  }).output();
  const decoder = new TextDecoder();
  assert.ok(success, decoder.decode(stderr));
  return decoder.decode(stdout);
}

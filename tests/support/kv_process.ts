/**
 * `deno task kv` as a person types it.
 *
 * @module
 */

import { PROJECT } from "./clone.ts";

/** How a process of `kv` ended. */
export interface KvEnd {
  readonly code: number;
  readonly stdout: Uint8Array<ArrayBuffer>;
  readonly stderr: string;
}

/** Starts `kv`; its stdin and stdout are pipes. */
export function spawnKv(args: readonly string[]): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: ["task", "--quiet", "kv", ...args],
    cwd: PROJECT,
    env: { NO_COLOR: "1", INIT_CWD: PROJECT },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

/** Runs `kv` to its end. */
export async function runKv(
  args: readonly string[],
  stdin: string | Uint8Array<ArrayBuffer> = "",
): Promise<KvEnd> {
  const child = spawnKv(args);
  const [{ code }, stdout, stderr] = await Promise.all([
    child.status,
    new Response(child.stdout).bytes(),
    new Response(child.stderr).text(),
    new Blob([stdin]).stream().pipeTo(child.stdin),
  ]);
  return { code, stdout, stderr };
}

/** Runs one `kv` into another, as a shell's pipe does. */
export async function pipeKv(
  from: readonly string[],
  to: readonly string[],
): Promise<readonly [KvEnd, KvEnd]> {
  const [source, sink] = [spawnKv(from), spawnKv(to)];
  await source.stdin.close();
  const [first, second, stdout, errors, otherErrors] = await Promise.all([
    source.status,
    sink.status,
    new Response(sink.stdout).bytes(),
    new Response(source.stderr).text(),
    new Response(sink.stderr).text(),
    source.stdout.pipeTo(sink.stdin),
  ]);
  return [
    { code: first.code, stdout: new Uint8Array(0), stderr: errors },
    { code: second.code, stdout, stderr: otherErrors },
  ];
}

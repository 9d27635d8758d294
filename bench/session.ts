// deno-lint-ignore-file no-console -- it says that it was broken off
/**
 * What a benchmark leaves behind: nothing, broken off or not.
 *
 * @module
 */

import { signalChildren } from "./process_tree.ts";

/**
 * Runs a benchmark with a temporary folder of its own, which all that it starts has too. At
 * Ctrl-C, SIGTERM or a failure all that it has started ends, and the folder goes.
 */
export async function runSession(
  main: (stack: AsyncDisposableStack, folder: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "wharf-bench-" });
  Deno.env.set("TMPDIR", folder);
  const breakOff = async () => {
    console.error("Broken off: ending what was started");
    await signalChildren(Deno.pid, "SIGKILL");
    await Deno.remove(folder, { recursive: true });
    Deno.exit(130);
  };
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    Deno.addSignalListener(signal, breakOff);
  }
  try {
    await using stack = new AsyncDisposableStack();
    await main(stack, folder);
  } finally {
    await signalChildren(Deno.pid, "SIGKILL");
    await Deno.remove(folder, { recursive: true });
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      Deno.removeSignalListener(signal, breakOff);
    }
  }
}

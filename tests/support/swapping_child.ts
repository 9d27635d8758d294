/**
 * A process that serves a project and swaps as often as its argument says, and prints what it
 * holds of the machine after the first swaps and after the last: in the process of the tests
 * others count too.
 *
 * @module
 */

import { built, COPY, serveProject, textOf } from "./dev_project.ts";
import { openFiles, residentMemory, threads } from "./process_usage.ts";

/** What a process holds. */
export interface Usage {
  readonly workers: number;
  readonly files: number;
  /** MiB. */
  readonly memory: number;
}

/** Swaps that load what is loaded once, and start the Worker for the next swap. */
const FIRST_SWAPS = 5;

if (import.meta.main) {
  const swaps = Number(Deno.args[0]);
  await using project = await serveProject({ config: built(COPY, "lanes: 1") });
  const { server } = project;
  await server.ready;
  const usages: Usage[] = [];
  for (let number = 1; number <= swaps; number++) {
    const [guest, text] = number % 2 === 0
      ? ["hello", "hello\n"] as const
      : ["wasi_mixed", "mixed\n"] as const;
    await project.saveGuest(guest);
    await project.event("swapped", number);
    const answer = await textOf(server.url);
    if (answer !== text) throw new Error(`Swap ${number} answers ${answer}`);
    if (number === FIRST_SWAPS || number === swaps) usages.push(await usage());
  }
  await Deno.stdout.write(new TextEncoder().encode(JSON.stringify(usages)));
}

async function usage(): Promise<Usage> {
  const names = await threads(Deno.pid);
  return {
    workers: names.filter((name) => name.startsWith("worker-")).length,
    files: await openFiles(Deno.pid),
    memory: await residentMemory(Deno.pid),
  };
}

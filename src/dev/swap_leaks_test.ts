import { ok, strictEqual } from "node:assert/strict";
import {
  built,
  COPY,
  serveProject,
  textOf,
} from "../../tests/support/dev_project.ts";
import {
  openFiles,
  residentMemory,
  threads,
} from "../../tests/support/process_usage.ts";

const SWAPS = 50;

/** MiB that garbage may take which nobody has collected yet. */
const GARBAGE = 150;

Deno.test({
  name: "fifty swaps leave no Worker, no open file and no memory behind",
  ignore: Deno.build.os !== "linux",
  async fn() {
    await using project = await serveProject({
      config: built(COPY, "lanes: 1"),
    });
    const { server } = project;
    await server.ready;
    const swap = async (number: number) => {
      await project.saveGuest(number % 2 === 0 ? "hello" : "wasi_mixed");
      await project.event("swapped", number);
      strictEqual(
        await textOf(server.url),
        number % 2 === 0 ? "hello\n" : "mixed\n",
      );
    };
    // The first ones load what is loaded once, and start the Worker for the next swap.
    for (let number = 1; number <= 5; number++) await swap(number);
    const before = await usage();
    for (let number = 6; number <= SWAPS; number++) await swap(number);
    const after = await usage();
    // One Worker serves and one is ready; the one before may be at its end.
    ok(after.workers <= before.workers + 1, told(before, after));
    ok(after.files <= before.files + 8, told(before, after));
    ok(after.memory <= before.memory + GARBAGE, told(before, after));
  },
});

async function usage() {
  return {
    workers: (await threads(Deno.pid))
      .filter((name) => name.startsWith("worker-")).length,
    files: await openFiles(Deno.pid),
    memory: await residentMemory(Deno.pid),
  };
}

function told(before: unknown, after: unknown): string {
  return `${JSON.stringify(before)} -> ${JSON.stringify(after)}`;
}

/**
 * The newcomer's way: a fresh clone, empty caches, the README's commands as they stand there.
 */

import assert from "node:assert/strict";
import { join } from "node:path";
import { makeClone, PROJECT } from "../support/clone.ts";
import { denoOutput } from "../support/deno_output.ts";
import { startDevTask } from "../support/dev_task.ts";
import { walkTable } from "../support/template_table.ts";
import { readTranscript, runTranscript } from "../support/transcript.ts";

Deno.test("a newcomer gets from a fresh clone to answers", async (t) => {
  await using clone = await makeClone();
  const { env } = clone;

  await t.step("deno task dev serves the README's transcript", async () => {
    const readme = await Deno.readTextFile(join(PROJECT, "README.md"));
    await using dev = await startDevTask({ cwd: clone.path, env });
    await runTranscript(readTranscript(readme), dev.url);
    await walkTable(dev.url, "in_memory");
  });

  await t.step(
    "deno task new makes a project that is served from its folder",
    async () => {
      const made = await denoOutput(["task", "new", "my-app"], {
        cwd: clone.path,
        env,
      });
      assert.match(made, /cd my-app\n {2}deno task dev\n/);
      await using dev = await startDevTask({
        cwd: join(clone.path, "my-app"),
        env,
      });
      await walkTable(dev.url, "in_memory");
    },
  );
});

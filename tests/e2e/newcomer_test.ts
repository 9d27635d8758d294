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
    "the README's lines of deno task kv do what they say",
    async () => {
      const readme = await Deno.readTextFile(join(PROJECT, "README.md"));
      const [, script] = /### Looking into buckets[\s\S]*?```sh\n([\s\S]*?)```/
        .exec(readme)!;
      const { success, stdout, stderr } = await new Deno.Command("sh", {
        args: [
          "-ec",
          script!.replaceAll("/tmp/keyvalue-store", join(clone.path, "kv")),
        ],
        cwd: clone.path,
        // `deno task` keeps the one of the task that runs these tests.
        env: { ...env, NO_COLOR: "1", INIT_CWD: clone.path },
      }).output();
      const decoder = new TextDecoder();
      assert.ok(success, decoder.decode(stderr));
      assert.match(decoder.decode(stdout), /^hello$/m);
      assert.match(decoder.decode(stdout), /^greeting$/m);
      assert.match(decoder.decode(stdout), /^-5$/m);
      const dump = await Deno.readTextFile(join(clone.path, "sessions.jsonl"));
      assert.match(dump, /"key":"greeting","value":"hello"/);
    },
  );

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

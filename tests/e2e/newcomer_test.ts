/**
 * The newcomer's way: a fresh clone, empty caches, the README's commands as they stand there.
 */

import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { makeClone, PROJECT } from "../support/clone.ts";
import { denoOutput } from "../support/deno_output.ts";
import { startDevTask } from "../support/dev_task.ts";
import { ptyMissing, startShell } from "../support/pty.ts";
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

  const missing = ptyMissing();
  await t.step({
    name: `four commands lead to the first answer, at a terminal${
      missing === undefined ? "" : ` (ignored: ${missing})`
    }`,
    ignore: missing !== undefined,
    async fn() {
      await Deno.remove(join(clone.path, "my-app"), { recursive: true });
      const readme = await Deno.readTextFile(join(PROJECT, "README.md"));
      const typed = readTranscript(readme, "shell-session");
      const [made, entered, served, asked] = typed;
      assert.equal(typed.length, 4);
      await using shell = await startShell({
        cwd: clone.path,
        env: {
          ...env,
          WHARF_CACHE_DIR: join(clone.path, ".wharf", "cache"),
          PATH: `${dirname(Deno.execPath())}:${Deno.env.get("PATH")}`,
          WASH_DEV_ADDRESS: "127.0.0.1:0",
        },
        columns: 200,
      });
      const shown = (output: string) => asDocumented(output, clone.path);
      for (const { command, output } of [made!, entered!]) {
        assert.equal(shown(await shell.run(command)), output, command);
      }
      await shell.type(`${served!.command}\n`);
      const banner = await shell.shown(/\nKeys: .*\n\n/);
      assert.equal(
        shown(banner.slice(banner.indexOf("\n") + 1)),
        asDocumented(served!.output, clone.path),
      );
      const [, url] = /Listening on (http\S+)/.exec(banner)!;
      await runTranscript([asked!], url!);
      await shell.type("q");
      await shell.shown(/PROMPT> /);
    },
  });
});

/**
 * What was shown without what is another each time, and without the lines of `deno task` that
 * repeat the task.
 */
function asDocumented(output: string, clone: string): string {
  return output
    .replace(/^Task .*\n/gm, "")
    .replaceAll(clone, "/home/you/wharf")
    .replace(/127\.0\.0\.1:\d+(?=\/|$)/gm, "127.0.0.1:8000")
    .replace(/[\d.]+(?= (ms|s|MiB)\b)/g, "N");
}

/**
 * The way to a server: a fresh clone, empty caches, the README's commands as they stand there.
 */

import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { type Clone, makeClone, PROJECT } from "../support/clone.ts";
import { readFolder } from "../support/read_folder.ts";
import { run } from "../support/run_main.ts";
import { readServeEvents } from "../support/serve_process.ts";
import { walkTable } from "../support/template_table.ts";
import { readTranscript, runTranscript } from "../support/transcript.ts";

Deno.test("a fresh clone is built and served by the README's two commands, to the same bytes as elsewhere", async () => {
  await using clone = await makeClone();
  const readme = await Deno.readTextFile(join(PROJECT, "README.md"));
  const [, script] = /## Deploy[\s\S]*?```sh\n([\s\S]*?)```/.exec(readme)!;
  const [build, serve, ...more] = script!.trim().split("\n");
  assert.deepEqual(more, []);

  const built = await shell(build!, clone).output();
  const decoder = new TextDecoder();
  assert.ok(built.success, decoder.decode(built.stderr));
  assert.match(
    decoder.decode(built.stdout),
    /^Built dist\/wharf for a server:$/m,
  );

  await using server = readServeEvents(shell(`exec ${serve}`, clone).spawn());
  // A task that is killed leaves its child behind.
  await using _asked = {
    async [Symbol.asyncDispose]() {
      try {
        server.kill("SIGTERM");
      } catch {
        // It has ended.
      }
      await server.ended;
    },
  };
  const { report } = await server.event("ready");
  await runTranscript(readTranscript(readme), report.url);
  await walkTable(report.url, "in_memory");
  const health = await fetch(report.admin!);
  assert.equal(health.status, 200, await health.text());

  server.kill("SIGTERM");
  const { code, signal, stderr } = await server.ended;
  assert.deepEqual([code, signal], [0, null], stderr);

  // This copy of Wharf is in another folder, and so are its packages and its cache.
  const again = join(clone.path, "dist", "again");
  const outcome = await run(
    ["build", "--no-build", "-C", clone.path, "--out", again, ...STORES],
    { env: { ...PLACES, WHARF_CACHE_DIR: join(clone.path, "cache") } },
  );
  assert.equal(outcome.code, 0, outcome.stderr);
  const first = join(clone.path, "dist", "first");
  const args = ["--no-build", "--out", first, ...STORES];
  const output = await shell(`${build} ${args.join(" ")}`, clone).output();
  assert.ok(output.success, decoder.decode(output.stderr));
  const files = await readFolder(`${first}/`);
  assert.ok(files.has("deno.lock"));
  assert.deepEqual(files, await readFolder(`${again}/`));
});

/** Free ports. */
const PLACES = {
  WASH_DEV_ADDRESS: "127.0.0.1:0",
  WASH_SERVE_ADMIN_ADDRESS: "127.0.0.1:0",
};

/** Stores with packages of their own. */
const STORES = [
  ...["--wasi-keyvalue-redis-url", "redis://127.0.0.1:6379"],
  ...["--wasi-keyvalue-nats-url", "nats://127.0.0.1:4222"],
];

/** A command as a person types it in the clone, at free ports. */
function shell(command: string, { path, env }: Clone): Deno.Command {
  return new Deno.Command("sh", {
    args: ["-c", command],
    cwd: path,
    env: {
      ...env,
      NO_COLOR: "1",
      // `deno task` keeps the one of the task that runs these tests.
      INIT_CWD: path,
      PATH: `${dirname(Deno.execPath())}:${Deno.env.get("PATH")}`,
      ...PLACES,
    },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  });
}

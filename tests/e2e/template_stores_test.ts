/**
 * The template, rebuilt for each of the five stores, answers the README's transcript on each,
 * and what it stored is there after a restart.
 */

import assert from "node:assert/strict";
import { join } from "node:path";
import type { BackendName } from "../../src/keyvalue/backends.ts";
import { makeClone, PROJECT } from "../support/clone.ts";
import { denoOutput } from "../support/deno_output.ts";
import { type DevTask, startDevTask } from "../support/dev_task.ts";
import { natsMissing, startNatsServer } from "../support/nats_server.ts";
import { redisMissing, startRedis } from "../support/redis_server.ts";
import { walkTable } from "../support/template_table.ts";
import { readTranscript, runTranscript } from "../support/transcript.ts";

/** What one store needs. */
interface Store {
  /** The line of the template's configuration that names it; none for memory. */
  readonly key?: string;
  /** What it is set to where the documented place will not do. */
  readonly place?: string;
}

Deno.test("the template answers the same on every store", async (t) => {
  await using stack = new AsyncDisposableStack();
  const clone = stack.use(await makeClone());
  // The caches of the machine: that empty ones will do is the newcomer's test.
  const env = { WHARF_CACHE_DIR: clone.env["WHARF_CACHE_DIR"]! };
  await denoOutput(["task", "new", "my-app"], { cwd: clone.path, env });
  const project = join(clone.path, "my-app");
  const readme = await Deno.readTextFile(join(PROJECT, "README.md"));
  const transcript = readTranscript(readme);
  const missing: { readonly [name in BackendName]?: string | undefined } = {
    nats: natsMissing(),
    redis: redisMissing(),
  };
  const stores: Readonly<Record<BackendName, () => Promise<Store>>> = {
    in_memory: () => Promise.resolve({}),
    filesystem: () => Promise.resolve({ key: "wasi_keyvalue_path" }),
    deno_kv: () => Promise.resolve({ key: "wasi_keyvalue_deno_kv" }),
    async nats() {
      const { url } = stack.use(await startNatsServer());
      return { key: "wasi_keyvalue_nats_url", place: url };
    },
    async redis() {
      const { url } = stack.use(await startRedis());
      return { key: "wasi_keyvalue_redis_url", place: url };
    },
  };
  const handler = await Deno.readTextFile(join(project, "src/handler.ts"));
  const config = await Deno.readTextFile(join(project, ".wash/config.yaml"));

  for (const [name, prepare] of Object.entries(stores)) {
    const ignored = missing[name as BackendName];
    await t.step({
      name: `${name}${ignored === undefined ? "" : ` (ignored: ${ignored})`}`,
      ignore: ignored !== undefined,
      async fn() {
        const store = await prepare();
        await Deno.writeTextFile(
          join(project, "src/handler.ts"),
          replaced(handler, 'BACKEND = "in_memory"', `BACKEND = "${name}"`),
        );
        await Deno.writeTextFile(
          join(project, ".wash/config.yaml"),
          configured(config, store),
        );
        const start = () => startDevTask({ cwd: project, env });
        {
          await using dev = await start();
          await runTranscript(
            transcript.map(({ command, output }) => ({
              command,
              output: output.replaceAll("[in_memory]", `[${name}]`),
            })),
            dev.url,
          );
          await walkTable(dev.url, name);
        }
        await using again = await start();
        await keeps(again, name, store.key !== undefined);
      },
    });
  }

  await t.step("a store without its key fails with a reason", async () => {
    await Deno.writeTextFile(
      join(project, "src/handler.ts"),
      replaced(handler, 'BACKEND = "in_memory"', 'BACKEND = "filesystem"'),
    );
    await Deno.writeTextFile(join(project, ".wash/config.yaml"), config);
    await using dev = await startDevTask({ cwd: project, env });
    const response = await fetch(`${dev.url}/?key=mykey`);
    assert.equal(response.status, 500);
    assert.match(
      await response.text(),
      /^\[filesystem\] Failed to open bucket: no such store/,
    );
  });
});

async function keeps(
  { url }: DevTask,
  name: string,
  durable: boolean,
): Promise<void> {
  const response = await fetch(`${url}/?key=mykey`);
  assert.equal(
    await response.text(),
    durable ? `[${name}] myvalue\n` : `[${name}] Key 'mykey' not found\n`,
  );
}

/** The template's configuration with a store's line in use. */
function configured(config: string, { key, place }: Store): string {
  if (key === undefined) return config;
  const line = new RegExp(`^  # (${key}: )(.*)$`, "m");
  assert.match(config, line);
  return config.replace(
    line,
    (_, name, documented) => `  ${name}${place ?? documented}`,
  );
}

function replaced(text: string, from: string, to: string): string {
  assert.ok(text.includes(from), `"${from}" is not in the template`);
  return text.replace(from, to);
}

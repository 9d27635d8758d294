import assert from "node:assert/strict";
import { ARTIFACT_CACHE, guestPath } from "../../tests/support/guest_app.ts";
import { makeProject } from "../../tests/support/run_main.ts";
import { loadConfig } from "../config/mod.ts";
import type { LogEvent } from "../log.ts";
import { startExploredServer } from "./explored_server.ts";
import { watchSources } from "./source_watcher.ts";

/** A project whose configuration can be written anew, served with its explorer. */
async function serve(dev: string) {
  const stack = new AsyncDisposableStack();
  const project = stack.use(await makeProject(""));
  const write = (dev: string) =>
    Deno.writeTextFile(
      `${project.path}/.wash/config.yaml`,
      `dev: {component_path: "${guestPath("hello")}", ${dev}}\n`,
    );
  const since = Date.now();
  await write(dev);
  const load = () => loadConfig({ cwd: project.path, env: {}, flags: {} });
  const events: LogEvent[] = [];
  const arrivals = new EventTarget();
  const { config, files } = await load();
  const server = stack.use(
    await startExploredServer({
      config,
      configFiles: files,
      reload: load,
      watch: (options) => Promise.resolve(watchSources(options)),
      since,
      build: false,
      cacheDirectory: ARTIFACT_CACHE,
      searchPath: "",
      log: {
        emit(event) {
          events.push(event);
          arrivals.dispatchEvent(new Event("arrival"));
        },
      },
    }),
  );
  await server.ready;
  return {
    server,
    events,
    /** Writes the configuration, and waits until it holds. */
    async change(dev: string) {
      const before = events.length;
      await write(dev);
      while (
        !events.slice(before).some(({ event }) => event === "reconfigured")
      ) {
        await new Promise((resolve) =>
          arrivals.addEventListener("arrival", resolve, { once: true })
        );
      }
    },
    async status(token?: string) {
      const response = await fetch(`${server.url}/_wharf/api/status`, {
        headers: token === undefined
          ? {}
          : { authorization: `Bearer ${token}` },
      });
      return { status: response.status, text: await response.text() };
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

Deno.test("startExploredServer() wants its token once others reach the server, and goes on to", async () => {
  await using served = await serve('address: "127.0.0.1:0"');
  const { server, events } = served;
  assert.equal((await served.status()).status, 200);
  assert.equal(server.explorerUrl, `${server.url}/_wharf/`);
  await served.change('address: "0.0.0.0:0"');
  assert.equal((await served.status()).status, 401);
  const token = new URL(server.explorerUrl!).searchParams.get("token")!;
  assert.equal((await served.status(token)).status, 200);
  assert.ok(
    events.some((event) =>
      event.event === "warning" && event.text.includes(server.explorerUrl!)
    ),
  );
  await served.change('address: "127.0.0.1:0"');
  assert.equal((await served.status()).status, 401);
});

Deno.test("startExploredServer() leaves the path to the component while dev.explorer is false", async () => {
  await using served = await serve('address: "127.0.0.1:0"');
  await served.change('address: "127.0.0.1:0", explorer: false');
  assert.equal((await served.status()).text, "hello\n");
  assert.equal(served.server.explorerUrl, undefined);
  await served.change('address: "127.0.0.1:0"');
  assert.equal((await served.status()).status, 200);
});

import assert from "node:assert/strict";
import { natsTest, startNatsServer } from "./support/nats_server.ts";
import {
  makeDeployment,
  type ReadyServeProcess,
  spawnServe,
  startServe,
} from "./support/serve_process.ts";

async function health({ admin }: ReadyServeProcess) {
  const response = await fetch(`${admin}/health`);
  return { status: response.status, ...await response.json() };
}

async function untilReady(served: ReadyServeProcess): Promise<void> {
  // Each question is answered by the store itself, or after a bounded while.
  while ((await health(served)).status !== 200);
}

natsTest(
  "serve is ready while its stores are, and says which is not",
  async () => {
    await using nats = await startNatsServer();
    await using made = await makeDeployment(
      "kv_get",
      `dev: {wasi_keyvalue_nats_url: "${nats.url}", keyvalue: {default: nats}}\n`,
    );
    await using served = await startServe(made.dist);
    await untilReady(served);
    await nats.kill();
    const away = await health(served);
    assert.deepEqual([away.status, away.phase], [503, "serving"]);
    const stores = new Map<string, { usable: boolean; problem?: string }>(
      away.stores.map((store: { store: string }) => [store.store, store]),
    );
    assert.equal(stores.get("nats")?.usable, false);
    assert.ok(stores.get("nats")?.problem);
    const live = await fetch(`${served.admin}/health/live`);
    assert.equal(live.status, 200);
    await live.body?.cancel();
    await nats.start();
    await untilReady(served);
  },
);

natsTest(
  "serve answers for its health in time when a store hangs",
  async () => {
    await using nats = await startNatsServer();
    await using made = await makeDeployment(
      "kv_get",
      `dev: {wasi_keyvalue_nats_url: "${nats.url}", keyvalue: {default: nats}}\n`,
    );
    await nats.hang();
    await using served = await startServe(made.dist);
    const [first, second] = await Promise.all([health(served), health(served)]);
    assert.deepEqual([first.status, second.status], [503, 503]);
    assert.deepEqual(first.stores, second.stores);
    nats.signal("SIGCONT");
    await untilReady(served);
  },
);

Deno.test("serve ends with a message where there is no deployment, or no room for it", async () => {
  await using made = await makeDeployment("hello");
  await using none = spawnServe(`${made.dist}/none`);
  const missing = await none.ended;
  assert.equal(missing.code, 1);
  assert.match(missing.stderr, /^Cannot serve ".*none\/config\.json": /);
  await using served = await startServe(made.dist);
  for (const flag of ["--address", "--admin-address"]) {
    const { host } = new URL(flag === "--address" ? served.url : served.admin);
    const port = new URL(`http://${host}`).port;
    await using second = spawnServe(made.dist, {
      args: flag === "--address" ? ["--port", port] : [flag, host],
    });
    const { code, stderr } = await second.ended;
    assert.equal(code, 1);
    assert.match(stderr, /^Cannot listen on "127\.0\.0\.1:\d+": /);
    assert.ok(stderr.includes(host));
  }
});

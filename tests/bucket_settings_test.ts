import { ok, rejects, strictEqual } from "node:assert/strict";
import { makeHost } from "../src/assemble.ts";
import { loadConfig } from "../src/config/mod.ts";
import type { Buckets } from "../src/keyvalue/buckets.ts";
import { natsTest, startNatsServer } from "./support/nats_server.ts";
import { startRedis, testWithRedis } from "./support/redis_server.ts";
import { makeProject } from "./support/run_main.ts";

/** The buckets of a project with this `dev`, and its folder. */
async function withBuckets(
  dev: string,
  use: (buckets: Buckets, path: string) => Promise<void>,
): Promise<void> {
  await using project = await makeProject(`dev: ${dev}\n`);
  const { config } = await loadConfig({
    cwd: project.path,
    env: {},
    flags: {},
  });
  const { buckets } = makeHost(config, { emit() {} });
  await using _ = buckets;
  await use(buckets, project.path);
}

const bytes = (text: string) => new TextEncoder().encode(text);

natsTest(
  "settings of NATS hold for the server of all, each in its entry",
  async () => {
    await using server = await startNatsServer();
    const dev = `{wasi_keyvalue_nats_url: "${server.url}", keyvalue: {buckets: {
    many: {store: nats, replicas: 3}, gone: {store: nats, create: false},
    short: {store: nats, storage: memory, history: 5, ttl: 1h}}}}`;
    await withBuckets(dev, async (buckets) => {
      // A server alone keeps no replicas.
      await rejects(buckets.open("many"), { code: "other" });
      await rejects(buckets.open("gone"), { code: "no-such-store" });
      const short = await buckets.open("short");
      await short.set("k", bytes("v"));
      strictEqual((await short.get("k"))?.value.length, 1);
      await buckets.open("plain");
      const listed = buckets.list().find(({ name }) => name === "short");
      strictEqual(listed?.durable, false);
    });
  },
);

natsTest(
  "a password in a bucket's entry is the one that NATS is asked with",
  async () => {
    await using server = await startNatsServer({
      config: 'authorization { user: shop, password: "right" }',
    });
    const dev = `{wasi_keyvalue_nats_url: "${server.url}", keyvalue: {buckets: {
    a: {store: nats, user: shop, password: right},
    b: {store: nats, user: shop, password: wrong}}}}`;
    await withBuckets(dev, async (buckets) => {
      await (await buckets.open("a")).set("k", bytes("v"));
      await rejects(buckets.open("b"), { code: "access-denied" });
    });
  },
);

testWithRedis("a prefix of Redis holds for the server of all", async () => {
  await using server = await startRedis();
  const dev = `{wasi_keyvalue_redis_url: "${server.url}", keyvalue: {buckets: {
    a: {store: redis, prefix: "shop/{bucket}:"},
    heap: {store: redis, prefix: ""}}}}`;
  await withBuckets(dev, async (buckets) => {
    await (await buckets.open("a")).set("k", bytes("v"));
    ok(await (await buckets.open("heap")).exists("shop/a:k"));
  });
});

Deno.test("engine sqlite holds for the folder of all", async () => {
  const dev = `{wasi_keyvalue_path: data, keyvalue: {buckets: {
    hot: {store: filesystem, engine: sqlite, durability: crash}}}}`;
  await withBuckets(dev, async (buckets, path) => {
    await (await buckets.open("hot")).set("k", bytes("v"));
    await (await buckets.open("cold")).set("k", bytes("v"));
    ok((await Deno.stat(`${path}/data/wharf.sqlite`)).isFile);
    ok((await Deno.stat(`${path}/data/cold/k`)).isFile);
  });
});

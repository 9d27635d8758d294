/** Several servers on one store: nothing that a client was told of is lost when one ends. */

import assert from "node:assert/strict";
import { Kvm } from "@nats-io/kv";
import { connect } from "@nats-io/transport-node";
import {
  assertKept,
  counterAt,
  COUNTERS_BUCKET,
  startCounting,
} from "./support/counting_clients.ts";
import { natsTest, startNatsServer } from "./support/nats_server.ts";
import { startPlainProxy } from "./support/plain_proxy.ts";
import { startRedis, testWithRedis } from "./support/redis_server.ts";
import { makeDeployment } from "./support/serve_process.ts";
import { startFleet } from "./support/server_fleet.ts";

const SERVERS = 3;
const CLIENTS = 64;
const COUNTERS = ["visits", "orders", "mails", "likes", "errors"];

/** Answers that each server has sent before it is ended. */
const ANSWERS = 25;

/** Long enough for the proxy to hear that a server is ready no more. */
const ARGS = ["--lanes", "1", "--log-level", "warn", "--drain-delay", "1s"];

type End = "SIGKILL" | "SIGTERM";

interface Run {
  /** What stands under `dev` in the configuration, as YAML on one line. */
  readonly dev: string;
  /** How servers end, one after another. */
  readonly ends: readonly End[];
  /** Reads a counter past Wharf. */
  readonly readBarely?: (counter: string) => Promise<string | undefined>;
}

async function countWhileServersEnd(
  { dev, ends, readBarely }: Run,
): Promise<void> {
  await using made = await makeDeployment("kv_labels", `dev: ${dev}\n`);
  await using fleet = await startFleet(made.dist, SERVERS, { args: ARGS });
  const { servers } = fleet;
  await using proxy = await startPlainProxy(servers);
  await using clients = startCounting({
    url: proxy.url,
    clients: CLIENTS,
    counters: COUNTERS,
  });
  let lostByKills = 0;
  for (const [index, signal] of ends.entries()) {
    const victim = index % SERVERS;
    await Promise.all(
      servers.map((_, server) => proxy.answers(server, ANSWERS)),
    );
    const { unknown } = clients;
    if (signal === "SIGKILL") await proxy.sending(victim);
    const { code, stderr } = await servers[victim]!.end(signal);
    if (signal === "SIGTERM") {
      assert.deepEqual([code, stderr], [0, ""]);
      assert.equal(clients.unknown, unknown, "a server that stops lost calls");
    }
    await servers[victim]!.start();
    if (signal === "SIGKILL") lostByKills += clients.unknown - unknown;
  }
  await Promise.all(servers.map((_, server) => proxy.answers(server, ANSWERS)));
  const tallies = await clients.stop();
  assert.ok(lostByKills > 0, "no server was killed with calls in flight");
  assert.equal(clients.unknown, lostByKills);
  for (const [counter, tally] of tallies) {
    const value = await counterAt(servers[0]!.url, counter);
    assertKept(value, tally);
    for (const { url } of servers) {
      assert.equal(await counterAt(url, counter), value);
    }
    if (readBarely !== undefined) {
      assert.equal(await readBarely(counter), String(value));
    }
  }
}

natsTest(
  "three servers on one NATS lose no acknowledged increment when they are killed or stopped",
  async () => {
    await using nats = await startNatsServer();
    const connection = await connect({ servers: `127.0.0.1:${nats.port}` });
    try {
      await countWhileServersEnd({
        dev:
          `{wasi_keyvalue_nats_url: "${nats.url}", keyvalue: {default: nats}}`,
        ends: ["SIGKILL", "SIGTERM", "SIGKILL"],
        async readBarely(counter) {
          const bucket = await new Kvm(connection).open(COUNTERS_BUCKET);
          return (await bucket.get(counter))?.string();
        },
      });
    } finally {
      await connection.close();
    }
  },
);

testWithRedis(
  "three servers on one Redis lose no acknowledged increment when they are killed or stopped",
  async () => {
    await using redis = await startRedis();
    await countWhileServersEnd({
      dev:
        `{wasi_keyvalue_redis_url: "${redis.url}", keyvalue: {default: redis, ` +
        `buckets: {${COUNTERS_BUCKET}: {store: redis, prefix: "shop:"}}}}`,
      ends: ["SIGKILL", "SIGTERM"],
      async readBarely(counter) {
        const reply = await redis.send("GET", `shop:${counter}`);
        return /^\$\d+\r\n(\d+)\r\n/.exec(reply)?.[1];
      },
    });
  },
);

Deno.test("three servers on one file of Deno KV lose no acknowledged increment when they are killed or stopped", async () => {
  const folder = await Deno.makeTempDir({ prefix: "wharf-scale-" });
  try {
    await countWhileServersEnd({
      dev: `{wasi_keyvalue_deno_kv: "${folder}/kv.sqlite", ` +
        "keyvalue: {default: deno_kv}}",
      ends: ["SIGKILL", "SIGTERM"],
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

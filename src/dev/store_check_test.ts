import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import { makeHost } from "../assemble.ts";
import { loadConfig } from "../config/mod.ts";
import { openNats } from "../keyvalue/nats.ts";
import type { LogEvent } from "../log.ts";
import { natsTest, startNatsServer } from "../../tests/support/nats_server.ts";
import { makeProject } from "../../tests/support/run_main.ts";
import { checkStores } from "./store_check.ts";

Deno.test("checkStores() warns of each store that cannot be used, once", async (test) => {
  const cases: [name: string, dev: string, unavailable: string[]][] = [
    ["memory", "{}", []],
    ["files", "{wasi_keyvalue_path: data}", []],
    [
      "Redis",
      "{wasi_keyvalue_redis_url: redis://me:hunter2@127.0.0.1:1}",
      ["Redis at 127.0.0.1:1"],
    ],
    [
      "Redis, for several buckets",
      `{wasi_keyvalue_redis_url: "redis://127.0.0.1:1",
        keyvalue: {buckets: {a: {store: redis}, b: {store: redis}}}}`,
      ["Redis at 127.0.0.1:1"],
    ],
    [
      "NATS",
      "{wasi_keyvalue_nats_url: nats://127.0.0.1:1}",
      ["NATS at 127.0.0.1:1"],
    ],
    ["NATS for all", "{data_nats_url: nats://127.0.0.1:1}", [
      "NATS at 127.0.0.1:1",
    ]],
    [
      "NATS, for a bucket",
      `{wasi_keyvalue_nats_url: "nats://127.0.0.1:1",
        keyvalue: {buckets: {a: {store: nats}}}}`,
      ["NATS at 127.0.0.1:1"],
    ],
  ];
  for (const [name, dev, unavailable] of cases) {
    await test.step(name, async () => {
      await using project = await makeProject(`dev: ${dev}`);
      const events: LogEvent[] = [];
      const log = { emit: (event: LogEvent) => void events.push(event) };
      const { config } = await loadConfig({
        cwd: project.path,
        env: {},
        flags: {},
      });
      const host = makeHost(config, log);
      await using _ = host.buckets;
      const { buckets } = config.dev.keyvalue;
      const check = checkStores(host, log, Object.keys(buckets));
      await check.done;
      const unusable = host.buckets.list()
        .filter(({ name }) => check.stateOf(name) === "unusable")
        .map(({ location }) => location);
      deepStrictEqual([...new Set(unusable)], unavailable);
      deepStrictEqual(events.map(({ event }) => event), [
        ...unavailable.map(() => "warning"),
      ]);
      for (const [index, location] of unavailable.entries()) {
        const event = events[index];
        ok(event?.event === "warning");
        const start = `Buckets in ${location} cannot be used now: Cannot `;
        ok(event.text.startsWith(start), event.text);
        ok(!event.text.includes("hunter2"), event.text);
      }
    });
  }
});

natsTest(
  "checkStores() makes no bucket in NATS but those with an entry",
  async () => {
    await using server = await startNatsServer();
    await using project = await makeProject(
      `dev: {wasi_keyvalue_nats_url: "${server.url}", keyvalue: {
      allow: [a, b], buckets: {a: {store: nats}, gone: {store: nats, create: false}}}}`,
    );
    const events: LogEvent[] = [];
    const log = { emit: (event: LogEvent) => void events.push(event) };
    const { config } = await loadConfig({
      cwd: project.path,
      env: {},
      flags: {},
    });
    const host = makeHost(config, log);
    await using _ = host.buckets;
    const check = checkStores(host, log, ["a", "gone"]);
    strictEqual(check.stateOf("a"), "untried");
    await check.done;
    const states = ["a", "b", "nats", undefined, "gone"]
      .map((name) => check.stateOf(name));
    deepStrictEqual(states, [
      "usable",
      "usable",
      "usable",
      "usable",
      "unusable",
    ]);
    deepStrictEqual(events.map(({ event }) => event), ["warning"]);
    await using strict = await openNats({ url: server.url, create: false });
    await strict.open("a");
    for (const name of ["b", "nats", ""]) {
      await rejects(strict.open(name), { code: "no-such-store" });
    }
  },
);

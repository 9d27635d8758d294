import { deepStrictEqual, ok } from "node:assert/strict";
import { makeHost } from "../assemble.ts";
import { loadConfig } from "../config/mod.ts";
import type { LogEvent } from "../log.ts";
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
    // What NATS would make of a bucket that nobody named stays there.
    ["NATS", "{wasi_keyvalue_nats_url: nats://127.0.0.1:1}", []],
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
      const check = checkStores(host, log);
      await check.done;
      deepStrictEqual([...check.unavailable], unavailable);
      deepStrictEqual(events.map(({ event }) => event), [
        ...unavailable.map(() => "warning"),
      ]);
      for (const [index, location] of unavailable.entries()) {
        const event = events[index];
        ok(event?.event === "warning");
        const start = `Buckets in ${location} cannot be used now: Cannot open `;
        ok(event.text.startsWith(start), event.text);
        ok(!event.text.includes("hunter2"), event.text);
      }
    });
  }
});

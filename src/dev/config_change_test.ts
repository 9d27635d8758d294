import { deepStrictEqual } from "node:assert/strict";
import { type Config, loadConfig } from "../config/mod.ts";
import { configChange, type Part } from "./config_change.ts";

async function config(env: Record<string, string>): Promise<Config> {
  const loaded = await loadConfig({
    cwd: "/",
    env,
    flags: { component: "hello.wasm" },
    userConfigDir: "/nowhere",
  });
  return loaded.config;
}

const CASES: [env: Record<string, string>, key: string, part: Part][] = [
  [{ WASH_DEV_ADDRESS: "127.0.0.1:1" }, "dev.address", "server"],
  [{ WASH_DEV_HTTP_SERVER: "node" }, "dev.http_server", "server"],
  [{ WASH_DEV_HTTP_MAX_HEADERS: "3" }, "dev.http", "server"],
  [{ WASH_DEV_WASI_KEYVALUE_PATH: "/kv" }, "dev.keyvalue", "buckets"],
  [{ WASH_WORKLOAD_CONFIG: '{"a":"b"}' }, "workload", "guests"],
  [{ WASH_WORKLOAD_ALLOWED_HOSTS: "*" }, "workload", "guests"],
  [{ WASH_DEV_LANES: "3" }, "dev.lanes", "lanes"],
  [{ WASH_DEV_MEMORY_LIMIT_MB: "8" }, "dev.memory_limit_mb", "guests"],
  [{ WASH_DEV_REQUEST_TIMEOUT: "3s" }, "dev.request_timeout", "component"],
  [{ WASH_DEV_INSTANCE_REUSE: "3" }, "dev.instance_reuse", "component"],
  [{ WASH_BUILD_COMMAND: "make" }, "dev.command", "build"],
  [{ WASH_BUILD_ENV: '{"A":"b"}' }, "build.env", "build"],
  [{ WASH_DEV_WATCH_EXCLUDE: "*.md" }, "dev.watch", "watcher"],
  [{ WASH_DEV_EXPLORER: "false" }, "dev.explorer", "explorer"],
];

Deno.test("configChange() tells the key and the part that another value concerns", async (test) => {
  const before = await config({});
  for (const [env, key, part] of CASES) {
    await test.step(Object.keys(env)[0]!, async () => {
      deepStrictEqual(configChange(before, await config(env)), {
        keys: [key],
        parts: new Set([part]),
      });
    });
  }
});

Deno.test("configChange() looks at the parts it is told alone", async () => {
  const after = await config({
    WASH_DEV_ADDRESS: "127.0.0.1:1",
    WASH_DEV_LANES: "3",
  });
  deepStrictEqual(configChange(await config({}), after, ["lanes"]), {
    keys: ["dev.lanes"],
    parts: new Set(["lanes"]),
  });
});

Deno.test("configChange() takes another order of names for the same", async () => {
  const before = await config({ WASH_BUILD_ENV: '{"A":"1","B":"2"}' });
  const after = await config({ WASH_BUILD_ENV: '{"B":"2","A":"1"}' });
  deepStrictEqual(configChange(before, after).keys, []);
});

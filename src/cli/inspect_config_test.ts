import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { loadConfig } from "../config/mod.ts";
import { inspectConfig, renderConfig } from "./inspect_config.ts";

async function loaded() {
  const folder = await Deno.realPath(await Deno.makeTempDir());
  try {
    await Deno.mkdir(`${folder}/.wash`);
    await Deno.writeTextFile(
      `${folder}/.wash/config.yaml`,
      `build:
  command: "printf 'a\\nb'"
  env: {API_TOKEN: hunter2, MODE: dev}
dev:
  address: 0.0.0.0:8000
  wasi_keyvalue_redis_url: redis://me:hunter2@localhost
  request_timeout: 1m
  service: true
workload:
  environment: {config: {LOG: info}, secretFrom: [db]}
secrets: {db: {inline: {PASSWORD: hunter2, USER: hunter2}}}
`,
    );
    const config = await loadConfig({
      cwd: folder,
      env: { WASH_DEV_INSTANCE_REUSE: "3" },
      flags: { port: 1 },
    });
    return { folder, config };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("renderConfig() prints each value and its origin, secrets masked", async () => {
  const { folder, config } = await loaded();
  strictEqual(
    renderConfig(config).replaceAll(folder, "<project>")
      .replaceAll(folder.slice(folder.lastIndexOf("/") + 1), "<name>"),
    `project = <project>
file = <project>/.wash/config.yaml
build.command = "printf 'a\\nb'"    (.wash/config.yaml:2:12)
build.env.API_TOKEN = ***    (.wash/config.yaml:3:20)
build.env.MODE = dev    (.wash/config.yaml:3:35)
build.component_path = <project>/<name>.wasm    (default)
dev.command = "printf 'a\\nb'"    (.wash/config.yaml:2:12)
dev.component_path = <project>/<name>.wasm    (default)
dev.address = 0.0.0.0:1    (--port)
dev.wasi_keyvalue_redis_url = redis://me:***@localhost    (.wash/config.yaml:6:28)
dev.http_server = deno    (default)
dev.http.max_head_size = 64KiB    (default)
dev.http.max_headers = 100    (default)
dev.http.max_requests = 1024    (default)
dev.http.client_timeout = 60s    (default)
dev.instance_reuse = 3    (environment variable WASH_DEV_INSTANCE_REUSE)
dev.request_timeout = 1m    (.wash/config.yaml:7:20)
dev.queue_timeout = 10s    (default)
dev.outgoing_http.max_concurrent_per_request = 64    (default)
dev.outgoing_http.max_total_per_request = 1000    (default)
dev.outgoing_http.connection_wait = 5s    (default)
dev.memory_limit_mb = 256    (default)
dev.watch.enabled = true    (default)
dev.explorer = true    (default)
dev.service = true    (.wash/config.yaml:8:12)
dev.max_outbound_http_connections_per_workload = 128    (default)
serve.admin_address = 127.0.0.1:9000    (default)
serve.drain_timeout = 30s    (default)
serve.log_query = false    (default)
workload.environment.config.LOG = info    (.wash/config.yaml:10:31)
workload.environment.secretFrom[0] = db    (.wash/config.yaml:10:51)
secrets.db.inline.PASSWORD = ***    (.wash/config.yaml:11:35)
secrets.db.inline.USER = ***    (.wash/config.yaml:11:50)

The component's environment:
LOG = info    (.wash/config.yaml:10:31)
PASSWORD = ***    (.wash/config.yaml:11:35)
USER = ***    (.wash/config.yaml:11:50)`,
  );
});

Deno.test("inspectConfig() gives the same as data, and holds no secret", async () => {
  const { folder, config } = await loaded();
  const inspected = inspectConfig(config);
  strictEqual(inspected.project, folder);
  strictEqual(inspected.file, `${folder}/.wash/config.yaml`);
  deepStrictEqual(inspected.settings.find(({ key }) => key === "dev.address"), {
    key: "dev.address",
    value: "0.0.0.0:1",
    origin: "--port",
    place: { kind: "flag", name: "port" },
  });
  deepStrictEqual(inspected.warnings, [
    "not supported yet and ignored: dev.service (.wash/config.yaml:8:3)",
  ]);
  strictEqual(JSON.stringify(inspected).includes("hunter2"), false);
});

import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { yamlProject } from "./_temporary_project.ts";
import { configFlags } from "./flags.ts";

Deno.test("configFlags() lists a flag for each honoured key that has one, and --port", () => {
  deepStrictEqual(
    configFlags().map(({ name, value, key }) =>
      [`--${name}`, value, key].filter((part) => part !== undefined).join(" ")
    ),
    [
      "--component FILE dev.component_path",
      "--address HOST:PORT dev.address",
      "--port PORT dev.address",
      "--wasi-keyvalue-redis-url URL dev.wasi_keyvalue_redis_url",
      "--wasi-keyvalue-nats-url URL dev.wasi_keyvalue_nats_url",
      "--wasi-keyvalue-path DIR dev.wasi_keyvalue_path",
      "--data-nats-url URL dev.data_nats_url",
      "--wasi-blobstore-path DIR dev.wasi_blobstore_path",
      "--wasi-keyvalue-deno-kv PATH|URL dev.wasi_keyvalue_deno_kv",
      "--keyvalue-default STORE dev.keyvalue.default",
      "--http-server SERVER dev.http_server",
      "--instance-reuse N dev.instance_reuse",
      "--request-timeout DURATION dev.request_timeout",
      "--queue-timeout DURATION dev.queue_timeout",
      "--lanes N dev.lanes",
      "--memory-limit-mb MIB dev.memory_limit_mb",
      "--no-watch dev.watch.enabled",
      "--no-explorer dev.explorer",
      "--admin-address HOST:PORT serve.admin_address",
      "--drain-delay DURATION serve.drain_delay",
      "--drain-timeout DURATION serve.drain_timeout",
      "--log-query serve.log_query",
    ],
  );
});

Deno.test("readFlags() takes every listed flag, a number as text too", async () => {
  await using project = await yamlProject("");
  const { config } = await project.load({
    flags: {
      "component": "a.wasm",
      "address": "1.2.3.4:5",
      "port": "6",
      "wasi-keyvalue-redis-url": "redis://a",
      "wasi-keyvalue-nats-url": "nats://a",
      "wasi-keyvalue-path": "kv",
      "data-nats-url": "nats://b",
      "wasi-keyvalue-deno-kv": ":memory:",
      "keyvalue-default": "deno_kv",
      "instance-reuse": "7",
      "request-timeout": "8s",
      "lanes": "0",
      "memory-limit-mb": "9",
      "no-watch": true,
      "no-explorer": true,
      "admin-address": "127.0.0.1:9001",
      "drain-delay": "5s",
      "drain-timeout": "1m",
      "log-query": true,
    },
  });
  const { dev, serve } = config;
  deepStrictEqual(structuredClone(serve), {
    adminAddress: { hostname: "127.0.0.1", port: 9001 },
    drainDelay: 5_000,
    drainTimeout: 60_000,
    logsQuery: true,
  });
  deepStrictEqual(dev.address, { hostname: "1.2.3.4", port: 6 });
  strictEqual(dev.componentPath, `${project.path}/a.wasm`);
  strictEqual(dev.instanceReuse, 7);
  strictEqual(dev.requestTimeout, 8_000);
  strictEqual(dev.lanes, 0);
  strictEqual(dev.memoryLimit, 9 * 2 ** 20);
  strictEqual(dev.watch.enabled, false);
  strictEqual(dev.explorer, false);
  deepStrictEqual(structuredClone(dev.keyvalue), {
    default: "deno_kv",
    redisUrl: "redis://a",
    natsUrl: "nats://a",
    path: `${project.path}/kv`,
    dataNatsUrl: "nats://b",
    denoKv: ":memory:",
    buckets: {},
  });
});

Deno.test("readFlags() refuses wrong values, each by its flag", async () => {
  await using project = await yamlProject("");
  strictEqual(
    await project.messageOf({
      flags: {
        "address": true,
        "instance-reuse": "many",
        "keyvalue-default": "memory",
        "wasi-keyvalue-nats-url": "nats://hunter2@",
        "port": "http",
      },
    }),
    `Cannot read the configuration: 5 problems
--address: dev.address: found true; allowed is host:port such as 127.0.0.1:8000
--instance-reuse: dev.instance_reuse: found "many"; allowed is a whole number from 1
--keyvalue-default: dev.keyvalue.default: found "memory"; allowed is in_memory, filesystem, nats, redis, deno_kv
--wasi-keyvalue-nats-url: dev.wasi_keyvalue_nats_url: found "nats://***@", not a URL; allowed is a URL that starts with nats:// or tls://
--port: found "http"; allowed is a whole number from 0 to 65535`,
  );
});

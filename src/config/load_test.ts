import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { temporaryProject, yamlProject } from "./_temporary_project.ts";
import { formatPlace } from "./place.ts";

/** The configuration of wash's own template, all of `dev` in comments. */
const WASH_TEMPLATE = `build:
  command: cargo build --target wasm32-wasip2 --release
  component_path: target/wasm32-wasip2/release/http_kv_handler.wasm

dev:
  # Backend: filesystem
  # wasi_keyvalue_path: /tmp/keyvalue-store
`;

const HTTP_DEFAULTS = {
  maxHeadSize: 65_536,
  maxHeaders: 100,
  maxRequests: 1024,
  clientTimeout: 60_000,
};

Deno.test("loadConfig() fills defaults into wash's template with an empty dev", async () => {
  await using project = await yamlProject(WASH_TEMPLATE);
  const { config, warnings } = await project.load();
  const componentPath =
    `${project.path}/target/wasm32-wasip2/release/http_kv_handler.wasm`;
  const command = "cargo build --target wasm32-wasip2 --release";
  deepStrictEqual(structuredClone(config), {
    project: project.path,
    file: `${project.path}/.wash/config.yaml`,
    build: { command, env: {}, componentPath },
    dev: {
      command,
      componentPath,
      address: { hostname: "127.0.0.1", port: 8000 },
      httpServer: "deno",
      http: HTTP_DEFAULTS,
      environment: {},
      requestTimeout: 30_000,
      queueTimeout: 10_000,
      components: [],
      instanceReuse: 1,
      memoryLimit: 256 * 2 ** 20,
      keyvalue: { buckets: {} },
      volumes: [],
      watch: { enabled: true, include: [], exclude: [] },
      explorer: true,
      outgoingHttp: {
        connections: 128,
        connectionWait: 5000,
        concurrentPerRequest: 64,
        totalPerRequest: 1000,
        caPaths: [],
      },
    },
    serve: {
      adminAddress: { hostname: "127.0.0.1", port: 9000 },
      drainTimeout: 30_000,
      logsQuery: false,
    },
    workload: {
      environment: {},
      config: {},
      egress: { hosts: [], lookups: [], loopbackPorts: [] },
    },
    new: {},
  });
  deepStrictEqual(warnings, []);
});

Deno.test("loadConfig() reads every key that is honoured", async () => {
  await using project = await yamlProject(`version: 2.7.0
build: {command: make, env: {A: a}, component_path: out/a.wasm}
new: {command: npm install}
dev:
  command: make dev
  component_path: /abs/dev.wasm
  address: "[::1]:9000"
  environment: {RUST_LOG: debug}
  http_server: node
  http:
    max_head_size: 8KiB
    max_headers: 20
    max_request_body: 1MiB
    max_response_body: 2MiB
    max_requests: 30
    client_timeout: 5s
  max_connections: 40
  tls_cert_path: cert.pem
  tls_key_path: /abs/key.pem
  wasi_keyvalue_redis_url: redis://localhost
  wasi_keyvalue_nats_url: nats://localhost
  wasi_keyvalue_path: data
  data_nats_url: tls://localhost
  wasi_keyvalue_deno_kv: kv.sqlite
  wasi_blobstore_path: blobs
  volumes: [{host_path: site, guest_path: /site}]
  instance_reuse: 100
  request_timeout: 5m
  max_outbound_http_connections_per_workload: 4
  http_client_ca_paths: [ca.pem]
  outgoing_http:
    max_concurrent_per_request: 1
    max_total_per_request: 2
    connection_wait: 3s
  lanes: 3
  memory_limit_mb: 1GiB
  watch: {enabled: false, include: [proto], exclude: ["*.gen.ts"]}
  explorer: false
  keyvalue:
    default: filesystem
    buckets:
      sessions: {store: redis, name: prod-sessions, url: "rediss://cache"}
      files: {store: filesystem, path: files}
      plain: {store: in_memory}
serve:
  admin_address: 10.0.0.1:9001
  drain_delay: 5s
  drain_timeout: 1m
  log_query: true
workload:
  environment: {config: {LOG: info}}
  config: {greeting: hello}
  allowedHosts: ["*", "https://*.Example.com:8443"]
  allowedIpNameLookups: [db.internal]
  allowedHostLoopbackPorts: [5432, 53/udp]
`);
  const { config, warnings } = await project.load();
  deepStrictEqual(structuredClone(config), {
    project: project.path,
    file: `${project.path}/.wash/config.yaml`,
    version: "2.7.0",
    build: {
      command: "make",
      env: { A: "a" },
      componentPath: `${project.path}/out/a.wasm`,
    },
    new: { command: "npm install" },
    dev: {
      command: "make dev",
      componentPath: "/abs/dev.wasm",
      address: { hostname: "::1", port: 9000 },
      httpServer: "node",
      http: {
        maxHeadSize: 8192,
        maxHeaders: 20,
        maxRequestBody: 1_048_576,
        maxResponseBody: 2_097_152,
        maxRequests: 30,
        maxConnections: 40,
        clientTimeout: 5000,
      },
      tls: { cert: `${project.path}/cert.pem`, key: "/abs/key.pem" },
      environment: { RUST_LOG: "debug" },
      requestTimeout: 300_000,
      queueTimeout: 10_000,
      components: [],
      instanceReuse: 100,
      blobstorePath: `${project.path}/blobs`,
      volumes: [
        { hostPath: `${project.path}/site`, guestPath: "/site", mode: "ro" },
      ],
      lanes: 3,
      memoryLimit: 2 ** 30,
      watch: { enabled: false, include: ["proto"], exclude: ["*.gen.ts"] },
      explorer: false,
      keyvalue: {
        default: "filesystem",
        redisUrl: "redis://localhost",
        natsUrl: "nats://localhost",
        path: `${project.path}/data`,
        dataNatsUrl: "tls://localhost",
        denoKv: `${project.path}/kv.sqlite`,
        buckets: {
          sessions: {
            store: "redis",
            name: "prod-sessions",
            url: "rediss://cache",
            readOnly: false,
            watch: false,
          },
          files: {
            store: "filesystem",
            name: "files",
            path: `${project.path}/files`,
            readOnly: false,
            watch: false,
          },
          plain: {
            store: "in_memory",
            name: "plain",
            readOnly: false,
            watch: false,
          },
        },
      },
      outgoingHttp: {
        connections: 4,
        connectionWait: 3000,
        concurrentPerRequest: 1,
        totalPerRequest: 2,
        caPaths: [`${project.path}/ca.pem`],
      },
    },
    serve: {
      adminAddress: { hostname: "10.0.0.1", port: 9001 },
      drainDelay: 5_000,
      drainTimeout: 60_000,
      logsQuery: true,
    },
    workload: {
      environment: { LOG: "info" },
      config: { greeting: "hello" },
      egress: {
        hosts: [{ host: "*" }, {
          scheme: "https",
          host: "example.com",
          below: true,
          port: 8443,
        }],
        lookups: [{ host: "db.internal" }],
        loopbackPorts: [
          { port: 5432, protocol: "tcp" },
          { port: 53, protocol: "udp" },
        ],
      },
    },
  });
  deepStrictEqual(warnings, []);
});

Deno.test("loadConfig() takes the project folder's name for the component", async () => {
  await using project = await temporaryProject({
    "my-app/.wash/config.yaml": "",
  });
  const { config } = await project.load({ project: "my-app" });
  const { path } = project;
  strictEqual(config.build.componentPath, `${path}/my-app/my-app.wasm`);
  strictEqual(config.dev.componentPath, `${path}/my-app/my-app.wasm`);
});

Deno.test("loadConfig() lays flags over environment over project over user", async () => {
  await using project = await temporaryProject({
    "user/config.toml": '[dev]\naddress = "1.1.1.1:1"\ninstance_reuse = 2\n' +
      'request_timeout = "2s"\ndata_nats_url = "nats://user"\n[build.env]\nA = "user"\nB = "user"\n',
    ".wash/config.yaml": "dev:\n  address: 2.2.2.2:2\n  instance_reuse: 3\n" +
      "  request_timeout: 3s\nbuild: {env: {B: project}}\n",
  });
  const { config, origins } = await project.load({
    userConfigDir: `${project.path}/user`,
    env: { WASH_DEV_ADDRESS: "3.3.3.3:3", WASH_DEV_INSTANCE_REUSE: "4" },
    flags: { address: "4.4.4.4:4" },
  });
  const { dev, build } = config;
  deepStrictEqual(dev.address, { hostname: "4.4.4.4", port: 4 });
  strictEqual(dev.instanceReuse, 4);
  strictEqual(dev.requestTimeout, 3_000);
  strictEqual(dev.keyvalue.dataNatsUrl, "nats://user");
  deepStrictEqual({ ...build.env }, { A: "user", B: "project" });
  const shown = Object.fromEntries(
    Object.entries(origins).map(([key, place]) => [key, formatPlace(place)]),
  );
  deepStrictEqual(shown, {
    "build.env.A": "user/config.toml:7:5",
    "build.env.B": ".wash/config.yaml:5:18",
    "build.component_path": "default",
    "dev.component_path": "default",
    "dev.address": "--address",
    "dev.data_nats_url": "user/config.toml:5:17",
    "dev.explorer": "default",
    "dev.http.client_timeout": "default",
    "dev.http.max_head_size": "default",
    "dev.http.max_headers": "default",
    "dev.http.max_requests": "default",
    "dev.http_server": "default",
    "dev.instance_reuse": "environment variable WASH_DEV_INSTANCE_REUSE",
    "dev.memory_limit_mb": "default",
    "dev.queue_timeout": "default",
    "dev.max_outbound_http_connections_per_workload": "default",
    "dev.outgoing_http.connection_wait": "default",
    "dev.outgoing_http.max_concurrent_per_request": "default",
    "dev.outgoing_http.max_total_per_request": "default",
    "dev.request_timeout": ".wash/config.yaml:4:20",
    "dev.watch.enabled": "default",
    "serve.admin_address": "default",
    "serve.drain_timeout": "default",
    "serve.log_query": "default",
  });
});

Deno.test("loadConfig() lets --port change the port alone", async () => {
  await using project = await yamlProject("dev: {address: '0.0.0.0:1'}");
  const { config, origins } = await project.load({ flags: { port: 0 } });
  deepStrictEqual(config.dev.address, { hostname: "0.0.0.0", port: 0 });
  strictEqual(formatPlace(origins["dev.address"]!), "--port");
  const both = await project.load({ flags: { address: "[::1]:2", port: "3" } });
  deepStrictEqual(both.config.dev.address, { hostname: "::1", port: 3 });
});

Deno.test("loadConfig() names all that is not supported in one warning", async () => {
  await using project = await yamlProject(`dev:
  postgres_url: "postgres://a/b"
  tls_ca_path: b
  service: false
  wasi_otel: true
  components: [{name: a, file: b, poolSize: 3}]
wit:
host: {hostPlugins: []}
`);
  const { warnings } = await project.load({
    env: { WASH_DEV_SERVICE: "true", WASH_WIT_SKIP_FETCH: "false" },
  });
  deepStrictEqual(warnings, [
    "not supported yet and ignored: dev.postgres_url (.wash/config.yaml:2:3), " +
    "dev.tls_ca_path (.wash/config.yaml:3:3), dev.wasi_otel (.wash/config.yaml:5:3), " +
    "dev.components[0].poolSize (.wash/config.yaml:6:35), host (.wash/config.yaml:8:1), " +
    "dev.service (environment variable WASH_DEV_SERVICE)",
  ]);
});

Deno.test("loadConfig() takes nothing for a key as a key that is not set", async () => {
  await using project = await yamlProject(
    "build: {command: , env: }\ndev: {address: ~, volumes: }\nworkload:\n",
  );
  const { config, warnings } = await project.load();
  strictEqual("command" in config.build, false);
  strictEqual(config.dev.address.port, 8000);
  deepStrictEqual(warnings, []);
});

Deno.test("loadConfig() freezes, and names of users meet no prototype", async () => {
  await using project = await yamlProject(
    "build: {env: {__proto__: a, constructor: b}}\n" +
      "dev: {keyvalue: {buckets: {__proto__: {store: in_memory}}}}\n",
  );
  const { config } = await project.load();
  strictEqual(Object.isFrozen(config.dev.keyvalue.buckets), true);
  strictEqual(Object.isFrozen(config.dev.address), true);
  deepStrictEqual(Object.entries(config.build.env), [
    ["__proto__", "a"],
    ["constructor", "b"],
  ]);
  strictEqual(config.dev.keyvalue.buckets["__proto__"]?.store, "in_memory");
  strictEqual(config.dev.keyvalue.buckets["toString"], undefined);
  strictEqual(Object.getPrototypeOf({}).store, undefined);
});

Deno.test("loadConfig() makes volumes absolute, and read only unless they say otherwise", async () => {
  await using project = await temporaryProject({
    ".wash/config.yaml": "dev:\n  wasi_blobstore_path: blobs\n  volumes:\n" +
      "  - {host_path: a, guest_path: /b}\n" +
      "  - {host_path: /c, guest_path: d, mode: rw}\n",
  });
  const { path } = project;
  const { config: { dev }, warnings } = await project.load();
  deepStrictEqual(dev.volumes, [
    { hostPath: `${path}/a`, guestPath: "/b", mode: "ro" },
    { hostPath: "/c", guestPath: "d", mode: "rw" },
  ]);
  strictEqual(dev.blobstorePath, `${path}/blobs`);
  deepStrictEqual(warnings, []);
});

import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { temporaryProject, yamlProject } from "./_temporary_project.ts";

const YAML = `
dev:
  wasi_keyvalue_path: data
  wasi_keyvalue_deno_kv: local.db
  keyvalue:
    default: filesystem
    buckets:
      sessions: { store: filesystem, path: sessions, engine: sqlite, ttl: 5m }
      prices: { store: nats, url: "nats://127.0.0.1:4222", history: 3 }
deploy:
  keyvalue:
    default: deno_kv
    buckets:
      sessions: { store: deno_kv, access: read-only }
      prices: { store: nats, url: "nats://nats.example:4222" }
  allow_ephemeral: [in_memory]
`;

Deno.test("loadConfig() lays deploy.keyvalue over dev.keyvalue for a deployment alone", async () => {
  await using project = await yamlProject(YAML);
  const here = await project.load();
  strictEqual(here.config.dev.keyvalue.default, "filesystem");
  strictEqual(
    here.config.dev.keyvalue.buckets["sessions"]?.store,
    "filesystem",
  );
  const there = await project.load({ deployTo: "server" });
  const { keyvalue } = there.config.dev;
  strictEqual(keyvalue.default, "deno_kv");
  strictEqual(keyvalue.denoKv, `${project.path}/local.db`);
  deepStrictEqual(structuredClone(keyvalue.buckets), {
    sessions: {
      store: "deno_kv",
      name: "sessions",
      readOnly: true,
      watch: false,
      ttl: 300_000,
    },
    prices: {
      store: "nats",
      name: "prices",
      readOnly: false,
      watch: false,
      url: "nats://nats.example:4222",
      nats: { history: 3 },
    },
  });
  deepStrictEqual(there.ephemeral, ["in_memory"]);
});

Deno.test("loadConfig() has Deno Deploy provide Deno KV in place of a file", async () => {
  await using project = await yamlProject(`
dev:
  wasi_keyvalue_deno_kv: local.db
  keyvalue:
    buckets:
      own: { store: deno_kv, path: own.db }
`);
  const { config } = await project.load({ deployTo: "deno-deploy" });
  strictEqual(config.dev.keyvalue.denoKv, "");
  strictEqual(config.dev.keyvalue.buckets["own"]?.path, undefined);
  await using remote = await yamlProject(
    `dev: { wasi_keyvalue_deno_kv: "https://kv.example/db" }`,
  );
  const there = await remote.load({ deployTo: "deno-deploy" });
  strictEqual(there.config.dev.keyvalue.denoKv, "https://kv.example/db");
});

Deno.test("loadConfig() refuses a store that has no place where the project is deployed", async () => {
  await using project = await yamlProject(
    `deploy: { keyvalue: { buckets: { sessions: { store: redis } } } }`,
  );
  match(
    await project.messageOf({ deployTo: "server" }),
    /yaml:1:53: .*the store redis has no place/,
  );
});

Deno.test("loadConfig() lists each secret text, and a variable for it", async () => {
  await using project = await temporaryProject({
    ".wash/config.yaml": `
dev:
  wasi_keyvalue_redis_url: redis://:hunter2@127.0.0.1:6379
  wasi_keyvalue_nats_url: nats://127.0.0.1:4222
  keyvalue:
    buckets:
      my-prices: { store: nats, token: s3cret }
  components:
    - name: other
      file: other.wasm
      environment: { config: { API_KEY: another } }
workload:
  environment:
    config: { API_KEY: k1, PLAIN: open, DATABASE: "postgres://u:p@db/x" }
    secretFrom: [keys]
  config: { token: t0, plain: p }
secrets:
  keys:
    inline: { "stripe.key": sk, DENO_TOKEN: dt }
    fromEnv: [FROM_OUTSIDE]
`,
  });
  const { secrets } = await project.load({ env: { FROM_OUTSIDE: "fo" } });
  const rows = secrets.map(({ place, variable }) => [
    place.join("/"),
    variable,
  ]);
  deepStrictEqual(rows, [
    ["dev/keyvalue/redisUrl", "WASH_DEV_WASI_KEYVALUE_REDIS_URL"],
    [
      "dev/keyvalue/buckets/my-prices/nats/token",
      "WHARF_BUCKET_MY_PRICES_TOKEN",
    ],
    ["workload/environment/API_KEY", "API_KEY"],
    ["workload/environment/DATABASE", "DATABASE"],
    ["workload/environment/stripe.key", "STRIPE_KEY"],
    ["workload/environment/DENO_TOKEN", "WHARF_DENO_TOKEN"],
    ["workload/environment/FROM_OUTSIDE", "FROM_OUTSIDE"],
    ["workload/config/token", "WHARF_CONFIG_TOKEN"],
    ["dev/components/0/environment/API_KEY", "API_KEY_2"],
    ["dev/components/0/environment/DATABASE", "DATABASE"],
    ["dev/components/0/environment/stripe.key", "STRIPE_KEY"],
    ["dev/components/0/environment/DENO_TOKEN", "WHARF_DENO_TOKEN"],
    ["dev/components/0/environment/FROM_OUTSIDE", "FROM_OUTSIDE"],
    ["dev/components/0/config/token", "WHARF_CONFIG_TOKEN"],
  ]);
});

Deno.test("loadConfig() names the app on Deno Deploy, by the environment before the file", async () => {
  await using project = await yamlProject(
    `deploy: { org: acme, app: shop }`,
  );
  deepStrictEqual((await project.load()).platformApp, {
    org: "acme",
    app: "shop",
  });
  const { platformApp } = await project.load({
    env: { WASH_DEPLOY_APP: "other" },
  });
  deepStrictEqual(platformApp, { org: "acme", app: "other" });
  await using unnamed = await yamlProject("");
  deepStrictEqual((await unnamed.load()).platformApp, {});
});

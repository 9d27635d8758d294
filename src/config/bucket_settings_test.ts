import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { temporaryProject, yamlProject } from "./_temporary_project.ts";
import { BUCKET } from "./bucket_schema.ts";

const EXAMPLE: string = await Deno.readTextFile(
  new URL("../../tests/config/buckets_example.yaml", import.meta.url),
);

Deno.test("loadConfig() reads the example, which has each key of a bucket", async () => {
  await using project = await temporaryProject({
    ".wash/config.yaml": EXAMPLE,
    "seed/prices.yaml": "pear: '1.05'\nlogo: {base64: AAEC}\n",
  });
  const { config, settings, warnings } = await project.load();
  deepStrictEqual(warnings, []);
  const keys = new Set(
    settings.map(({ key }) =>
      key.split("dev.keyvalue.buckets.")[1]?.split(".")[1]
    ),
  );
  for (const key of Object.keys(BUCKET.keys)) ok(keys.has(key), key);
  const { allow, buckets } = structuredClone(config.dev.keyvalue);
  deepStrictEqual(allow, Object.keys(buckets));
  const at = (path: string) => `${project.path}/${path}`;
  deepStrictEqual(buckets, {
    sessions: {
      store: "redis",
      name: "shop-sessions",
      readOnly: false,
      watch: true,
      url: "rediss://cache.example:6380/0",
      ttl: 1_800_000,
      maxKeySize: 256,
      maxValueSize: 65_536,
      redis: { prefix: "shop/{bucket}:", caFile: at("tls/redis-ca.pem") },
    },
    prices: {
      store: "in_memory",
      name: "prices",
      readOnly: true,
      watch: false,
      seed: { apple: "1.20", pear: "1.05", logo: { base64: "AAEC" } },
    },
    orders: {
      store: "nats",
      name: "orders",
      readOnly: false,
      watch: false,
      url: "tls://nats.example:4222",
      nats: {
        create: true,
        history: 10,
        replicas: 3,
        storage: "file",
        credentials: at("secrets/shop.creds"),
        tls: {
          ca: at("tls/nats-ca.pem"),
          cert: at("tls/shop.pem"),
          key: at("tls/shop-key.pem"),
        },
      },
    },
    users: {
      store: "nats",
      name: "users",
      readOnly: false,
      watch: false,
      nats: { user: "shop", password: "change-me" },
    },
    audit: {
      store: "nats",
      name: "audit",
      readOnly: false,
      watch: false,
      nats: { nkey: at("secrets/audit.nk") },
    },
    jobs: {
      store: "nats",
      name: "jobs",
      readOnly: false,
      watch: false,
      nats: { token: "change-me-too" },
    },
    reports: {
      store: "filesystem",
      name: "reports",
      readOnly: false,
      watch: false,
      path: at("data"),
      filesystem: { engine: "sqlite", durability: "crash" },
    },
    local: {
      store: "deno_kv",
      name: "local",
      readOnly: false,
      watch: false,
      path: at("data/kv.sqlite"),
    },
  });
});

Deno.test("loadConfig() shows no password, no token and no seed", async () => {
  await using project = await temporaryProject({
    ".wash/config.yaml": EXAMPLE,
    "seed/prices.yaml": "pear: hunter2\n",
  });
  const { settings } = await project.load();
  const shown = JSON.stringify(settings);
  ok(shown.includes('"dev.keyvalue.buckets.prices.seed.values.apple"'));
  for (const secret of ["change-me", "1.20", "hunter2"]) {
    ok(!shown.includes(secret), secret);
  }
});

const FAULTS: Record<string, readonly [file: string, line: string]> = {
  "a list": [
    "[a]\n",
    "seed.yaml:1:1: KEY: found no map; allowed is a map of keys to values",
  ],
  "a number": [
    "a: b\nc: 7654321\n",
    "seed.yaml:2:4: KEY.c: found no text; allowed is text or {base64: ...}",
  ],
  "nothing": [
    "a:\n",
    "seed.yaml:1:3: KEY.a: found nothing; allowed is text or {base64: ...}",
  ],
  "a map of something else": [
    "a: {hex: ff}\n",
    "seed.yaml:1:4: KEY.a: found a map; allowed is text or {base64: ...}",
  ],
  "broken base64": [
    "a: {base64: hunter2!}\n",
    "seed.yaml:1:4: KEY.a: found no base64; allowed is text or {base64: ...}",
  ],
  "a key twice": ["a: b\na: c\n", "seed.yaml:2:1: KEY.a: set twice"],
  "a value that is too large": [
    `a: ${"x".repeat(21)}\n`,
    "seed.yaml:1:4: KEY.a: 21 bytes, more than max_value_size allows",
  ],
  "broken YAML": [
    "a: b: c\n",
    "seed.yaml:1:4: KEY: not valid YAML: nested mappings are not allowed in compact mappings",
  ],
};

for (const [fault, [file, line]] of Object.entries(FAULTS)) {
  Deno.test(`loadConfig() places a fault in a file of seeds: ${fault}`, async () => {
    await using project = await temporaryProject({
      ".wash/config.yaml":
        "dev: {keyvalue: {buckets: {a: {store: in_memory, max_value_size: 20B, seed: {file: seed.yaml}}}}}\n",
      "seed.yaml": file,
    });
    const message = await project.messageOf();
    strictEqual(
      message.split("\n").slice(1).join("\n"),
      line.replace("KEY", "dev.keyvalue.buckets.a.seed.file"),
    );
  });
}

Deno.test("loadConfig() reads no seeds from outside the project", async () => {
  await using outside = await temporaryProject({ "seed.yaml": "a: b\n" });
  await using project = await yamlProject(
    "dev: {keyvalue: {buckets: {a: {store: in_memory, seed: {file: link.yaml}}}}}\n",
  );
  await Deno.symlink(`${outside.path}/seed.yaml`, `${project.path}/link.yaml`);
  match(await project.messageOf(), /seed\.file: .*outside the project/);
});

const SHARED: Record<string, readonly [dev: string, warned: string[]]> = {
  "two entries of one place": [
    "{keyvalue: {buckets: {a: {store: in_memory}, b: {store: in_memory, name: a}}}}",
    ["b: the same data as dev.keyvalue.buckets.a"],
  ],
  "two URLs of one server": [
    `{wasi_keyvalue_redis_url: "redis://me:x@h", keyvalue: {buckets: {
      a: {store: redis}, b: {store: redis, name: a, url: "redis://h:6379/0"},
      c: {store: redis, name: a, url: "redis://h/1"}}}}`,
    ["b: the same data as dev.keyvalue.buckets.a"],
  ],
  "a Redis prefix without a name": [
    `{wasi_keyvalue_redis_url: "redis://h", keyvalue: {buckets: {
      a: {store: redis, prefix: heap}, b: {store: redis, prefix: heap}}}}`,
    ["b: the same data as dev.keyvalue.buckets.a"],
  ],
  "an entry and a store's own name": [
    `{data_nats_url: "nats://n", keyvalue: {buckets: {a: {store: nats, name: nats}}}}`,
    ['a: the same data as the bucket "nats"'],
  ],
  "an entry of a store's own name": [
    `{data_nats_url: "nats://n", keyvalue: {buckets: {nats: {store: nats}}}}`,
    [],
  ],
  "other users of NATS": [
    `{data_nats_url: "nats://n", keyvalue: {buckets: {
      a: {store: nats, user: u}, b: {store: nats, name: a, user: v}}}}`,
    [],
  ],
  "files and a database in one folder": [
    `{wasi_keyvalue_path: d, keyvalue: {buckets: {
      a: {store: filesystem}, b: {store: filesystem, name: a, engine: sqlite}}}}`,
    [],
  ],
  "one Deno KV database": [
    `{wasi_keyvalue_deno_kv: d, keyvalue: {buckets: {
      a: {store: deno_kv}, b: {store: deno_kv, name: a, path: d}}}}`,
    ["b: the same data as dev.keyvalue.buckets.a"],
  ],
};

for (const [what, [dev, warned]] of Object.entries(SHARED)) {
  Deno.test(`loadConfig() warns of names for one bucket: ${what}`, async () => {
    await using project = await yamlProject(`dev: ${dev}\n`);
    const { warnings } = await project.load();
    deepStrictEqual(
      warnings.map((text) =>
        /^\.wash\/config\.yaml:\d+:\d+: dev\.keyvalue\.buckets\.([^:]*: [^:]*): /
          .exec(text)?.[1]
      ),
      warned,
    );
  });
}

Deno.test("the README shows the example as it is tested", () => {
  const readme = Deno.readTextFileSync(
    new URL("../../README.md", import.meta.url),
  );
  ok(readme.includes(`\`\`\`yaml\n${EXAMPLE}\`\`\``));
});

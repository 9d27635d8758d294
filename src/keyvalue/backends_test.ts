import assert from "node:assert/strict";
import { type BackendChoice, openBackend, summaryOf } from "./backends.ts";
import { KeyValueError } from "./store.ts";

Deno.test("openBackend() opens what summaryOf() announced", async () => {
  const path = await Deno.makeTempDir({ prefix: "wharf-keyvalue-" });
  try {
    const choices: BackendChoice[] = [
      { backend: "in_memory" },
      { backend: "filesystem", path },
      { backend: "filesystem", engine: "sqlite", path },
      { backend: "deno_kv", path: ":memory:" },
      { backend: "deno_kv", path: `${path}/kv.sqlite` },
    ];
    for (const choice of choices) {
      await using backend = await openBackend(choice);
      assert.deepEqual(backend.summary, summaryOf(choice));
    }
  } finally {
    await Deno.remove(path, { recursive: true });
  }
});

Deno.test("summaryOf() shows no password and no token", () => {
  const choices: BackendChoice[] = [
    {
      backend: "nats",
      url: "nats://user:secret@nats.example:4222/secret?token=secret#secret",
    },
    {
      backend: "redis",
      url: "rediss://:secret@redis.example:6379/0?password=secret",
    },
    { backend: "deno_kv", path: "https://user:secret@kv.example/secret" },
    { backend: "redis", url: "no url, secret" },
  ];
  const locations = choices.map((choice) => summaryOf(choice).location);
  assert.deepEqual(locations, [
    "NATS at nats.example:4222",
    "Redis at redis.example:6379",
    "Deno KV at kv.example",
    "Redis at an address that is no URL",
  ]);
});

Deno.test("summaryOf() tells what outlives the process", () => {
  const durable = (choice: BackendChoice) => summaryOf(choice).durable;
  assert.equal(durable({ backend: "in_memory" }), false);
  assert.equal(durable({ backend: "deno_kv", path: ":memory:" }), false);
  assert.equal(durable({ backend: "deno_kv", path: "" }), true);
  assert.equal(durable({ backend: "filesystem", path: "/srv/data" }), true);
});

Deno.test("openBackend() imports a backend only when it is chosen", async () => {
  const { code, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", new URL("./buckets.ts", import.meta.url).href],
    env: { NO_COLOR: "1" },
  }).output();
  assert.equal(code, 0);
  interface Dependency {
    readonly code?: { readonly specifier: string };
    readonly isDynamic?: boolean;
  }
  const { modules } = JSON.parse(new TextDecoder().decode(stdout)) as {
    modules: { specifier: string; dependencies?: Dependency[] }[];
  };
  const reached = new Set<string>();
  const visit = (specifier: string) => {
    if (reached.has(specifier)) return;
    reached.add(specifier);
    const found = modules.find((each) => each.specifier === specifier);
    for (const { code, isDynamic } of found?.dependencies ?? []) {
      if (code !== undefined && isDynamic !== true) visit(code.specifier);
    }
  };
  visit(new URL("./buckets.ts", import.meta.url).href);
  assert.ok(reached.has(new URL("./backends.ts", import.meta.url).href));
  const backends = [
    "in_memory",
    "filesystem",
    "sqlite",
    "nats",
    "redis",
    "deno_kv",
  ];
  for (const backend of backends) {
    await Deno.stat(new URL(`./${backend}.ts`, import.meta.url));
    assert.ok(
      !reached.has(new URL(`./${backend}.ts`, import.meta.url).href),
      backend,
    );
  }
});

Deno.test("KeyValueError is what a backend's failure is told by", () => {
  const error = new KeyValueError("other", "Cannot x", { cause: "y" });
  assert.deepEqual([error.name, error.code, error.message, error.cause], [
    "KeyValueError",
    "other",
    "Cannot x",
    "y",
  ]);
});

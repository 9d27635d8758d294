import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { yamlProject } from "./_temporary_project.ts";
import { environmentName, environmentRows } from "./environment.ts";

Deno.test("environmentName() parts the words of a key by _", () => {
  strictEqual(environmentName(["dev", "address"]), "WASH_DEV_ADDRESS");
  strictEqual(
    environmentName(["workload", "environment", "configFrom"]),
    "WASH_WORKLOAD_ENVIRONMENT_CONFIG_FROM",
  );
});

Deno.test("environmentRows() gives no two keys one variable", () => {
  const names = environmentRows().map(({ name }) => name);
  strictEqual(new Set(names).size, names.length);
});

Deno.test("readEnvironment() reaches nested keys of each type", async () => {
  await using project = await yamlProject(
    "build: {env: {A: file, B: file}}\nconfigs: {one: {inline: {X: x}}}\n",
  );
  const { config, warnings } = await project.load({
    env: {
      WASH_BUILD_COMMAND: "make all",
      WASH_BUILD_ENV: '{"B": "env"}',
      WASH_DEV_ADDRESS: "0.0.0.0:80",
      WASH_DEV_INSTANCE_REUSE: "5",
      WASH_DEV_WASI_KEYVALUE_PATH: "data",
      WASH_DEV_KEYVALUE_BUCKETS: '{"s": {"store": "in_memory"}}',
      WASH_WORKLOAD_ENVIRONMENT_CONFIG_FROM: "one, two",
      WASH_CONFIGS: '{"two": {"inline": {"Y": "y"}}}',
      WASH_VERSION: "2",
    },
  });
  strictEqual(config.build.command, "make all");
  deepStrictEqual({ ...config.build.env }, { A: "file", B: "env" });
  strictEqual(config.dev.address.port, 80);
  strictEqual(config.dev.instanceReuse, 5);
  strictEqual(config.dev.keyvalue.path, `${project.path}/data`);
  strictEqual(config.dev.keyvalue.buckets["s"]?.store, "in_memory");
  deepStrictEqual({ ...config.workload.environment }, { X: "x", Y: "y" });
  strictEqual(config.version, "2");
  deepStrictEqual(warnings, []);
});

Deno.test("readEnvironment() warns of a variable that sets no key, with the nearest", async () => {
  await using project = await yamlProject("");
  const { warnings } = await project.load({
    env: {
      WASH_DEV_ADRESS: "hunter2",
      WASH_ZZZ: "1",
      WASH_COMPONENT_PATH: "x.wasm",
      WASHER: "1",
      WASH_DEV_COMMAND: "",
      WASH_DEV: "{}",
    },
  });
  deepStrictEqual(warnings, [
    "environment variable WASH_DEV: no key has this name",
    'environment variable WASH_DEV_ADRESS: no key has this name; did you mean "WASH_DEV_ADDRESS"?',
    "environment variable WASH_ZZZ: no key has this name",
  ]);
});

Deno.test("readEnvironment() refuses values of the wrong type, each by its variable", async () => {
  await using project = await yamlProject("");
  strictEqual(
    await project.messageOf({
      env: {
        WASH_BUILD_ENV: "A=hunter2",
        WASH_CONFIGS: '{"a": {"inlin": {}}}',
        WASH_DEV_ADDRESS: "localhost",
        WASH_DEV_SERVICE: "1",
        WASH_DEV_VOLUMES: "{}",
        WASH_DEV_WASI_KEYVALUE_REDIS_URL: "redis:/:hunter2@localhost",
        WASH_DEV_WASM_PROPOSALS: "gc, thread",
        WASH_SECRETS: '{"a": {"inline": {"b": 1}}}',
      },
    }),
    `Cannot read the configuration: 8 problems
environment variable WASH_BUILD_ENV: build.env: not valid JSON: expected a value; what is read here is a JSON object
environment variable WASH_CONFIGS: configs.a.inlin: unknown key; allowed are inline, file, dir, fromEnv; did you mean "inline"?
environment variable WASH_DEV_ADDRESS: dev.address: found "localhost", no port; allowed is host:port such as 127.0.0.1:8000
environment variable WASH_DEV_SERVICE: dev.service: found "1"; allowed is true or false
environment variable WASH_DEV_VOLUMES: dev.volumes: found a map; allowed is a list
environment variable WASH_DEV_WASI_KEYVALUE_REDIS_URL: dev.wasi_keyvalue_redis_url: found "***@localhost", no scheme; allowed is a URL that starts with redis:// or rediss://
environment variable WASH_DEV_WASM_PROPOSALS: dev.wasm_proposals[1]: found "thread"; allowed is component-model-async, component-model-map, gc, exception-handling, wide-arithmetic, threads, tail-call; did you mean "threads"?
environment variable WASH_SECRETS: secrets.a.inline.b: found ***; allowed is text; put quotes around it`,
  );
});

import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { schemaViolations } from "./_json_schema_check.ts";
import { temporaryProject } from "./_temporary_project.ts";
import { configJsonSchema } from "./json_schema.ts";
import type { JsonSchema } from "./value_rule.ts";

/** Documents that the schema and the loader agree on, and where the schema sees the fault. */
const DOCUMENTS: readonly (readonly [document: unknown, faults: string[]])[] = [
  [{}, []],
  [{ dev: null, build: null, workload: null }, []],
  [{ build: { command: "make", env: { A: "b" } } }, []],
  [{ dev: { address: "[::1]:0", instance_reuse: 9 } }, []],
  [{ dev: { request_timeout: "30s", memory_limit_mb: 64 } }, []],
  [{ dev: { memory_limit_mb: "64MiB", address: null } }, []],
  [{
    dev: {
      wasi_keyvalue_redis_url: "redis://a",
      keyvalue: { default: "redis", buckets: { a: { store: "in_memory" } } },
    },
  }, []],
  [{ dev: { volumes: [{ host_path: "a", guest_path: "/b" }] } }, []],
  [{ configs: { a: { inline: { b: "c" } } } }, []],
  [{ adress: 1 }, ["$.adress"]],
  [{ dev: { wasi_keyvalue_redis_ulr: "x" } }, [
    "$.dev.wasi_keyvalue_redis_ulr",
  ]],
  [{ dev: { address: "localhost" } }, ["$.dev.address"]],
  [{ dev: { request_timeout: 30 } }, ["$.dev.request_timeout"]],
  [{ dev: { request_timeout: "30" } }, ["$.dev.request_timeout"]],
  [{ dev: { memory_limit_mb: "64MB" } }, ["$.dev.memory_limit_mb"]],
  [{ dev: { instance_reuse: 0 } }, ["$.dev.instance_reuse"]],
  [{ dev: { wasi_keyvalue_redis_url: "http://a" } }, [
    "$.dev.wasi_keyvalue_redis_url",
  ]],
  [{ dev: { keyvalue: { default: "memory" } } }, ["$.dev.keyvalue.default"]],
  [{ dev: { keyvalue: { buckets: { a: {} } } } }, [
    "$.dev.keyvalue.buckets.a lacks store",
  ]],
  [{ dev: { tls_cert_path: "a" } }, ["$.dev lacks tls_key_path"]],
  [{ dev: [] }, ["$.dev"]],
  [{ build: { command: " " } }, ["$.build.command"]],
  [{ build: { env: { A: 1 } } }, ["$.build.env.A"]],
  [{ build: { env: { A: null } } }, ["$.build.env.A"]],
  [{ build: { env: { "A=B": "c" } } }, ["$.build.env.A=B"]],
  [{ workload: { allowedHosts: "*" } }, ["$.workload.allowedHosts"]],
];

Deno.test("configJsonSchema() accepts and refuses what loadConfig() does", async () => {
  for (const [document, faults] of DOCUMENTS) {
    const text = JSON.stringify(document);
    deepStrictEqual(schemaViolations(configJsonSchema(), document), faults);
    await using project = await temporaryProject({ ".wash/config.json": text });
    const loaded = await project.load().then(() => true, () => false);
    strictEqual(loaded, faults.length === 0, text);
  }
});

Deno.test("configJsonSchema() describes every key and closes every section", () => {
  const walk = (schema: JsonSchema): void => {
    strictEqual(typeof schema["description"], "string");
    const { properties } = schema;
    if (typeof properties !== "object" || properties === null) return;
    strictEqual(schema["additionalProperties"], false);
    Object.values(properties as Record<string, JsonSchema>).forEach(walk);
  };
  walk(configJsonSchema());
});

Deno.test("configJsonSchema() is what the committed file holds", async () => {
  const file = new URL(
    "../../schema/wharf-config.schema.json",
    import.meta.url,
  );
  const remedy = "run: deno task schema";
  deepStrictEqual(
    JSON.parse(await Deno.readTextFile(file)),
    JSON.parse(JSON.stringify(configJsonSchema())),
    remedy,
  );
});

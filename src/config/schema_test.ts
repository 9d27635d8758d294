import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { formatKey } from "./key_path.ts";
import { notSupportedKeys, renderKeyTable } from "./key_table.ts";
import { SCHEMA } from "./schema.ts";
import { type SchemaNode, schemaRows } from "./schema_node.ts";

/** Every key of wash 2.7 that has a place of its own. */
const WASH_KEYS = `version
build build.command build.env build.component_path
new new.command
wit wit.registries wit.skip_fetch wit.wit_dir wit.sources
host host.hostPlugins
dev dev.command dev.component_path dev.address dev.service dev.service_file
dev.service_image dev.service_pull_policy dev.service_ports
dev.allow_insecure_registries dev.components dev.host_plugins dev.volumes
dev.environment dev.host_interfaces dev.tls_cert_path dev.tls_key_path
dev.tls_ca_path dev.http_client_ca_paths dev.http_client_trust_roots
dev.max_connections dev.max_outbound_http_connections_per_workload
dev.max_outbound_socket_connections_per_workload
dev.max_inbound_socket_connections_per_workload dev.http_connection_wait
dev.wasi_webgpu dev.wasi_otel dev.data_nats_url dev.wasi_keyvalue_redis_url
dev.wasi_keyvalue_nats_url dev.wasi_keyvalue_path dev.wasi_blobstore_path
dev.postgres_url dev.wasm_proposals
workload workload.environment workload.environment.config
workload.environment.configFrom workload.environment.secretFrom
workload.config workload.allowedHosts workload.allowedIpNameLookups
workload.allowedHostLoopbackPorts
configs secrets`.split(/\s+/);

Deno.test("SCHEMA has every key that wash has, and no other that is not marked as own", () => {
  const keys = [...schemaRows(SCHEMA)].filter(({ own }) => !own)
    .map(({ key }) => formatKey(key));
  deepStrictEqual(keys.toSorted(), WASH_KEYS.toSorted());
});

Deno.test("SCHEMA marks exactly these keys as not supported yet", () => {
  deepStrictEqual(notSupportedKeys().map((key) => key.slice(1, -1)), [
    ..."service service_file"
      .split(" ").map((key) => `dev.${key}`),
    ...("service_image service_pull_policy service_ports allow_insecure_registries " +
      "host_plugins host_interfaces tls_ca_path http_client_trust_roots " +
      "max_outbound_socket_connections_per_workload " +
      "max_inbound_socket_connections_per_workload http_connection_wait wasi_webgpu " +
      "wasi_otel postgres_url wasm_proposals")
      .split(" ").map((key) => `dev.${key}`),
    "wit",
    "host",
  ]);
});

Deno.test("SCHEMA says what every key does, in a sentence without a period", () => {
  const docs: string[] = [];
  const collect = (node: SchemaNode) => {
    docs.push(node.doc);
    if (node.kind === "section") Object.values(node.keys).forEach(collect);
    else if (node.kind !== "leaf") collect(node.item);
  };
  collect(SCHEMA);
  deepStrictEqual(docs.filter((doc) => !/^[A-Z].*[^.]$/.test(doc)), []);
});

Deno.test("SCHEMA's own keys have flags of the same name with dashes", () => {
  for (const { key, node, own } of schemaRows(SCHEMA)) {
    if (!own || node.kind !== "leaf" || node.flag === undefined) continue;
    const name = key.slice(1).join("-").replaceAll("_", "-");
    // What is on by itself is switched off: "--no-watch" for watch.enabled.
    strictEqual(
      node.flag.name,
      node.flag.sets === false ? `no-${name.replace(/-enabled$/, "")}` : name,
    );
  }
});

Deno.test("renderKeyTable() has a row for each key that is honoured", () => {
  const lines = renderKeyTable().split("\n");
  strictEqual(
    lines.find((line) => line.startsWith("| `dev.address`")),
    "| `dev.address` | host:port such as 127.0.0.1:8000 | `127.0.0.1:8000` | " +
      "`--address HOST:PORT`, `--port PORT` | Where the server listens |",
  );
  strictEqual(
    lines.find((line) => line.startsWith("| `dev.keyvalue.buckets.NAME.name`")),
    "| `dev.keyvalue.buckets.NAME.name` | text | the same name |  | Its name in the store |",
  );
  strictEqual(lines.some((line) => line.startsWith("| `dev.volumes`")), true);
  strictEqual(
    lines.at(-1)?.startsWith(
      "Known and not supported yet: `dev.service`, ",
    ),
    true,
  );
  const columns = lines.filter((line) => line.startsWith("|"))
    .map((line) => line.replaceAll("\\|", "").split("|").length);
  deepStrictEqual([...new Set(columns)], [7]);
});

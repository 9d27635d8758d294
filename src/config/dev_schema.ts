import { ADDRESS } from "./address.ts";
import { BACKEND_NAMES } from "./backend_name.ts";
import { BUCKET } from "./bucket_schema.ts";
import { DURATION } from "./duration.ts";
import {
  leaf,
  listOf,
  namesTo,
  type SchemaNode,
  type Section,
  section,
} from "./schema_node.ts";
import { HTTP, HTTP_SERVER } from "./http_schema.ts";
import { MEGABYTES } from "./size.ts";
import { DENO_KV, NATS_URL, POSTGRES_URL, REDIS_URL } from "./store_url.ts";
import {
  BOOLEAN,
  COMMAND,
  ENVIRONMENT_VALUE,
  integer,
  oneOf,
  PATH,
  TEXT,
} from "./value_rule.ts";
import {
  COMPONENTS,
  HOST_PLUGINS,
  PULL_POLICY,
  SERVICE_PORTS,
} from "./workload_schema.ts";

const BACKEND = oneOf(BACKEND_NAMES);

const VOLUME = section("A folder", {
  host_path: leaf(PATH, "The folder on this machine", { required: true }),
  guest_path: leaf(TEXT, "Where components see it", { required: true }),
  mode: leaf(
    oneOf(["ro", "rw"]),
    "Whether components may write into it, rw, or not, ro",
    { own: true, default: "ro" },
  ),
});

const KEYVALUE: Section = section("Which store each bucket lives in", {
  default: leaf(
    BACKEND,
    "The store of every bucket that no other rule places",
    { flag: { name: "keyvalue-default", value: "STORE" } },
  ),
  allow: listOf(
    leaf(TEXT, "A bucket's name"),
    "The only buckets that components may open; without it, any",
  ),
  buckets: namesTo(BUCKET, "Buckets with a place or settings of their own"),
}, { own: true });

/** Keys that wash does not know. */
const OWN_KEYS = {
  wasi_keyvalue_deno_kv: leaf(
    DENO_KV,
    "The Deno KV database of the buckets of the store deno_kv",
    {
      own: true,
      flag: { name: "wasi-keyvalue-deno-kv", value: "PATH|URL" },
    },
  ),
  keyvalue: KEYVALUE,
  http_server: HTTP_SERVER,
  http: HTTP,
  instance_reuse: leaf(
    integer(1),
    "How many requests an instance serves before a fresh one takes its place",
    { own: true, default: 1, flag: { name: "instance-reuse", value: "N" } },
  ),
  request_timeout: leaf(
    DURATION,
    "How long a request may take before it fails",
    {
      own: true,
      default: "30s",
      flag: { name: "request-timeout", value: "DURATION" },
    },
  ),
  queue_timeout: leaf(
    DURATION,
    "How long a request may wait for an instance before it is turned away",
    {
      own: true,
      default: "10s",
      flag: { name: "queue-timeout", value: "DURATION" },
    },
  ),
  outgoing_http: section("How much outgoing HTTP one request may make", {
    max_concurrent_per_request: leaf(
      integer(0),
      "How many outgoing calls one request may have under way",
      { default: 64 },
    ),
    max_total_per_request: leaf(
      integer(0),
      "How many outgoing calls one request may make in all",
      { default: 1000 },
    ),
    connection_wait: leaf(
      DURATION,
      "How long a call waits for one of the outgoing HTTP connections",
      { default: "5s" },
    ),
  }, { own: true }),
  lanes: leaf(
    integer(0),
    "How many Workers run components; 0 runs them in the server's own thread",
    {
      own: true,
      defaultText: "one per core less one, at least one",
      flag: { name: "lanes", value: "N" },
    },
  ),
  memory_limit_mb: leaf(
    MEGABYTES,
    "The memory that one instance of a component may take",
    {
      own: true,
      default: 256,
      flag: { name: "memory-limit-mb", value: "MIB" },
    },
  ),
  watch: section("Which changes of files start a build", {
    enabled: leaf(BOOLEAN, "Whether to watch at all", {
      default: true,
      flag: {
        name: "no-watch",
        sets: false,
        doc: "Do not build when files change",
      },
    }),
    include: listOf(leaf(TEXT, "A pattern"), "Files to watch beside the usual"),
    exclude: listOf(leaf(TEXT, "A pattern"), "Files not to watch"),
  }, { own: true }),
  explorer: leaf(BOOLEAN, "Whether to serve the explorer at /_wharf/", {
    own: true,
    default: true,
    flag: {
      name: "no-explorer",
      sets: false,
      doc: "Do not serve the explorer at /_wharf/",
    },
  }),
} satisfies Record<string, SchemaNode>;

/** Keys of wash that Wharf does not honour yet. */
const NOT_YET_KEYS = {
  service: leaf(BOOLEAN, "Whether the component is a long-running service", {
    default: false,
    notYet: true,
  }),
  service_file: leaf(PATH, "The file of a service beside the component", {
    notYet: true,
  }),
  service_image: leaf(TEXT, "The OCI reference of such a service", {
    notYet: true,
  }),
  service_pull_policy: leaf(PULL_POLICY, "When that image is fetched again", {
    notYet: true,
  }),
  service_ports: { ...SERVICE_PORTS, notYet: true },
  allow_insecure_registries: leaf(
    BOOLEAN,
    "Whether images may come over plain HTTP",
    { default: false, notYet: true },
  ),
  host_plugins: { ...HOST_PLUGINS, notYet: true },
  host_interfaces: listOf(
    section("An interface", {
      namespace: leaf(TEXT, "Its WIT namespace", { required: true }),
      package: leaf(TEXT, "Its WIT package", { required: true }),
      interfaces: listOf(leaf(TEXT, "A name"), "Its WIT interfaces", {
        required: true,
      }),
      config: namesTo(leaf(TEXT, "A value"), "What it is configured with", {
        required: true,
      }),
      version: leaf(TEXT, "Its version"),
      name: leaf(TEXT, "The label that components import it by"),
    }),
    "How single host interfaces are served",
    { notYet: true },
  ),
  tls_ca_path: leaf(PATH, "Who signs the certificates of clients", {
    notYet: true,
  }),
  http_client_ca_paths: listOf(
    leaf(PATH, "A certificate"),
    "Further authorities to trust in outgoing requests",
  ),
  http_client_trust_roots: leaf(
    oneOf(["webpki", "webpki-and-native", "native", "extra-only"]),
    "Which authorities outgoing requests trust",
    { default: "webpki", notYet: true },
  ),
  max_outbound_http_connections_per_workload: leaf(
    integer(0),
    "How many outgoing HTTP connections each of dev.lanes may have in use at once",
    { default: 128 },
  ),
  max_outbound_socket_connections_per_workload: leaf(
    integer(0),
    "How many outgoing socket connections there may be",
    { default: 256, notYet: true },
  ),
  max_inbound_socket_connections_per_workload: leaf(
    integer(0),
    "How many incoming socket connections there may be",
    { default: 256, notYet: true },
  ),
  // wash reads more spellings than Wharf's durations have.
  http_connection_wait: leaf(TEXT, "How long to wait for a connection", {
    default: "5s",
    notYet: true,
  }),
  wasi_webgpu: leaf(BOOLEAN, "Whether to offer wasi:webgpu", {
    default: false,
    notYet: true,
  }),
  wasi_otel: leaf(BOOLEAN, "Whether to offer wasi:otel", {
    default: false,
    notYet: true,
  }),
  postgres_url: leaf(POSTGRES_URL, "The PostgreSQL server of components", {
    notYet: true,
  }),
  wasm_proposals: listOf(
    leaf(
      oneOf([
        "component-model-async",
        "component-model-map",
        "gc",
        "exception-handling",
        "wide-arithmetic",
        "threads",
        "tail-call",
      ]),
      "A proposal",
    ),
    "WebAssembly proposals to switch on",
    { notYet: true },
  ),
} satisfies Record<string, SchemaNode>;

/** All that is below `dev`. */
export const DEV: Section = section("How the component is served", {
  command: leaf(
    COMMAND,
    "The shell command that builds the component for dev",
    {
      defaultText: "build.command",
    },
  ),
  component_path: leaf(PATH, "The component to serve", {
    defaultText: "build.component_path",
    flag: { name: "component", value: "FILE" },
  }),
  address: leaf(ADDRESS, "Where the server listens", {
    default: "127.0.0.1:8000",
    flag: { name: "address", value: "HOST:PORT" },
  }),
  environment: namesTo(
    leaf(ENVIRONMENT_VALUE, "The variable's value"),
    "Environment variables of the build command",
    { environment: true },
  ),
  wasi_keyvalue_redis_url: leaf(
    REDIS_URL,
    "The Redis server of the buckets of the store redis",
    { flag: { name: "wasi-keyvalue-redis-url", value: "URL" } },
  ),
  wasi_keyvalue_nats_url: leaf(
    NATS_URL,
    "The NATS server of the buckets of the store nats",
    { flag: { name: "wasi-keyvalue-nats-url", value: "URL" } },
  ),
  wasi_keyvalue_path: leaf(
    PATH,
    "The folder of the buckets of the store filesystem",
    { flag: { name: "wasi-keyvalue-path", value: "DIR" } },
  ),
  data_nats_url: leaf(
    NATS_URL,
    "The NATS server for all that has no server of its own",
    { flag: { name: "data-nats-url", value: "URL" } },
  ),
  volumes: listOf(VOLUME, "Folders that components may use"),
  wasi_blobstore_path: leaf(
    PATH,
    "The folder of wasi:blobstore; without it, its objects are in memory",
    { flag: { name: "wasi-blobstore-path", value: "DIR" } },
  ),
  components: COMPONENTS,
  tls_cert_path: leaf(PATH, "The server's certificate"),
  tls_key_path: leaf(PATH, "The certificate's key"),
  max_connections: leaf(
    integer(0),
    "How many connections are served at once, with http_server: node",
  ),
  ...OWN_KEYS,
  ...NOT_YET_KEYS,
}, { together: ["tls_cert_path", "tls_key_path"] });

import { HOST_PATTERN, LOOPBACK_PORT, NAME_PATTERN } from "./host_pattern.ts";
import {
  leaf,
  type List,
  listOf,
  namesTo,
  type SchemaNode,
  section,
} from "./schema_node.ts";
import {
  BOOLEAN,
  ENVIRONMENT_VALUE,
  integer,
  oneOf,
  PATH,
  TEXT,
} from "./value_rule.ts";

/** When an image is fetched again. */
export const PULL_POLICY = oneOf(["always", "ifNotPresent", "never"]);

/** A limit where -1 stands for none. */
const LIMIT = integer(-1);

/** What a component may reach, the same for a workload and for a sidecar. */
export const WORKLOAD_LISTS = {
  allowedHosts: listOf(
    leaf(HOST_PATTERN, "A host pattern"),
    "Hosts that may be connected to; without it, in dev, this machine alone",
  ),
  allowedIpNameLookups: listOf(
    leaf(NAME_PATTERN, "A name pattern"),
    "Names that the component may look up itself",
  ),
  allowedHostLoopbackPorts: listOf(
    leaf(LOOPBACK_PORT, "A port, with /udp where it is one"),
    "The only ports of this machine that may be connected to; without it, in dev, any",
  ),
} satisfies Record<string, SchemaNode>;

/** Ports that a service listens on. */
export const SERVICE_PORTS: List = listOf(
  section("A port", {
    name: leaf(TEXT, "Its name", { required: true }),
    port: leaf(integer(1, 65_535), "Its number", { required: true }),
    protocol: leaf(oneOf(["TCP", "UDP"]), "Its protocol", { required: true }),
    publish: leaf(BOOLEAN, "Whether it is reachable from outside"),
    bind: leaf(TEXT, "The address it is published at"),
  }),
  "Ports that the service listens on",
);

const NAMES_OF_CONFIGS = leaf(TEXT, "A name in configs");
const NAMES_OF_SECRETS = leaf(TEXT, "A name in secrets");

/** Sidecar components. */
export const COMPONENTS: List = listOf(
  section("A component", {
    name: leaf(TEXT, "Its name", { required: true }),
    file: leaf(PATH, "The component's file"),
    image: leaf(TEXT, "The component's OCI reference"),
    pullPolicy: leaf(PULL_POLICY, "When the image is fetched again"),
    environment: section("Its environment variables, over those of workload", {
      config: namesTo(leaf(ENVIRONMENT_VALUE, "A value"), "Variables", {
        environment: true,
      }),
      configFrom: listOf(NAMES_OF_CONFIGS, "Entries of configs"),
      secretFrom: listOf(NAMES_OF_SECRETS, "Entries of secrets"),
    }),
    config: namesTo(leaf(TEXT, "A value"), "Its wasi:config/store"),
    // Each stands in place of the workload's.
    ...WORKLOAD_LISTS,
    poolSize: leaf(LIMIT, "How many instances are kept", { notYet: true }),
    maxInvocations: leaf(LIMIT, "How many calls an instance serves", {
      notYet: true,
    }),
    maxConcurrency: leaf(LIMIT, "How many calls an instance serves at once", {
      notYet: true,
    }),
  }),
  "Components beside the one being served, whose exports it can import",
);

/** Host functions that are components themselves. */
export const HOST_PLUGINS: List = listOf(
  section("A plugin", {
    id: leaf(TEXT, "Its name", { required: true }),
    file: leaf(PATH, "The plugin's file"),
    image: leaf(TEXT, "The plugin's OCI reference"),
    pullPolicy: leaf(PULL_POLICY, "When the image is fetched again"),
    maxRestarts: leaf(integer(0), "How often it may be restarted"),
    expectedDigest: leaf(TEXT, "The digest that its bytes must have"),
    config: namesTo(leaf(TEXT, "A value"), "Its configuration"),
    configFrom: listOf(NAMES_OF_CONFIGS, "Entries of configs"),
    secretFrom: listOf(NAMES_OF_SECRETS, "Entries of secrets"),
    allowedHosts: WORKLOAD_LISTS.allowedHosts,
    allowedIpNameLookups: WORKLOAD_LISTS.allowedIpNameLookups,
    ports: SERVICE_PORTS,
  }),
  "Components that serve host functions",
);

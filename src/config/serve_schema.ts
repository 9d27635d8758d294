import { ADDRESS } from "./address.ts";
import { DURATION } from "./duration.ts";
import { leaf, type Section, section } from "./schema_node.ts";
import { BOOLEAN } from "./value_rule.ts";

/** All that is below `serve`: what a server has and a developer's machine has not. */
export const SERVE: Section = section(
  "How serve runs the component, beside what stands in dev",
  {
    admin_address: leaf(
      ADDRESS,
      "Where serve answers for health and metrics; clients of the component have no business there",
      {
        default: "127.0.0.1:9000",
        flag: { name: "admin-address", value: "HOST:PORT" },
      },
    ),
    drain_delay: leaf(
      DURATION,
      "How long serve goes on to answer after it was told to stop and is no longer ready, so that load balancers can hear of it; without it, not at all",
      { flag: { name: "drain-delay", value: "DURATION" } },
    ),
    drain_timeout: leaf(
      DURATION,
      "How long requests in flight may take to end when serve stops",
      {
        default: "30s",
        flag: { name: "drain-timeout", value: "DURATION" },
      },
    ),
    log_query: leaf(BOOLEAN, "Whether lines of the access log have the query", {
      default: false,
      flag: {
        name: "log-query",
        sets: true,
        doc: "Write the query of each request into the access log",
      },
    }),
  },
  { own: true },
);

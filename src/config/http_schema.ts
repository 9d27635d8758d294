import { DURATION } from "./duration.ts";
import { leaf, type Section, section } from "./schema_node.ts";
import { SIZE } from "./size.ts";
import { integer, oneOf } from "./value_rule.ts";

/** Which server a project is served by. */
export const HTTP_SERVER = leaf(
  oneOf(["deno", "node"]),
  "The server: deno is the faster one, node has trailers and gRPC",
  {
    own: true,
    default: "deno",
    flag: { name: "http-server", value: "SERVER" },
  },
);

/** What clients may ask of the server. */
export const HTTP: Section = section("What clients may ask of the server", {
  max_head_size: leaf(SIZE, "How long all header lines may be together", {
    default: "64KiB",
  }),
  max_headers: leaf(integer(1), "How many header lines there may be", {
    default: 100,
  }),
  max_request_body: leaf(
    SIZE,
    "How long the body of a request may be; without it, any length",
  ),
  max_response_body: leaf(
    SIZE,
    "How long the body of a response may be; without it, any length",
  ),
  max_requests: leaf(
    integer(1),
    "How many requests may be in flight at once",
    { default: 1024 },
  ),
  client_timeout: leaf(
    DURATION,
    "How long a client may neither send nor take what is due",
    { default: "60s" },
  ),
}, { own: true });

import { BACKEND_NAMES } from "./backend_name.ts";
import { BUCKET } from "./bucket_schema.ts";
import { leaf, listOf, namesTo, type Section, section } from "./schema_node.ts";
import { oneOf, TEXT } from "./value_rule.ts";

/** All that is below `deploy`. */
export const DEPLOY: Section = section(
  "What is different where the project is deployed",
  {
    org: leaf(TEXT, "The organization on Deno Deploy that the app is of", {
      defaultText: "DENO_DEPLOY_ORG",
    }),
    app: leaf(TEXT, "The app on Deno Deploy that is deployed to", {
      defaultText: "DENO_DEPLOY_APP",
    }),
    keyvalue: section("Which store each bucket lives in there", {
      default: leaf(
        oneOf(BACKEND_NAMES),
        "The store of every bucket that no other rule places",
        { defaultText: "dev.keyvalue.default" },
      ),
      buckets: namesTo(
        BUCKET,
        "Buckets that live elsewhere there; what is not set here is as in dev.keyvalue.buckets",
      ),
    }),
    allow_ephemeral: listOf(
      leaf(TEXT, "A bucket's name, or * for those without an entry"),
      "Buckets that may lose their data whenever an instance stops",
    ),
  },
  { own: true },
);

import { join } from "node:path";
import { testProcesses } from "../../tests/support/keyvalue_process_cases.ts";

testProcesses("deno_kv", (folder) => ({
  backend: "deno_kv",
  path: join(folder, "kv.sqlite"),
}));

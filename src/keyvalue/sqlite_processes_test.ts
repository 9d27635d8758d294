import { testProcesses } from "../../tests/support/keyvalue_process_cases.ts";

testProcesses("sqlite", (path) => ({
  backend: "filesystem",
  engine: "sqlite",
  path,
}));

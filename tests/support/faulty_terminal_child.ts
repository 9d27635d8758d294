/**
 * A process that takes its terminal, shows how the terminal is set, and ends by a fault.
 *
 * @module
 */

import { takeTerminal } from "../../src/cli/raw_terminal.ts";

if (import.meta.main) {
  await takeTerminal(Deno.stdin.readable);
  await new Deno.Command("stty", { args: ["-a"], stdin: "inherit" }).spawn()
    .status;
  throw new Error("at fault");
}

/**
 * `wasi:cli/environment@0.2`: the variables that the project's configuration gives the guest.
 * The host's own environment is never among them.
 *
 * @module
 */

import type { HostInterface } from "../../runtime/host_interface.ts";

/**
 * Offers these variables. There are no arguments and no working directory.
 *
 * @param variables Name to value; the guest gets them in this order.
 */
export function makeEnvironmentInterface(
  variables: Readonly<Record<string, string>>,
): HostInterface {
  const entries = Object.entries(variables);
  return {
    name: "wasi:cli/environment",
    version: "0.2.x",
    types: {},
    functions: {
      "get-environment": "func() -> list<tuple<string, string>>",
      "get-arguments": "func() -> list<string>",
      "initial-cwd": "func() -> option<string>",
    },
    waits: [],
    plain: "all",
    limits: {
      "get-arguments": "there are none",
      "initial-cwd": "there is none",
    },
    resources: {},
    imports: () => ({
      getEnvironment: () => entries,
      getArguments: () => [],
      initialCwd: () => undefined,
    }),
  };
}

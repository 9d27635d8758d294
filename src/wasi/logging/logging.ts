/**
 * `wasi:logging/logging`: messages with a level, which reach the host's log with the request
 * they belong to. Guests of wasmCloud 1 import it without a version.
 *
 * @module
 */

import type {
  GuestLogLevel,
  HostInterface,
} from "../../runtime/host_interface.ts";

/** The interface in the versions that are in use. */
export const loggingInterfaces: readonly HostInterface[] = [
  loggingInterface("0.1.0-draft"),
  loggingInterface(""),
];

function loggingInterface(version: string): HostInterface {
  return {
    name: "wasi:logging/logging",
    version,
    types: { level: "enum { trace, debug, info, warn, error, critical }" },
    functions: {
      "log": "func(level: level, context: string, message: string)",
    },
    waits: [],
    plain: "all",
    resources: {},
    imports: (instance) => ({
      /** `log: func(level: level, context: string, message: string)` */
      log(level: GuestLogLevel, context: string, message: string): void {
        instance.output.message(instance.requestId, level, context, message);
      },
    }),
  };
}

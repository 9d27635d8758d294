/**
 * `wasi:cli/exit@0.2`: a guest that ends itself. A handler that exits has not answered its
 * request, and so it traps, whatever the status.
 *
 * @module
 */

import type { HostInterface } from "../../runtime/host_interface.ts";
import { GuestTrap } from "../../runtime/trap.ts";

/** `result` without values, as a parameter. */
type Status = { readonly tag: "ok" | "err" };

/** `exit: func(status: result)` */
function exit(status: Status): never {
  throw new GuestTrap("exit", `The guest called exit(${status.tag})`);
}

/** `exit-with-code: func(status-code: u8)` */
function exitWithCode(code: number): never {
  throw new GuestTrap("exit", `The guest called exit-with-code(${code})`);
}

export const exitInterface: HostInterface = {
  name: "wasi:cli/exit",
  version: "0.2.x",
  types: {},
  functions: {
    "exit": "func(status: result)",
    "exit-with-code": "func(status-code: u8)",
  },
  waits: [],
  resources: {},
  imports: () => ({ exit, exitWithCode }),
};

/**
 * `wasi:filesystem/preopens@0.2`: the directories a guest is given. None yet.
 *
 * @module
 */

import type { HostInterface } from "../../runtime/host_interface.ts";
import { Descriptor } from "./descriptor.ts";

export const preopensInterface: HostInterface = {
  name: "wasi:filesystem/preopens",
  version: "0.2.x",
  types: { descriptor: "resource" },
  functions: {
    "get-directories": "func() -> list<tuple<descriptor, string>>",
  },
  waits: [],
  resources: { "descriptor": Descriptor },
  imports: () => ({ getDirectories: () => [] }),
};

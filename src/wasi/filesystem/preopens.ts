/**
 * `wasi:filesystem/preopens@0.2`: the directories a guest is given.
 *
 * @module
 */

import type { HostInterface } from "../../runtime/host_interface.ts";
import { Lifetime } from "../io/lifetime.ts";
import { Descriptor } from "./descriptor.ts";
import { FileCount } from "./file_limits.ts";
import type { Volumes } from "./volumes.ts";

/** The interface for a project's volumes; without any there are no directories. */
export function makePreopensInterface(volumes?: Volumes): HostInterface {
  return {
    name: "wasi:filesystem/preopens",
    version: "0.2.x",
    types: { descriptor: "resource" },
    functions: {
      "get-directories": "func() -> list<tuple<descriptor, string>>",
    },
    waits: [],
    plain: "all",
    resources: { "descriptor": Descriptor },
    imports(instance) {
      const holder = {
        lifetime: new Lifetime(instance),
        count: new FileCount(),
      };
      return {
        /** `get-directories: func() -> list<tuple<descriptor, string>>` */
        getDirectories: () =>
          (volumes?.list ?? []).map((volume) => [
            Descriptor.ofVolume(volume, holder),
            volume.guestPath,
          ]),
      };
    },
  };
}

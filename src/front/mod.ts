/**
 * How Wharf listens: one of two doors, opened by name.
 *
 * @module
 */

import { openDenoDoor } from "./deno_door.ts";
import type { FrontDoor, FrontDoorOptions } from "./front_door.ts";

export type {
  Certificate,
  FrontDoor,
  FrontDoorOptions,
  FrontEvents,
  FrontLimits,
  RefusalReason,
  RequestHandler,
  RequestObserver,
  RequestOrigin,
} from "./front_door.ts";
export { doorUrl, localUrl } from "./door_url.ts";
export { ListenError } from "./listen_error.ts";

/** Which server a door is made of. */
export type DoorName = "deno" | "node";

/**
 * Listens at an address.
 *
 * @throws {ListenError} The address is taken, or not this machine's.
 */
export async function openFrontDoor(
  name: DoorName,
  options: FrontDoorOptions,
): Promise<FrontDoor> {
  switch (name) {
    case "deno":
      return openDenoDoor(options);
    case "node": {
      // Its parts of Node need not be loaded by those who do not ask for it.
      const { openNodeDoor } = await import("./node_door.ts");
      return await openNodeDoor(options);
    }
  }
}

import { formatAddress, reachableAddress } from "../config/address.ts";
import type { FrontDoor } from "./front_door.ts";

/** Where a door listens: `http://0.0.0.0:8000`. */
export function doorUrl(
  { address, scheme }: Pick<FrontDoor, "address" | "scheme">,
): string {
  return `${scheme}://${formatAddress(address)}`;
}

/** Where a client on this machine comes in: `http://127.0.0.1:8000`. */
export function localUrl(
  { address, scheme }: Pick<FrontDoor, "address" | "scheme">,
): string {
  return doorUrl({ address: reachableAddress(address), scheme });
}

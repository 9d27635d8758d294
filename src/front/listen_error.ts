import { type Address, formatAddress } from "../config/address.ts";

/** The address cannot be listened at. The message is for the person at the terminal. */
export class ListenError extends Error {
  override readonly name = "ListenError";
}

/** Says what is wrong with an address, and what to do. */
export function listenError(address: Address, error: unknown): ListenError {
  return new ListenError(
    `Cannot listen on "${formatAddress(address)}": ${problem(error)}`,
    { cause: error },
  );
}

function problem(error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : "";
  if (error instanceof Deno.errors.AddrInUse || code === "EADDRINUSE") {
    return "the address is in use; ask for another with --port, or for any free one with --port 0";
  }
  if (
    error instanceof Deno.errors.AddrNotAvailable ||
    // Deno's node:net says it in the second way.
    code === "EADDRNOTAVAIL" || code === "EINVAL"
  ) {
    return "it is no address of this machine; ask for another with --address";
  }
  if (error instanceof Deno.errors.PermissionDenied || code === "EACCES") {
    return "not permitted; ports under 1024 are the system's, ask for another with --port";
  }
  // A name that leads nowhere has no class of its own.
  const message = error instanceof Error ? error.message : String(error);
  return `${message}; ask for another with --address`;
}

/**
 * Opens the port, and says what is wrong where that cannot be done.
 *
 * @module
 */

import { type Address, formatAddress } from "../config/mod.ts";

/** The address cannot be listened at. The message is for the person at the terminal. */
export class ListenError extends Error {
  override readonly name = "ListenError";
}

/**
 * Listens at an address.
 *
 * @throws {ListenError} The address is taken, or not this machine's.
 */
export function listen(
  { hostname, port }: Address,
  handler: (request: Request) => Response | Promise<Response>,
): Deno.HttpServer<Deno.NetAddr> {
  try {
    return Deno.serve({
      hostname,
      port,
      onListen() {},
      // The handler never throws; what comes here is a body that broke off, and the log has it.
      onError: () => new Response(null, { status: 500 }),
    }, handler);
  } catch (error) {
    throw new ListenError(
      `Cannot listen on "${formatAddress({ hostname, port })}": ${
        problem(error)
      }`,
      { cause: error },
    );
  }
}

function problem(error: unknown): string {
  if (error instanceof Deno.errors.AddrInUse) {
    return "the address is in use; ask for another with --port, or for any free one with --port 0";
  }
  if (error instanceof Deno.errors.AddrNotAvailable) {
    return "it is no address of this machine; ask for another with --address";
  }
  if (error instanceof Deno.errors.PermissionDenied) {
    return "not permitted; ports under 1024 are the system's, ask for another with --port";
  }
  // A name that leads nowhere has no class of its own.
  const message = error instanceof Error ? error.message : String(error);
  return `${message}; ask for another with --address`;
}

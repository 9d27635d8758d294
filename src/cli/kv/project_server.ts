/**
 * Where the dev server of a project is.
 *
 * @module
 */

import {
  type Config,
  formatAddress,
  reachableAddress,
} from "../../config/mod.ts";
import { DevServer, parseServerUrl, TOKEN_VARIABLE } from "./dev_server.ts";
import { KvFault } from "./fault.ts";

type Environment = Readonly<Record<string, string>>;

/** The server that `--url` names. */
export async function reachServer(
  url: string,
  env: Environment,
): Promise<DevServer> {
  return await DevServer.reach({
    origin: parseServerUrl(url),
    token: tokenOf(env),
  });
}

/**
 * The server at a project's own address.
 *
 * @throws {KvFault} `no-server`: there is none, or it serves another project.
 */
export async function reachProject(
  { address, tls, componentPath }: Config["dev"],
  env: Environment,
): Promise<DevServer> {
  const scheme = tls === undefined ? "http" : "https";
  const own = formatAddress(reachableAddress(address));
  const server = await DevServer.reach({
    origin: `${scheme}://${own}`,
    token: tokenOf(env),
  });
  const { component } = server.status;
  if (component === componentPath) return server;
  // Another project's buckets have the same names.
  throw new KvFault(
    "no-server",
    `Cannot use "${server.origin}": it serves "${component}", ` +
      "which is not this project's; write --url if it is meant",
  );
}

/** A variable that is empty counts as not set. */
function tokenOf(env: Environment): string | undefined {
  return env[TOKEN_VARIABLE] || undefined;
}

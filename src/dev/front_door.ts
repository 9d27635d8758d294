/**
 * The front door of a project: which server, with which limits, and what is told of it.
 *
 * @module
 */

import type { Config } from "../config/mod.ts";
import {
  type Certificate,
  type FrontDoor,
  openFrontDoor,
  type RequestHandler,
} from "../front/mod.ts";
import type { Log } from "../log.ts";
import { pathOf } from "./request_path.ts";

/**
 * Listens where a project's configuration says.
 *
 * @throws {ListenError} The address is taken or not this machine's, or the certificate is none.
 */
export async function openDoor(
  { dev }: Config,
  log: Log,
  handle: RequestHandler,
): Promise<FrontDoor> {
  const { address, httpServer, http: limits, tls } = dev;
  const warn = (text: string) => log.emit({ event: "warning", text });
  if (limits.maxConnections !== undefined && httpServer === "deno") {
    warn("dev.max_connections holds with dev.http_server: node alone");
  }
  let isTold = false;
  return await openFrontDoor(httpServer, {
    address,
    limits,
    handle,
    ...(tls === undefined ? {} : { certificate: await certificateOf(tls) }),
    events: {
      // The log has it from the guest's side.
      broken() {},
      refused: ({ method, url }, status, text) =>
        log.emit({
          event: "refused",
          method,
          path: pathOf(url),
          status,
          text,
        }),
      trailersLost() {
        if (isTold) return;
        isTold = true;
        warn(
          "The component sends trailers, which this server leaves out; " +
            "dev.http_server: node sends them",
        );
      },
    },
  });
}

async function certificateOf(
  paths: { readonly cert: string; readonly key: string },
): Promise<Certificate> {
  // Without TLS there is nothing to load cryptography for.
  const { loadCertificate } = await import("../front/certificate.ts");
  return await loadCertificate(paths);
}

/**
 * The front door of a project: which server, with which limits, and what is warned of. It knows
 * of the configuration what stands here.
 *
 * @module
 */

import type { Config } from "../config/mod.ts";
import type { Log } from "../log.ts";
import { pathOf } from "../runtime/request_path.ts";
import type {
  Certificate,
  FrontDoor,
  FrontDoorOptions,
  FrontEvents,
} from "./front_door.ts";
import { openFrontDoor } from "./mod.ts";

/** What a project is served with. */
export interface ProjectDoorOptions
  extends Pick<FrontDoorOptions, "handle" | "observe"> {
  readonly config: Pick<Config, "dev">;
  readonly log: Log;
  /** Told of a request that was answered by the server itself; default: the log is. */
  readonly refused?: FrontEvents["refused"];
}

/**
 * Listens where a project's configuration says.
 *
 * @throws {ListenError} The address is taken or not this machine's, or the certificate is none.
 */
export async function openProjectDoor(
  { config: { dev }, log, refused, ...options }: ProjectDoorOptions,
): Promise<FrontDoor> {
  const warn = (text: string) => log.emit({ event: "warning", text });
  const { address, httpServer, http: limits, tls } = dev;
  if (limits.maxConnections !== undefined && httpServer === "deno") {
    warn("dev.max_connections holds with dev.http_server: node alone");
  }
  let isTold = false;
  return await openFrontDoor(httpServer, {
    ...options,
    address,
    limits,
    ...(tls === undefined ? {} : { certificate: await certificateOf(tls) }),
    events: {
      // The log has it from the guest's side.
      broken() {},
      refused: refused ??
        (({ method, url }, status, text) =>
          log.emit({
            event: "refused",
            method,
            path: pathOf(url),
            status,
            text,
          })),
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
  const { loadCertificate } = await import("./certificate.ts");
  return await loadCertificate(paths);
}

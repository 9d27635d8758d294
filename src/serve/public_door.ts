/**
 * Where clients come in.
 *
 * @module
 */

import type { Config } from "../config/mod.ts";
import { type FrontDoor, openFrontDoor } from "../front/mod.ts";
import type { Log } from "../log.ts";
import type { App } from "../runtime/app.ts";
import type { RequestTap } from "./request_tap.ts";

/** Who answers, and who sees it. */
export interface PublicDoorOptions {
  readonly config: Config;
  readonly log: Log;
  readonly tap: RequestTap;
  readonly app: App;
}

/**
 * Listens where the configuration says, with its limits. There is nothing behind it but the
 * component.
 *
 * @throws {ListenError} The address is taken or not this machine's, or the certificate is none.
 */
export async function openPublicDoor(
  { config: { dev }, log, tap, app }: PublicDoorOptions,
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
    ...(tls === undefined ? {} : {
      certificate: await (await import("../front/certificate.ts"))
        .loadCertificate(tls),
    }),
    observe: tap.observe,
    handle(request) {
      tap.admitted(request);
      return app.handle(request, request.id);
    },
    events: {
      // The log has it from the guest's side, and the access log has its end.
      broken() {},
      refused: (request, _status, _text, reason) =>
        tap.refused(request, reason),
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

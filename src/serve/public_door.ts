/**
 * Where clients come in.
 *
 * @module
 */

import type { Config } from "../config/mod.ts";
import type { FrontDoor } from "../front/mod.ts";
import { openProjectDoor } from "../front/project_door.ts";
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
  { config, log, tap, app }: PublicDoorOptions,
): Promise<FrontDoor> {
  return await openProjectDoor({
    config,
    warn: (text) => log.emit({ event: "warning", text }),
    observe: tap.observe,
    handle(request) {
      tap.admitted(request);
      return app.handle(request, request.id);
    },
    // The access log has its end.
    refused: (request, _status, _text, reason) => tap.refused(request, reason),
  });
}

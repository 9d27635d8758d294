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
import type { HttpRequest, HttpResponse } from "../runtime/http_message.ts";
import type { RequestTap } from "./request_tap.ts";

/** Who answers, and who sees it. */
export interface PublicDoorOptions {
  readonly config: Config;
  readonly log: Log;
  readonly tap: RequestTap;
  /** Requests wait for it. MUST NOT reject; nothing where it cannot be opened. */
  readonly app: Promise<App | undefined>;
}

/**
 * Listens where the configuration says, with its limits. There is nothing behind it but the
 * component. Who comes before that is there waits for it: the address is taken first, so that
 * its fault is heard of before anything is compiled.
 *
 * @throws {ListenError} The address is taken or not this machine's, or the certificate is none.
 */
export async function openPublicDoor(
  { config, log, tap, app: opening }: PublicDoorOptions,
): Promise<FrontDoor> {
  let app: App | undefined;
  opening.then((opened) => app = opened);
  return await openProjectDoor({
    config,
    log,
    observe: tap.observe,
    handle(request) {
      tap.admitted(request);
      return app === undefined
        ? early(opening, request)
        : app.handle(request, request.id);
    },
    // The access log has its end.
    refused: (request, _status, _text, reason) => tap.refused(request, reason),
  });
}

/** A request that came before the component was there. */
async function early(
  opening: PublicDoorOptions["app"],
  request: HttpRequest,
): Promise<HttpResponse> {
  const app = await opening;
  return await app?.handle(request, request.id) ??
    { status: 503, headers: [], body: null };
}

/**
 * The front door of the dev server, and what the log is told of it.
 *
 * @module
 */

import type { Config } from "../config/mod.ts";
import type { FrontDoor, RequestHandler } from "../front/mod.ts";
import { openProjectDoor } from "../front/project_door.ts";
import type { Log } from "../log.ts";
import { pathOf } from "../runtime/request_path.ts";

/**
 * Listens where a project's configuration says.
 *
 * @throws {ListenError} The address is taken or not this machine's, or the certificate is none.
 */
export async function openDoor(
  config: Config,
  log: Log,
  handle: RequestHandler,
): Promise<FrontDoor> {
  return await openProjectDoor({
    config,
    handle,
    warn: (text) => log.emit({ event: "warning", text }),
    refused: ({ method, url }, status, text) =>
      log.emit({ event: "refused", method, path: pathOf(url), status, text }),
  });
}

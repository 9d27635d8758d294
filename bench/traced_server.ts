// deno-lint-ignore-file no-console -- its one line tells where it listens
/**
 * A guest behind the door of `dev`, for `bench/calls.ts`: `traced_server.ts MODE LANES FILE`, where
 * the mode is `off`, `calls` (told to a log that drops them) or `journal`.
 *
 * @module
 */

import { RequestJournal } from "../src/explorer/journal.ts";
import { openProjectDoor } from "../src/front/project_door.ts";
import { openGuest } from "./open_guest.ts";

const [mode, lanes, file] = Deno.args as [string, string, string];
const journal = mode === "journal" ? new RequestJournal() : undefined;
const log = journal?.log ?? { emit() {} };
const { app, config } = await openGuest(file, {
  lanes,
  reuse: "1000000",
  log,
  tracesCalls: mode !== "off",
});
let count = 0;
const door = await openProjectDoor({
  config,
  log,
  async handle(request) {
    const id = (++count).toString(36);
    const begun = journal?.begin(id, request) ?? request;
    const response = await app.handle(begun, id);
    journal?.answered(id, response);
    return response;
  },
});
console.log(`Listening on http://127.0.0.1:${door.address.port}`);

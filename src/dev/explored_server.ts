/**
 * The dev server with the explorer before it: at `/_wharf/` the explorer answers, everywhere
 * else the component, whose requests go into the journal.
 *
 * @module
 */

import wharf from "../../deno.json" with { type: "json" };
import type { ComponentReport } from "../explorer/api.ts";
import {
  type ExplorerAccess,
  isExplorerPath,
  openExplorer,
} from "../explorer/mod.ts";
import { RequestJournal } from "../explorer/journal.ts";
import { logFault } from "../log.ts";
import { whenAnswered } from "../runtime/http_message.ts";
import { teeLog } from "../tee_log.ts";
import {
  type DevServer,
  type DevServerOptions,
  type ServedApp,
  startDevServer,
} from "./dev_server.ts";
import { isLoopback } from "./entrance.ts";
import { exploreProject } from "./explored_project.ts";

/** How a dev server with an explorer runs. */
export interface ExploredServerOptions
  extends Omit<DevServerOptions, "explorer" | "intercept" | "observe"> {
  /** Who has it may use the explorer where others than this machine reach it; default: one of chance. */
  readonly token?: string;
}

/**
 * Starts to serve a project, with its explorer.
 *
 * @throws {ListenError} The address is taken or not this machine's, or the certificate is none.
 */
export async function startExploredServer(
  options: ExploredServerOptions,
): Promise<DevServer> {
  const { token, log, ...rest } = options;
  const journal = new RequestJournal();
  const opened = Promise.withResolvers<ReturnType<typeof openExplorer>>();
  // Requests can come before it is there.
  let server: DevServer | undefined = undefined;
  let access: ExplorerAccess = accessTo(isLoopback(options.config.dev.address));
  function accessTo(isLocal: boolean): ExplorerAccess {
    return isLocal
      ? { kind: "loopback" }
      : { kind: "token", token: token ?? randomToken() };
  }
  /** A server can move. Once others could reach it, the token is asked for until it ends. */
  function accessNow(): ExplorerAccess {
    if (access.kind === "loopback" && server?.isLocal === false) {
      access = accessTo(false);
      log.emit({
        event: "warning",
        text: "Others than this machine reach the server now: the explorer " +
          `wants its token, ${server.explorerUrl}`,
      });
    }
    return access;
  }
  server = await startDevServer({
    ...rest,
    // The journal takes the calls; the log of a person only where its level asks for them.
    tracesCalls: true,
    log: teeLog(log, journal.log),
    explorer: {
      path() {
        const now = accessNow();
        return now.kind === "token" && token === undefined
          ? `/_wharf/?token=${now.token}`
          : "/_wharf/";
      },
      stopping: () =>
        opened.promise.then((explorer) => explorer[Symbol.dispose]()),
    },
    intercept: (request) =>
      isExplorerPath(request.url) && server?.config.dev.explorer !== false
        ? opened.promise.then((explorer) => explorer.handle(request))
        : undefined,
    observe(request, { id, replayOf }, next) {
      const answer = next(journal.begin(id, request, replayOf));
      return whenAnswered(answer, (response) => {
        journal.answered(id, response);
        return response;
      });
    },
  });
  opened.resolve(openExplorer({
    project: exploreProject(server, {
      version: wharf.version,
      component: reporter(server),
    }),
    requests: journal,
    access: accessNow,
    onFault: (error) => logFault(log, error),
  }));
  return server;
}

/** 192 bits, in letters that stand in an address as they are. */
function randomToken(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(24));
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-")
    .replaceAll("/", "_");
}

/** Describes what is served, each app once: the world of one with an engine takes half a second. */
function reporter(
  server: DevServer,
): () => Promise<ComponentReport | undefined> {
  const reports = new WeakMap<ServedApp, Promise<ComponentReport>>();
  return async () => {
    const { serving } = server;
    if (serving === undefined) return undefined;
    let report = reports.get(serving);
    if (report === undefined) {
      report = import("./component_report.ts")
        .then(({ describeComponents }) => describeComponents(serving));
      reports.set(serving, report);
    }
    return { ...await report, underWay: serving.app.usage() };
  };
}

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
import { teeLog } from "../tee_log.ts";
import {
  type DevServer,
  type DevServerOptions,
  type ServedApp,
  startDevServer,
} from "./dev_server.ts";
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
  const access = accessTo(options);
  const opened = Promise.withResolvers<ReturnType<typeof openExplorer>>();
  const server = await startDevServer({
    ...rest,
    // The journal takes the calls; the log of a person only where its level asks for them.
    tracesCalls: true,
    log: teeLog(log, journal.log),
    explorer: {
      path: access.kind === "token" && token === undefined
        ? `/_wharf/?token=${access.token}`
        : "/_wharf/",
      stopping: () =>
        opened.promise.then((explorer) => explorer[Symbol.dispose]()),
    },
    intercept: (request) =>
      isExplorerPath(request.url)
        ? opened.promise.then((explorer) => explorer.handle(request))
        : undefined,
    async observe(request, { id, replayOf }, next) {
      const response = await next(journal.begin(id, request, replayOf));
      journal.answered(id, response);
      return response;
    },
  });
  opened.resolve(openExplorer({
    project: exploreProject(server, {
      version: wharf.version,
      component: reporter(server),
    }),
    requests: journal,
    access,
    onFault: (error) => logFault(log, error),
  }));
  return server;
}

/** Whoever is not on this machine needs the token. */
function accessTo(
  { config, token }: ExploredServerOptions,
): ExplorerAccess {
  if (isLoopback(config.dev.address.hostname)) return { kind: "loopback" };
  return { kind: "token", token: token ?? randomToken() };
}

/** Whether an address is one that only this machine reaches. */
function isLoopback(hostname: string): boolean {
  return /^127\./.test(hostname) || hostname === "::1" ||
    hostname === "localhost";
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

/**
 * What the explorer sees of a project that the dev server serves.
 *
 * @module
 */

import type {
  BuildRecord,
  BuildState,
  ComponentReport,
  ProjectStatus,
} from "../explorer/api.ts";
import type { ExploredProject } from "../explorer/project.ts";
import type { HttpRequest } from "../runtime/http_message.ts";
import type { DevServer, SentRequest } from "./dev_server.ts";
import type { DevState } from "./dev_state.ts";

/** What the server itself does not know. */
export interface ExploreOptions {
  /** Wharf's own version. */
  readonly version: string;
  /** Describes what is served now. */
  readonly component: () => Promise<ComponentReport | undefined>;
}

/** A dev server as the explorer sees it. */
export function exploreProject(
  server: DevServer,
  { version, component }: ExploreOptions,
): ExploredProject {
  return {
    buckets: () => server.host.buckets,
    status: (): ProjectStatus => ({
      version,
      url: server.url,
      component: (server.serving ?? server).config.dev.componentPath,
      build: buildState(server.state),
    }),
    builds: (): readonly BuildRecord[] => server.builds(),
    component,
    rebuild: () => server.rebuild(),
    send: (request: HttpRequest, replayOf?: string): SentRequest =>
      server.send(request, replayOf),
    onBuild: (listener: (state: BuildState) => void, signal: AbortSignal) =>
      server.onState((state) => listener(buildState(state)), signal),
  };
}

function buildState(state: DevState): BuildState {
  const { phase, since, serving } = state;
  return {
    phase,
    since,
    serving: serving !== undefined,
    ...(phase === "failed" ? { error: state.error.message } : {}),
  };
}

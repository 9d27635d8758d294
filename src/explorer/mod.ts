/**
 * The explorer: what a project that is served keeps and does, over HTTP below `/_wharf`. It sees
 * the project through a port (`project.ts`) and knows no front door, no lane and no
 * configuration file.
 *
 * Nothing of it but this file and what it names is loaded before somebody asks for it.
 *
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.ok(isExplorerPath("http://localhost:8000/_wharf/api/status"));
 * assert.ok(!isExplorerPath("http://localhost:8000/_wharfoo"));
 * ```
 *
 * @module
 */

import type { HttpRequest, HttpResponse } from "../runtime/http_message.ts";
import type { ExploredProject, ExplorerAccess } from "./project.ts";
import type { RequestSource } from "./request_source.ts";

export { isExplorerPath } from "./explorer_path.ts";
export type { ExploredProject, ExplorerAccess } from "./project.ts";
export type { RequestSource } from "./request_source.ts";

/** What the explorer shows, and to whom. */
export interface ExplorerOptions {
  readonly project: ExploredProject;
  readonly requests: RequestSource;
  /** Asked with each request: a server can move to where others reach it. */
  readonly access: () => ExplorerAccess;
  /** Told of what the explorer itself does wrong, for the log. */
  readonly onFault?: (error: unknown) => void;
  /** Where the page's files are. Default: beside this file. */
  readonly assets?: URL;
  /** Milliseconds between two signs of life of a stream of events. */
  readonly heartbeat?: number;
}

/** Answers the requests of the explorer. Disposing ends the streams of events. */
export interface Explorer extends Disposable {
  /** Answers a request for which {@linkcode isExplorerPath} holds. Never rejects. */
  handle(request: HttpRequest): Promise<HttpResponse>;
}

/** Whoever stands between closes what is silent for half a minute or more. */
const HEARTBEAT = 15_000;

/** Makes an explorer. Loads nothing before its first request. */
export function openExplorer(options: ExplorerOptions): Explorer {
  const ending = new AbortController();
  const load = async () => {
    const { makeAnswerer } = await import("./answerer.ts");
    return makeAnswerer({
      assets: new URL("./assets/", import.meta.url),
      heartbeat: HEARTBEAT,
      onFault() {},
      ...options,
      ending: ending.signal,
    });
  };
  let loaded: ReturnType<typeof load> | undefined;
  return {
    async handle(request) {
      const answer = await (loaded ??= load());
      return await answer(request);
    },
    [Symbol.dispose]() {
      ending.abort();
    },
  };
}

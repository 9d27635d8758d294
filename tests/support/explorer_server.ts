/**
 * The explorer of a project behind a real front door: real buckets, a real guest, and the
 * states of a dev server that a test moves by hand.
 *
 * @module
 */

import type { BuildRecord, BuildState } from "../../src/explorer/api.ts";
import { isExplorerPath, openExplorer } from "../../src/explorer/mod.ts";
import type {
  ExploredProject,
  ExplorerAccess,
} from "../../src/explorer/project.ts";
import {
  type Buckets,
  type BucketsOptions,
  makeBuckets,
} from "../../src/keyvalue/buckets.ts";
import type { HttpRequest } from "../../src/runtime/http_message.ts";
import { type GuestApp, guestPath, openGuestApp } from "./guest_app.ts";
import { type DoorOptions, serve, type TestServer } from "./http_server.ts";
import { RememberedRequests } from "./remembered_requests.ts";

/** How an explorer is set up. */
export interface ExplorerSetup extends DoorOptions {
  readonly buckets?: BucketsOptions;
  readonly access?: ExplorerAccess;
  /** Where the page's files are. */
  readonly assets?: URL;
  readonly heartbeat?: number;
}

/** An explorer that is served, and what is behind it. */
export interface ExplorerServer extends TestServer {
  /** `http://127.0.0.1:41234/_wharf/` */
  readonly url: string;
  readonly buckets: Buckets;
  readonly project: TestProject;
  readonly requests: RememberedRequests;
  /** What the explorer itself did wrong. There should be nothing. */
  readonly faults: readonly unknown[];
  /** Calls a route of the API: `api("GET keys", {bucket: "a"})`. */
  api(
    route: string,
    query?: Readonly<Record<string, string>>,
    init?: RequestInit,
  ): Promise<Response>;
}

/** Serves the explorer of a project whose component is `kv_get`. */
export async function serveExplorer(
  setup: ExplorerSetup = {},
): Promise<ExplorerServer> {
  const stack = new AsyncDisposableStack();
  const buckets = stack.use(makeBuckets(setup.buckets));
  const app = stack.use(
    await openGuestApp("kv_get", { buckets: buckets.forGuests() }),
  );
  const requests = new RememberedRequests();
  const project = new TestProject(buckets, app, requests);
  const faults: unknown[] = [];
  const { access = { kind: "loopback" }, assets, heartbeat } = setup;
  const explorer = openExplorer({
    project,
    requests,
    access: () => access,
    onFault: (error) => faults.push(error),
    ...(assets === undefined ? {} : { assets }),
    ...(heartbeat === undefined ? {} : { heartbeat }),
  });
  const server = stack.use(
    await serve(
      (request) =>
        isExplorerPath(request.url)
          ? explorer.handle(request)
          : project.send(request).response,
      setup,
    ),
  );
  // Streams of events end first: the door waits for what is under way.
  stack.use(explorer);
  const url = `http://127.0.0.1:${server.port}/_wharf/`;
  project.url = url;
  return {
    ...server,
    get trailersLost() {
      return server.trailersLost;
    },
    url,
    buckets,
    project,
    requests,
    faults,
    api(route, query = {}, init = {}) {
      const [method = "", path = ""] = route.split(" ");
      const search = new URLSearchParams(query);
      return fetch(`${url}api/${path}?${search}`, { method, ...init });
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

/** A project that is served: what it builds is always there. */
export class TestProject implements ExploredProject {
  url = "";
  /** Whether there is a component to tell of. */
  isServing = true;
  readonly #buckets: Buckets;
  readonly #app: GuestApp;
  readonly #requests: RememberedRequests;
  readonly #builds: BuildRecord[] = [];
  readonly #listeners = new Set<(state: BuildState) => void>();
  #state: BuildState = { phase: "ready", since: Date.now(), serving: true };
  #sent = 0;

  constructor(buckets: Buckets, app: GuestApp, requests: RememberedRequests) {
    this.#buckets = buckets;
    this.#app = app;
    this.#requests = requests;
  }

  /** How many listen. */
  get listeners(): number {
    return this.#listeners.size;
  }

  buckets(): Buckets {
    return this.#buckets;
  }

  status() {
    return {
      version: "0.1.0",
      url: this.url,
      component: guestPath("kv_get"),
      build: this.#state,
    };
  }

  builds(): readonly BuildRecord[] {
    return this.#builds;
  }

  async component() {
    if (!this.isServing) return undefined;
    const file = guestPath("kv_get");
    const { size } = await Deno.stat(file);
    return {
      components: [{
        name: "kv_get",
        file,
        size,
        modules: [{ name: "main", size }],
        imports: [
          {
            name: "wasi:keyvalue/store@0.2.0-draft",
            by: "wharf",
          } as const,
        ],
        exports: ["wasi:http/incoming-handler@0.2.3"],
        wit: "package root:component;",
      }],
      lanes: 0,
      underWay: [0],
      instanceReuse: 1,
    };
  }

  rebuild(): void {
    this.#builds.unshift({
      number: this.#builds.length + 1,
      at: Date.now(),
      cause: "asked for",
      outcome: "swapped",
      steps: { build: 12.5 },
      output: "",
    });
    this.#state = { phase: "building", since: Date.now(), serving: true };
    for (const listener of this.#listeners) listener(this.#state);
  }

  send(request: HttpRequest, replayOf?: string) {
    const id = `t${++this.#sent}`;
    const answer = this.#app.handle(request);
    return {
      id,
      response: this.#requests.note(id, request, answer, replayOf),
    };
  }

  onBuild(listener: (state: BuildState) => void, signal: AbortSignal): void {
    this.#listeners.add(listener);
    signal.addEventListener("abort", () => this.#listeners.delete(listener));
  }
}

/**
 * The port of the explorer: what it sees of a project that is served. The dev server stands
 * behind it. The explorer knows no front door, no lane and no configuration file.
 *
 * @module
 */

import type { Buckets } from "../keyvalue/buckets.ts";
import type { HttpAnswer, HttpRequest } from "../runtime/http_message.ts";
import type {
  BuildRecord,
  BuildState,
  ComponentReport,
  ProjectStatus,
} from "./api.ts";

/** A project that is served. What it gives may be another object after each change of the project. */
export interface ExploredProject {
  /** Its buckets as the operator sees them. */
  buckets(): Buckets;
  status(): ProjectStatus;
  /** The newest first. */
  builds(): readonly BuildRecord[];
  /** What is served now; `undefined` while nothing is. */
  component(): Promise<ComponentReport | undefined>;
  /** Builds and swaps as after a save. */
  rebuild(): void;
  /**
   * Gives a request to the component, as if a client had sent it, and returns the id it goes by.
   *
   * @param replayOf The id of the request that it repeats.
   */
  send(
    request: HttpRequest,
    replayOf?: string,
  ): { readonly id: string; readonly response: HttpAnswer };
  /** Calls back at each change of the state, until the signal aborts. */
  onBuild(listener: (state: BuildState) => void, signal: AbortSignal): void;
}

/** Who may use the explorer. */
export type ExplorerAccess =
  /** It listens on this machine alone: whoever reaches it, under a name of this machine. */
  | { readonly kind: "loopback" }
  /** Others reach it: those who have the token. */
  | { readonly kind: "token"; readonly token: string };

/**
 * What the dev server is doing. A union, so that no mixture of flags can mean two things.
 *
 * @module
 */

import type { App } from "../runtime/app.ts";

/** The request path, the pages and the explorer read it. Times are milliseconds since the epoch. */
export type DevState =
  | {
    readonly phase: "building";
    readonly since: number;
    /** The last good app, which answers meanwhile; absent where there never was one. */
    readonly serving?: App;
    /** Resolves when there is an app, or none to wait for. */
    readonly settled: Promise<DevState>;
  }
  | {
    readonly phase: "ready";
    readonly since: number;
    readonly serving: App;
  }
  | {
    readonly phase: "failed";
    readonly since: number;
    /** Why there is no newer app. */
    readonly error: Error;
    readonly serving?: App;
  };

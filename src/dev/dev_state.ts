/**
 * What the dev server is doing. A union, so that no mixture of flags can mean two things.
 *
 * @module
 */

import type { App } from "../runtime/app.ts";

/** The request path and the status page both read it. */
export type DevState =
  | { readonly phase: "building"; readonly settled: Promise<DevState> }
  | { readonly phase: "ready"; readonly serving: App }
  | { readonly phase: "failed"; readonly error: Error };

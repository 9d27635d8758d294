/**
 * What the banner tells of a project that is served.
 *
 * @module
 */

import { bucketReports, type Host } from "../assemble.ts";
import type { Config } from "../config/mod.ts";
import type { ReadyReport } from "../log.ts";
import type { Entrance } from "./entrance.ts";
import type { LoadTimings } from "./load_app.ts";
import type { StoreCheck } from "./store_check.ts";

/** What it is told from. */
export interface ReportParts {
  readonly config: Config;
  readonly host: Host;
  readonly stores: StoreCheck;
  readonly entrance: Entrance;
  /** Where the explorer is, if it is. */
  readonly explorer: string | undefined;
  readonly timings: LoadTimings;
}

/** The banner's contents. */
export function readyReport(parts: ReportParts): ReadyReport {
  const { config, host, stores, entrance, explorer, timings } = parts;
  return {
    url: entrance.url,
    ...(explorer === undefined ? {} : { explorer }),
    everyAddress: entrance.isEveryAddress,
    component: config.dev.componentPath,
    buckets: bucketReports(host.buckets, stores.stateOf),
    timings,
  };
}

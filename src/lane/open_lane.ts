/**
 * Opens what runs a component: a lane in this thread, or as many as there are to be Workers.
 *
 * @module
 */

import type { Artifact } from "../runtime/artifact.ts";
import { linkComponent, type LinkedComponent } from "../runtime/component.ts";
import type { GuestOutput } from "../runtime/host_interface.ts";
import { openInlineLane } from "../runtime/inline_lane.ts";
import type { Lane, LaneEvents } from "../runtime/lane.ts";
import { openLanes } from "../runtime/lane_dispatcher.ts";
import type { LaneSettings, StoreNames } from "../runtime/lane_protocol.ts";
import { onceEach } from "../runtime/once_each.ts";
import { openWorkerLane } from "../runtime/worker_lane.ts";
import { serveBuckets } from "./bucket_server.ts";
import {
  type GuestInterfaces,
  type GuestSettings,
  type GuestSurroundings,
  type LaneGuests,
  type Sibling,
  siblingParts,
} from "./guests.ts";
import { openCallSpans } from "./open_call_spans.ts";
import type { TemporaryFolder } from "./temporary_folder.ts";
import type { LaneThreads } from "./threads.ts";

/** What guests are given, before the component is known. */
export interface LaneHost extends GuestInterfaces, GuestSurroundings {
  readonly settings: GuestSettings;
  /** Where Workers keep the objects that would be in this thread's memory. */
  readonly blobFolder: TemporaryFolder;
  /** The Workers that guests run in; absent where they run in this thread. */
  readonly threads?: LaneThreads;
}

/** What runs in a lane. */
export interface OpenLaneOptions {
  readonly artifact: Artifact;
  readonly siblings: readonly Sibling[];
  readonly host: LaneHost;
  /** For each lane. */
  readonly settings: LaneSettings;
  readonly events: LaneEvents;
  readonly output: GuestOutput;
  /** What spans are to say; default: none are recorded. */
  readonly spans?: StoreNames | undefined;
}

/** A lane, and what can be asked of its guests. */
export interface OpenedLane extends
  Pick<
    LinkedComponent,
    "answersHttp" | "takesChanges" | "unreached"
  > {
  readonly lane: Lane;
}

/**
 * Links a component with a host and makes its first instance.
 *
 * @throws {LinkError} The component imports what is not offered.
 * @throws {VolumeError} A folder that it is to be given is not there.
 * @throws {GuestTrap} It traps when it is instantiated.
 */
export async function openLane(options: OpenLaneOptions): Promise<OpenedLane> {
  const { threads } = options.host;
  // In front of Workers too: errors lose their class between threads.
  await options.host.volumes.open();
  return threads === undefined
    ? await openHere(options)
    : await openInWorkers(options, threads);
}

async function openHere(
  { artifact, siblings, host, output, spans, ...options }: OpenLaneOptions,
): Promise<OpenedLane> {
  const component = linkComponent(artifact, {
    ...host,
    siblings: siblingParts(siblings, host),
    output,
    spans: await openCallSpans(spans),
    memoryLimit: host.settings.memoryLimit,
  });
  const { settings, events } = options;
  const lane = await openInlineLane(component, { ...settings, events });
  const { answersHttp, takesChanges, unreached } = component;
  return { lane, answersHttp, takesChanges, unreached };
}

async function openInWorkers(
  options: OpenLaneOptions,
  threads: LaneThreads,
): Promise<OpenedLane> {
  const { artifact, siblings, host, settings, events, output, spans } = options;
  const guests: LaneGuests = {
    settings: await sharedSettings(host, [
      artifact,
      ...siblings.map(({ artifact }) => artifact),
    ]),
    siblings,
  };
  // Each lane tells of what it sees for the first time.
  const warn = onceEach(host.warn);
  const lane = await openLanes({
    count: threads.count,
    queueTimeout: settings.pool.queueTimeout,
    replacing: (reason) =>
      host.warn(`A thread that ran the component is replaced: ${reason}`),
    open: () =>
      openWorkerLane({
        worker: threads.take(),
        artifact,
        settings,
        guests,
        events,
        output,
        spans,
        buckets: serveBuckets(host.buckets),
        gate: host.gate,
        warn,
      }),
  });
  const { answersHttp, takesChanges, unreached } = lane;
  return { lane, answersHttp, takesChanges, unreached };
}

/** What a thread keeps in its memory is for its own guests alone: objects go to a folder. */
async function sharedSettings(
  { settings, blobFolder }: LaneHost,
  artifacts: readonly Artifact[],
): Promise<GuestSettings> {
  const keepsObjects = artifacts.some(({ imports }) =>
    imports.some(({ name }) => name.startsWith("wasi:blobstore/"))
  );
  if (!keepsObjects || settings.blobstorePath !== undefined) return settings;
  return { ...settings, blobstorePath: await blobFolder.path() };
}

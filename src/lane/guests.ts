/**
 * What guests are given, in any thread: the one place that makes the interfaces of `src/wasi`.
 * What it goes by is plain data, so that a Worker can be told. It knows no configuration and no
 * backend of buckets.
 *
 * @module
 */

import { openBlobFiles } from "../blobstore/filesystem.ts";
import { makeBlobsInMemory } from "../blobstore/in_memory.ts";
import type { Artifact } from "../runtime/artifact.ts";
import { MAIN, type Part } from "../runtime/composition.ts";
import type { Gate } from "../runtime/gate.ts";
import type { ChangeEntry, HttpEntry } from "../runtime/guest.ts";
import type { HostInterface } from "../runtime/host_interface.ts";
import {
  type BucketOpener,
  type EgressOptions,
  HttpClient,
  type HttpClientOptions,
  incomingHandler,
  makeEgressPolicy,
  makeRefusalLog,
  makeWatchers,
  type VolumeOptions,
  Volumes,
  wasiInterfaces,
} from "../wasi/mod.ts";

/** What a component is given that those beside it may not be. */
export interface ComponentSettings {
  /** `wasi:cli/environment`: variables by name. */
  readonly environment: Readonly<Record<string, string>>;
  /** `wasi:config/store`: values by key. */
  readonly config: Readonly<Record<string, string>>;
  /** Where it may connect to. */
  readonly egress: EgressOptions;
}

/** How guests call others. In Workers the connections are those of one lane. */
export type OutgoingSettings = Omit<
  HttpClientOptions,
  "policy" | "refused" | "warn"
>;

/** What guests are given. It can be cloned. */
export interface GuestSettings extends ComponentSettings {
  /** What each component beside is given, by {@linkcode Sibling.entry}. */
  readonly components: readonly ComponentSettings[];
  /** How guests call others. */
  readonly outgoing: OutgoingSettings;
  /** `wasi:filesystem`: the directories. */
  readonly volumes: readonly VolumeOptions[];
  /** Keeps the host's numbers of files from guests; one for all lanes. */
  readonly volumeSecret: string;
  /** `wasi:blobstore`: the folder of all objects; without it they are in this thread's memory. */
  readonly blobstorePath?: string;
  /** The most memory an instance may have, in bytes. */
  readonly memoryLimit: number;
}

/** A component beside the one that is served. It can be cloned. */
export interface Sibling {
  /** What it is called in messages. */
  readonly name: string;
  readonly artifact: Artifact;
  /** The sibling that it was composed into one file with, and that is in front of it. */
  readonly partOf?: string;
  /** Its place in {@linkcode GuestSettings.components}; absent where it is a part of the one that is served. */
  readonly entry?: number;
}

/** What a lane is told of its guests. */
export interface LaneGuests {
  readonly settings: GuestSettings;
  readonly siblings: readonly Sibling[];
}

/** Where the buckets of guests are found. */
export interface GuestBuckets {
  /** @param label The label of the import, where it has one. */
  forGuests(label?: string): BucketOpener;
}

/** What there is one of for all threads. */
export interface GuestSurroundings {
  readonly buckets: GuestBuckets;
  /** Orders those that follow paths in volumes and those that change them. */
  readonly gate: Gate;
  /** Told of what is refused, and of what is wrong with the host itself. */
  readonly warn: (text: string) => void;
}

/** What a component is linked with. */
export interface GuestInterfaces {
  readonly interfaces: readonly HostInterface[];
  /** What each component beside is linked with, as {@linkcode GuestSettings.components}. */
  readonly siblingInterfaces: readonly (readonly HostInterface[])[];
  readonly entry: HttpEntry;
  /** How changes reach a component. */
  readonly watchers: readonly ChangeEntry[];
  /** What guests call others with; it MUST be disposed after the lanes that use it. */
  readonly clients: AsyncDisposable;
  /** The folders that guests are given; looked for when they are opened. */
  readonly volumes: Volumes;
}

/** Makes all that Wharf offers the guests of one project. Opens nothing. */
export function makeGuestInterfaces(
  settings: GuestSettings,
  { buckets, gate, warn }: GuestSurroundings,
): GuestInterfaces {
  const { blobstorePath, volumeSecret } = settings;
  const clients = new AsyncDisposableStack();
  const refused = makeRefusalLog(warn);
  const volumes = new Volumes(settings.volumes, { gate, secret: volumeSecret });
  const blobs = blobstorePath === undefined
    ? makeBlobsInMemory()
    : openBlobFiles(blobstorePath);
  const interfacesOf = ({ environment, config, egress }: ComponentSettings) => {
    const policy = makeEgressPolicy(egress);
    // Each has connections of its own: who may use one depends on the policy it was made under.
    const client = clients.use(
      new HttpClient({ ...settings.outgoing, policy, refused, warn }),
    );
    return wasiInterfaces({
      environment,
      config,
      buckets: buckets.forGuests(),
      labelledBuckets: (label) => buckets.forGuests(label),
      client,
      sockets: policy,
      volumes,
      blobs,
    });
  };
  return {
    interfaces: interfacesOf(settings),
    siblingInterfaces: settings.components.map(interfacesOf),
    entry: incomingHandler(),
    watchers: makeWatchers(buckets.forGuests()),
    clients,
    volumes,
  };
}

/** The components beside, each with what it is linked with. */
export function siblingParts(
  siblings: readonly Sibling[],
  { interfaces, siblingInterfaces }: GuestInterfaces,
): readonly Part[] {
  return siblings.map(({ entry, ...sibling }) =>
    entry === undefined
      ? { ...sibling, partOf: MAIN, interfaces }
      : { ...sibling, interfaces: siblingInterfaces[entry]! }
  );
}

/**
 * Every interface that Wharf offers a guest. This is the one list: what does not stand here
 * cannot be imported.
 *
 * @module
 */

import type { BlobStore } from "../blobstore/store.ts";
import type { HostInterface } from "../runtime/host_interface.ts";
import { makeBlobstoreInterfaces } from "./blobstore/blobstore.ts";
import { makeEnvironmentInterface } from "./cli/environment.ts";
import { exitInterface } from "./cli/exit.ts";
import {
  stderrInterface,
  stdinInterface,
  stdoutInterface,
} from "./cli/stdio.ts";
import {
  terminalInputInterface,
  terminalOutputInterface,
  terminalStderrInterface,
  terminalStdinInterface,
  terminalStdoutInterface,
} from "./cli/terminal.ts";
import { monotonicClockInterface } from "./clocks/monotonic_clock.ts";
import { wallClockInterface } from "./clocks/wall_clock.ts";
import { makeConfigInterfaces } from "./config/store.ts";
import { makePreopensInterface } from "./filesystem/preopens.ts";
import { filesystemTypesInterface } from "./filesystem/types.ts";
import { deniedClient, type HttpClient } from "./http/outgoing_client.ts";
import { makeOutgoingHandlerInterface } from "./http/outgoing_handler.ts";
import type { Volumes } from "./filesystem/volumes.ts";
import { typesInterface } from "./http/types.ts";
import { errorInterface } from "./io/error.ts";
import { pollInterface } from "./io/poll.ts";
import { streamsInterface } from "./io/streams.ts";
import { atomicsInterface } from "./keyvalue/atomics.ts";
import { atomicsDraft2Interface } from "./keyvalue/atomics_draft2.ts";
import { batchInterfaces } from "./keyvalue/batch.ts";
import type { BucketOpener } from "./keyvalue/bucket_handle.ts";
import { type LabelledBuckets, makeStoreInterfaces } from "./keyvalue/store.ts";
import { loggingInterfaces } from "./logging/logging.ts";
import { insecureInterface } from "./random/insecure.ts";
import { insecureSeedInterface } from "./random/insecure_seed.ts";
import { randomInterface } from "./random/random.ts";
import { makeSocketInterfaces, type SocketPolicy } from "./sockets/mod.ts";

export { incomingHandler } from "./http/incoming_handler.ts";
export { HttpClient, type HttpClientOptions } from "./http/outgoing_client.ts";
export type { BucketOpener } from "./keyvalue/bucket_handle.ts";
export { PathGate } from "./filesystem/path_gate.ts";
export {
  VolumeError,
  type VolumeOptions,
  Volumes,
} from "./filesystem/volumes.ts";
export type { LabelledBuckets } from "./keyvalue/store.ts";
export { makeWatchers } from "./keyvalue/watcher.ts";
export { watchBuckets, type WatchingEvents } from "./keyvalue/watching.ts";
export { logWatching } from "./keyvalue/watching_log.ts";
export {
  type EgressOptions,
  type EgressPolicy,
  makeEgressPolicy,
} from "./net/egress.ts";
export { makeRefusalLog, type RefusalLog } from "./net/refusals.ts";
export type { SocketPolicy } from "./sockets/mod.ts";

/** What the interfaces give the guest of one project. */
export interface WasiOptions {
  /** `wasi:cli/environment`: variables by name. */
  readonly environment: Readonly<Record<string, string>>;
  /** `wasi:config/store`: values by key. */
  readonly config: Readonly<Record<string, string>>;
  /** `wasi:keyvalue`: where buckets are found. */
  readonly buckets: BucketOpener;
  /** The same for imports with a label; without it there can be none. */
  readonly labelledBuckets?: LabelledBuckets;
  /** `wasi:http/outgoing-handler`: how guests call others; without it each call is denied. */
  readonly client?: HttpClient;
  /** `wasi:sockets`: where they may lead; without it, nowhere. */
  readonly sockets?: SocketPolicy;
  /** `wasi:filesystem`: the directories; without it there are none. */
  readonly volumes?: Volumes;
  /** `wasi:blobstore`: where objects are. */
  readonly blobs: BlobStore;
}

/** The interfaces, made for one project. */
export function wasiInterfaces(options: WasiOptions): readonly HostInterface[] {
  return [
    errorInterface,
    pollInterface,
    streamsInterface,
    typesInterface,
    makeOutgoingHandlerInterface(options.client ?? deniedClient()),
    monotonicClockInterface,
    wallClockInterface,
    randomInterface,
    insecureInterface,
    insecureSeedInterface,
    makeEnvironmentInterface(options.environment),
    exitInterface,
    stdinInterface,
    stdoutInterface,
    stderrInterface,
    terminalInputInterface,
    terminalOutputInterface,
    terminalStdinInterface,
    terminalStdoutInterface,
    terminalStderrInterface,
    filesystemTypesInterface,
    makePreopensInterface(options.volumes),
    ...makeConfigInterfaces(options.config),
    ...loggingInterfaces,
    ...makeStoreInterfaces(options.buckets, options.labelledBuckets),
    atomicsInterface,
    atomicsDraft2Interface,
    ...batchInterfaces,
    ...makeSocketInterfaces(options.sockets),
    ...makeBlobstoreInterfaces(options.blobs),
  ];
}

/**
 * All that crosses between the server's thread and a lane's Worker. Messages go in batches,
 * in order, those of every request as JSON; what a lane sends about a call that is not under way is passed over.
 *
 * @module
 */

import type { Artifact } from "./artifact.ts";
import type { Gate } from "./gate.ts";
import type { BucketChange } from "./guest.ts";
import type { GuestLogLevel, GuestStream, HostCall } from "./host_interface.ts";
import type { HttpBodyError } from "./http_body_error.ts";
import type { HeaderLine } from "./http_message.ts";
import type { LaneInstances } from "./instances.ts";
import { bytesFrom } from "./latin1.ts";
import type { MissingImport } from "./linker.ts";
import type { PoolOptions } from "./pool.ts";
import type { TrapKind } from "./trap.ts";

/** What failed, with its type: errors lose theirs when they are cloned. */
export type LaneFault =
  | {
    readonly type: "trap";
    readonly trap: TrapKind;
    readonly message: string;
    /** The stack of what caused it, for the guest's frames. */
    readonly stack?: string;
  }
  | { readonly type: "busy"; readonly message: string }
  | {
    readonly type: "body";
    readonly code: HttpBodyError["code"];
    readonly message: string;
    readonly limit: number | undefined;
  }
  | { readonly type: "link"; readonly missing: readonly MissingImport[] }
  /** A fault of Wharf itself. */
  | {
    readonly type: "fault";
    readonly message: string;
    readonly stack?: string;
  };

/** A value of a bucket, as `Bucket` gives it. */
export interface PlainEntry {
  readonly value: Uint8Array<ArrayBuffer>;
  readonly version: string;
}

/** What a guest asks of a bucket: a method of `Bucket` and its arguments. */
export type BucketCall =
  /** Makes sure that there is one of that name. */
  | { readonly method: "open" }
  | { readonly method: "get"; readonly key: string }
  | {
    readonly method: "set";
    readonly key: string;
    readonly value: Uint8Array<ArrayBuffer>;
    readonly ttl?: number;
  }
  | { readonly method: "delete"; readonly key: string }
  | { readonly method: "exists"; readonly key: string }
  | {
    readonly method: "listKeys";
    readonly options: {
      readonly prefix?: string;
      readonly cursor?: string;
      readonly limit?: number;
    };
  }
  | {
    readonly method: "increment";
    readonly key: string;
    readonly delta: bigint;
  }
  | {
    readonly method: "swap";
    readonly key: string;
    readonly version: string | undefined;
    readonly value: Uint8Array<ArrayBuffer>;
    readonly ttl?: number;
  }
  | { readonly method: "getMany"; readonly keys: readonly string[] }
  | {
    readonly method: "setMany";
    readonly entries: readonly (readonly [string, Uint8Array<ArrayBuffer>])[];
  }
  | { readonly method: "deleteMany"; readonly keys: readonly string[] }
  | { readonly method: "expiry"; readonly key: string };

/** A value as it was read, and how long it may be kept. */
export interface ReadEntry {
  readonly entry: PlainEntry | undefined;
  /** It is the one still while this place has this count; absent where it may not be kept. */
  readonly mark?: { readonly place: number; readonly count: number };
}

/** What each method answers. */
export interface BucketResults {
  /** The counts that {@linkcode ReadEntry.mark} speaks of, where the bucket has them. */
  readonly open: Int32Array<SharedArrayBuffer> | undefined;
  readonly get: ReadEntry;
  readonly set: undefined;
  readonly delete: undefined;
  readonly exists: boolean;
  readonly listKeys: {
    readonly keys: readonly string[];
    readonly cursor?: string;
  };
  readonly increment: bigint;
  readonly swap:
    | { readonly swapped: true; readonly version: string }
    | { readonly swapped: false; readonly current: PlainEntry | undefined };
  readonly getMany: readonly (PlainEntry | undefined)[];
  readonly setMany: undefined;
  readonly deleteMany: undefined;
  readonly expiry: Date | undefined;
}

/** Which bucket is meant. Each call names it, so that neither side keeps a table of handles. */
export interface BucketPlace {
  /** The label of the import, where it has one. */
  readonly label: string | undefined;
  /** A guest's value: any string. */
  readonly name: string;
}

/** How a call of a bucket ended. */
export type BucketAnswer =
  | { readonly ok: true; readonly value: BucketResults[BucketCall["method"]] }
  /** A failure the guest is told of; the code is a `KeyValueErrorCode`. */
  | {
    readonly ok: false;
    readonly code: "no-such-store" | "access-denied" | "other";
    readonly message: string;
  }
  | { readonly ok: false; readonly code: "fault"; readonly message: string };

/** The bytes that an answer holds, for who hands them over. */
export function bytesOf(
  answer: BucketAnswer,
): readonly Uint8Array<ArrayBuffer>[] {
  const value = answer.ok ? answer.value : undefined;
  return typeof value === "object" && "entry" in value &&
      value.entry !== undefined
    ? [value.entry.value]
    : [];
}

/** A body that goes with its head; a short one as text, one character for each byte. */
export type WholeBody =
  | Uint8Array<ArrayBuffer>
  | { readonly latin1: string }
  | null;

/** The bytes of a body that came with its head. */
export function bodyFrom(body: WholeBody): Uint8Array<ArrayBuffer> | null {
  return body !== null && "latin1" in body ? bytesFrom(body.latin1) : body;
}

/** A body under way. Its sender may send as many bytes as it was given credit for. */
export type StreamMessage =
  /** To the receiver. */
  | {
    readonly kind: "chunk";
    readonly id: string;
    readonly bytes: Uint8Array<ArrayBuffer>;
  }
  | {
    readonly kind: "end";
    readonly id: string;
    readonly trailers?: readonly HeaderLine[];
  }
  | { readonly kind: "break"; readonly id: string; readonly fault: LaneFault }
  /** To the sender. */
  | { readonly kind: "credit"; readonly id: string; readonly bytes: number }
  | { readonly kind: "cancel"; readonly id: string };

/** From a lane: a guest wants to pass the gate, or has passed it. */
export type GateMessage =
  | {
    readonly kind: "gate-enter";
    readonly turn: number;
    readonly way: keyof Gate;
  }
  | { readonly kind: "gate-leave"; readonly turn: number };

/** To a lane: who waits with that number may pass. */
export interface GateReply {
  readonly kind: "gate-open";
  readonly turn: number;
}

/** How a lane runs its guests. */
export interface LaneSettings {
  readonly pool: PoolOptions;
  /** How long a guest may keep its client waiting, in milliseconds. */
  readonly requestTimeout: number;
}

/** Which store each bucket is in. It can be cloned. */
export interface StoreNames {
  /** By the names that guests open buckets by. */
  readonly stores: ReadonlyMap<string, string>;
  /** Of the buckets that have no name there. */
  readonly otherwise: string;
}

/** To a lane. `id` is the request's or the change's. */
export type ToLane<Guests> =
  | {
    readonly kind: "open";
    readonly artifact: Artifact;
    readonly settings: LaneSettings;
    /** Whether calls that leave a guest are to be told. */
    readonly tracesCalls: boolean;
    /** Which store a bucket is in, where spans are recorded; absent where none are. */
    readonly spans: StoreNames | undefined;
    /** What guests are given, for who makes their interfaces. */
    readonly guests: Guests;
  }
  | {
    readonly kind: "fetch";
    readonly id: string;
    readonly method: string;
    readonly url: string;
    readonly headers: readonly HeaderLine[];
    readonly hasBody: boolean;
    readonly hasTrailers: boolean;
    readonly takesTrailers: boolean;
    readonly takesInformation: boolean;
    readonly trace: string | undefined;
  }
  | {
    readonly kind: "tell";
    readonly id: string;
    readonly change: BucketChange;
  }
  | StreamMessage
  | {
    readonly kind: "bucket-answer";
    readonly call: number;
    readonly answer: BucketAnswer;
  }
  | GateReply
  /** Asks whether its event loop turns. */
  | { readonly kind: "ping" }
  /** Asks how many instances there are. */
  | { readonly kind: "count" }
  /** No further calls come; those under way are finished. */
  | { readonly kind: "close" };

/** From a lane. `id` is the request's or the change's. */
export type FromLane =
  | {
    readonly kind: "opened";
    readonly answersHttp: boolean;
    readonly takesChanges: boolean;
    /** Names of the components beside that none of its calls can reach. */
    readonly unreached: readonly string[];
  }
  | { readonly kind: "not-opened"; readonly fault: LaneFault }
  /** A response before the response. */
  | {
    readonly kind: "inform";
    readonly id: string;
    readonly status: number;
    readonly headers: readonly HeaderLine[];
  }
  | {
    readonly kind: "head";
    readonly id: string;
    readonly status: number;
    readonly headers: readonly HeaderLine[];
    readonly body: WholeBody | "stream";
    readonly hasTrailers: boolean;
  }
  | { readonly kind: "told"; readonly id: string }
  /** In place of a head, or of "told". */
  | { readonly kind: "failed"; readonly id: string; readonly fault: LaneFault }
  /** The guest's code has returned, or there was none. */
  | { readonly kind: "returned"; readonly id: string }
  | StreamMessage
  | {
    readonly kind: "trapped";
    readonly id: string;
    readonly fault: LaneFault;
  }
  | {
    readonly kind: "line";
    readonly id: string | undefined;
    readonly stream: GuestStream;
    readonly text: string;
  }
  | {
    readonly kind: "message";
    readonly id: string | undefined;
    readonly level: GuestLogLevel;
    readonly context: string;
    readonly text: string;
  }
  /** A guest's call that has ended, where such are told. */
  | {
    readonly kind: "host-call";
    readonly id: string | undefined;
    readonly call: HostCall;
  }
  | {
    readonly kind: "bucket-call";
    readonly call: number;
    readonly place: BucketPlace;
    readonly ask: BucketCall;
  }
  | GateMessage
  /** For the log. */
  | { readonly kind: "warning"; readonly text: string }
  | { readonly kind: "pong" }
  | { readonly kind: "counted"; readonly instances: LaneInstances }
  | { readonly kind: "closed" };

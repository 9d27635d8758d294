/**
 * What the explorer's HTTP API says, in JSON. The page, the `kv` command and scripts read it;
 * `openapi.json` describes the same. Types alone: the page is built from them.
 *
 * Buckets and keys are any text, so they travel in the query (`?bucket=b&key=k`), never in the
 * path, where `..` would mean something. Times are milliseconds since the epoch.
 *
 * @module
 */

/** A failure, as `application/problem+json` (RFC 9457). */
export interface Problem {
  readonly title: string;
  readonly status: number;
  /** What was wrong, and what to do about it. */
  readonly detail: string;
  /** What programs tell failures apart by. */
  readonly code:
    | "bad-request"
    | "unauthorized"
    | "forbidden"
    | "not-found"
    | "method-not-allowed"
    | "no-such-store"
    | "access-denied"
    | "conflict"
    | "too-large"
    | "not-supported"
    | "store-failed"
    | "internal";
  /** What the key is at now; of a `conflict` over a key that is there. */
  readonly version?: string;
}

/** `GET /api/status` */
export interface ProjectStatus {
  /** Wharf's own. */
  readonly version: string;
  /** Where clients find the component. */
  readonly url: string;
  /** The file that is served. */
  readonly component: string;
  readonly build: BuildState;
}

/** What the dev server is doing. */
export interface BuildState {
  readonly phase: "building" | "ready" | "failed";
  /** Since when. */
  readonly since: number;
  /** Whether a component answers requests, if only an earlier one. */
  readonly serving: boolean;
  /** Why there is no newer one; in `failed` alone. */
  readonly error?: string;
}

/** One build, the newest first in `GET /api/builds`. */
export interface BuildRecord {
  /** Counts from 1. */
  readonly number: number;
  readonly at: number;
  /** What made it necessary: `start`, `src/handler.ts and 2 more`, `asked for`. */
  readonly cause: string;
  readonly outcome: "building" | "swapped" | "failed" | "superseded";
  /** Milliseconds of each step that was taken. */
  readonly steps: Readonly<Record<string, number>>;
  /** What the build command wrote, the last of it. */
  readonly output: string;
  readonly error?: string;
}

/** One bucket of `GET /api/buckets`. */
export interface BucketSummary {
  /** The name that guests open; `null` for every name that has no line of its own. */
  readonly name: string | null;
  /** `in_memory`, `redis`, … */
  readonly store: string;
  /** Where that is. Never a password. */
  readonly location: string;
  /** Its name there, where that is another one. */
  readonly storedAs?: string;
  /** Whether the data outlives Wharf. */
  readonly durable: boolean;
  /** What guests may do. */
  readonly access: "read-write" | "read-only" | "denied";
}

/** `GET /api/bucket`: what takes a look into the store. */
export interface BucketDetail extends BucketSummary {
  readonly name: string;
  /** Whether it is there; most stores make it with its first key. */
  readonly exists: boolean;
  /** How many keys it has; where the store does not tell, as far as they were counted. */
  readonly keys?: number;
  /** There are more than {@linkcode BucketDetail.keys}; absent where that is all. */
  readonly moreKeys?: true;
  /** How many bytes it takes in the store. */
  readonly bytes?: number;
  /** What the store says of it. */
  readonly settings: Readonly<Record<string, string | number | boolean>>;
  /** What can be done with it beside the usual. */
  readonly can: {
    readonly watch: boolean;
    readonly history: boolean;
    readonly purge: boolean;
    /** Whether the configuration has a seed for it. */
    readonly seed: boolean;
  };
  /** Bytes that a value may have here. */
  readonly maxValueSize: number;
  /** Milliseconds that a value lives which is written without a time of its own. */
  readonly ttl?: number;
}

/** `GET /api/keys`: one page. */
export interface KeyList {
  readonly keys: readonly string[];
  /** Asks for the next page; absent when there is none. */
  readonly cursor?: string;
}

/** `GET /api/entry`: a value with all that is known of it. `GET /api/value` gives its bytes alone. */
export interface EntryDetail {
  readonly key: string;
  /** As in the `ETag` of `GET /api/value`. */
  readonly version: string;
  /** Bytes of the whole value. */
  readonly size: number;
  /** When the key will be absent again. */
  readonly expires?: number;
  /** The first bytes of it, in base64: at most {@linkcode PREVIEW_SIZE}. */
  readonly preview: string;
}

/** How many bytes of a value {@linkcode EntryDetail} shows. */
export const PREVIEW_SIZE = 65_536;

/** What a write answers. */
export interface Written {
  readonly key: string;
  /** Its new version; absent where the store does not tell without another read. */
  readonly version?: string;
}

/** `POST /api/increment` */
export interface Counted {
  readonly key: string;
  /** The sum, in decimal digits: it may be larger than a number of JSON is exact. */
  readonly value: string;
}

/** One line of `GET /api/history`, oldest first. */
export interface RevisionDetail {
  readonly kind: "set" | "delete";
  readonly version: string;
  readonly at: number;
  /** Bytes of the whole value; of `set` alone. */
  readonly size?: number;
  /** As in {@linkcode EntryDetail}. */
  readonly preview?: string;
}

/** `POST /api/import` and `POST /api/seed` */
export interface Imported {
  /** How many keys were written. */
  readonly written: number;
  /** How many were there already and were left. */
  readonly kept: number;
}

/** `event: change` of `GET /api/changes`. */
export interface KeyChange {
  readonly kind: "set" | "delete";
  readonly key: string;
  /** Of `set` alone. */
  readonly size?: number;
}

/** One line of `GET /api/requests`, the newest first, and `event: request` of `GET /api/events`. */
export interface RequestSummary {
  readonly id: string;
  readonly at: number;
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  /** Absent while there is no response. */
  readonly status?: number;
  /** Milliseconds until the response's head was there. */
  readonly duration?: number;
  /** How many calls of it are known. */
  readonly calls: number;
  /** Whether the guest trapped. */
  readonly trapped: boolean;
  /** The request that it repeats. */
  readonly replayOf?: string;
}

/** `GET /api/request` */
export interface RequestDetail extends RequestSummary {
  readonly url: string;
  /** Lines as they came. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: CapturedBody;
  readonly responseHeaders?: readonly (readonly [string, string])[];
  readonly calls: number;
  /** What left the guest while it served the request, by the time it began. */
  readonly spans: readonly CallSpan[];
  /** How many calls there were besides; absent where that is all. */
  readonly spansLeftOut?: number;
  /** What the guest wrote meanwhile, in order. */
  readonly lines: readonly GuestLine[];
  /** How many lines there were besides; absent where that is all. */
  readonly linesLeftOut?: number;
  /** Why it ended, with the guest's frames. */
  readonly trap?: string;
  /** Whether it can be sent again: its body was kept whole. */
  readonly replayable: boolean;
}

/** As much of a request's body as is kept. */
export interface CapturedBody {
  /** Bytes that have come so far. */
  readonly size: number;
  /** In base64: at most {@linkcode CAPTURE_SIZE}. */
  readonly bytes: string;
  /** Whether that is all of it. */
  readonly whole: boolean;
}

/** How many bytes of a request's body are kept. */
export const CAPTURE_SIZE = 65_536;

/** One call of a guest; a bar of the waterfall. */
export interface CallSpan {
  /** `wasi:keyvalue/store`, … */
  readonly interface: string;
  readonly name: string;
  /** The bucket, or the authority of the server. */
  readonly target: string;
  /** The key, or method and path. */
  readonly subject?: string;
  /** Milliseconds since the request began. */
  readonly start: number;
  readonly duration: number;
  readonly result?: string;
  readonly error?: string;
}

/** A line that a guest wrote. */
export interface GuestLine {
  readonly at: number;
  /** `stdout`, `stderr`, or a level of `wasi:logging`. */
  readonly stream: string;
  readonly text: string;
}

/** `POST /api/replay` */
export interface Replayed {
  /** The new request's. */
  readonly id: string;
}

/** `GET /api/component` */
export interface ComponentReport {
  /** The component that is served, and those beside it. */
  readonly components: readonly ComponentFacts[];
  /** How many Workers run it; 0 where the server's own thread does. */
  readonly lanes: number;
  /** How many requests are in flight in each lane, or in the one thread. */
  readonly underWay: readonly number[];
  /** How many requests an instance serves. */
  readonly instanceReuse: number;
  /** All that stands in the way of serving it, as the linker says it. */
  readonly refused?: readonly RefusedImport[];
}

/** Something that a component cannot be served for. */
export interface RefusedImport {
  /** `wasi:random/random@0.2.12#get-random-bits` */
  readonly import: string;
  readonly reason: string;
}

/** One component. */
export interface ComponentFacts {
  /** What it is called in the configuration; the file of the one that is served. */
  readonly name: string;
  readonly file: string;
  /** Bytes of the file. */
  readonly size: number;
  /** Bytes of each core module, the largest first. */
  readonly modules: readonly { readonly name: string; readonly size: number }[];
  readonly imports: readonly ImportFacts[];
  readonly exports: readonly string[];
  /** What is done with each export, in their order. */
  readonly uses?: readonly ExportFacts[];
  /** Whether the file is a core module, which is made a component on the way. */
  readonly adapted?: boolean;
  /** Whether a request can reach it. */
  readonly reached?: boolean;
  /** Its world, as WIT text. */
  readonly wit: string;
}

/** An import and what is behind it. */
export interface ImportFacts {
  /** `wasi:keyvalue/store@0.2.0-draft` */
  readonly name: string;
  /** The label that the component gives it. */
  readonly label?: string;
  /** What satisfies it. */
  readonly by: "wharf" | "component" | "nothing";
  /** Which component, or what is missing. */
  readonly detail?: string;
  /** What is given, where Wharf gives it: `wasi:http/types@0.2.x`. */
  readonly offered?: string;
  /** Of the functions that the component imports, those that Wharf honours in part. */
  readonly limits?: readonly LimitedFunction[];
}

/** A function of which Wharf does less than its WIT text promises. */
export interface LimitedFunction {
  /** `[method]tcp-socket.start-listen` */
  readonly function: string;
  /** What is less, as docs/wasi.md has it. */
  readonly limit: string;
}

/** An export and who calls it. */
export interface ExportFacts {
  /** `wasi:http/incoming-handler@0.2.3` */
  readonly name: string;
  /** Who calls it. */
  readonly by: "wharf" | "component" | "nothing";
  /** When Wharf calls it, or which components do. */
  readonly detail?: string;
}

/** What `GET /api/events` sends, by the name of the event. */
export interface ExplorerEvents {
  /** A request began or was answered. */
  readonly request: RequestSummary;
  /** A build began or ended. */
  readonly build: BuildState;
}

/**
 * The explorer's HTTP API as the page calls it.
 *
 * @module
 */

/// <reference lib="dom" />

import type {
  BucketDetail,
  BucketSummary,
  BuildRecord,
  BuildState,
  ComponentReport,
  Counted,
  EntryDetail,
  Imported,
  KeyList,
  Problem,
  ProjectStatus,
  Replayed,
  RequestDetail,
  RequestSummary,
  RevisionDetail,
  Written,
} from "../api.ts";

/** What the routes that only read answer. */
export interface Readings {
  readonly status: ProjectStatus;
  readonly builds: readonly BuildRecord[];
  readonly component: ComponentReport;
  readonly buckets: readonly BucketSummary[];
  readonly bucket: BucketDetail;
  readonly keys: KeyList;
  readonly entry: EntryDetail;
  readonly history: readonly RevisionDetail[];
  readonly requests: readonly RequestSummary[];
  readonly request: RequestDetail;
}

/** What the routes that change something answer, in JSON. */
export interface Doings {
  readonly "POST rebuild": BuildState;
  readonly "PUT bucket": BucketDetail;
  readonly "DELETE bucket": unknown;
  readonly "PUT value": Written;
  readonly "DELETE value": unknown;
  readonly "POST increment": Counted;
  readonly "POST purge": unknown;
  readonly "POST import": Imported;
  readonly "POST seed": Imported;
  readonly "POST replay": Replayed;
  readonly "DELETE requests": unknown;
}

/** The query of a call; what is `undefined` is left out. */
export type Query = Readonly<Record<string, string | number | undefined>>;

/** What a call may have beside its query. */
export interface CallOptions {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: BodyInit;
  readonly signal?: AbortSignal;
}

/** A failure that the API told, or that kept it from answering. */
export class ApiProblem extends Error {
  override readonly name: string = "ApiProblem";

  constructor(readonly problem: Omit<Problem, "code"> & { code: ProblemCode }) {
    super(problem.detail);
  }

  get code(): ProblemCode {
    return this.problem.code;
  }
}

/** `unreachable`: there was no answer, or none of Wharf. */
export type ProblemCode = Problem["code"] | "unreachable";

/** Calls the API below an address. */
export class ApiClient {
  readonly #base: string;

  /** @param base Where the API is, with a slash at its end. */
  constructor(base: string) {
    this.#base = base;
  }

  /** The address of a route, for links and streams. */
  url(route: string, query: Query = {}): string {
    const search = new URLSearchParams();
    for (const [name, value] of Object.entries(query)) {
      if (value !== undefined) search.set(name, String(value));
    }
    return this.#base + route + (search.size === 0 ? "" : `?${search}`);
  }

  /** Reads JSON. */
  async get<R extends keyof Readings>(
    route: R,
    query: Query = {},
    signal?: AbortSignal,
  ): Promise<Readings[R]> {
    const response = await this.#fetch(
      "GET",
      this.url(route, query),
      signal === undefined ? {} : { signal },
    );
    return await response.json();
  }

  /** Changes something. */
  async call<D extends keyof Doings>(
    doing: D,
    query: Query = {},
    options: CallOptions = {},
  ): Promise<Doings[D]> {
    const [method = "", route = ""] = doing.split(" ");
    const response = await this.#fetch(
      method,
      this.url(route, query),
      options,
    );
    const text = await response.text();
    return JSON.parse(text === "" ? "null" : text);
  }

  /**
   * The bytes of a value and the version they have.
   *
   * @param version An earlier one, of a store that has a history.
   */
  async value(
    bucket: string,
    key: string,
    version?: string,
  ): Promise<{ bytes: Uint8Array<ArrayBuffer>; version: string }> {
    const response = await this.#fetch(
      "GET",
      this.url("value", { bucket, key, version }),
      {},
    );
    return {
      bytes: new Uint8Array(await response.arrayBuffer()),
      version: versionOf(response.headers.get("etag")),
    };
  }

  async #fetch(
    method: string,
    url: string,
    options: CallOptions,
  ): Promise<Response> {
    let response: Response;
    try {
      response = await fetch(url, { method, ...options });
    } catch (cause) {
      if (options.signal?.aborted) throw cause;
      throw unreachable();
    }
    if (response.ok) return response;
    throw await problemOf(response);
  }
}

/** Whether a call was given up by the page itself. */
export function wasAborted(error: unknown): boolean {
  return error instanceof DOMException && error.name === "AbortError";
}

/** What to tell of a failure. */
export function tellFailure(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The `If-Match` and `ETag` of a version. */
export function entityTag(version: string): string {
  return `"${version}"`;
}

function versionOf(tag: string | null): string {
  return (tag ?? "").replace(/^W\//, "").replace(/^"(.*)"$/, "$1");
}

async function problemOf(response: Response): Promise<ApiProblem> {
  const type = response.headers.get("content-type") ?? "";
  if (type.startsWith("application/problem+json")) {
    return new ApiProblem(await response.json() as Problem);
  }
  return unreachable(response.status);
}

function unreachable(status = 0): ApiProblem {
  return new ApiProblem({
    title: "No answer",
    status,
    code: "unreachable",
    detail: status === 0
      ? "Cannot reach Wharf: it does not answer; start it again with deno task dev"
      : `Cannot reach the explorer: the answer was a ${status} of another server`,
  });
}

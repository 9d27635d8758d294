/**
 * What the explorer refuses, and how each failure is told: the one place where codes become
 * statuses.
 *
 * @module
 */

import { DumpError, type DumpErrorCode } from "../keyvalue/dump/dump_error.ts";
import { KeyValueError, type KeyValueErrorCode } from "../keyvalue/store.ts";
import type { Problem } from "./api.ts";

/** What failures are told apart by. */
export type ProblemCode = Problem["code"];

/** The media type of RFC 9457. */
export const PROBLEM_TYPE = "application/problem+json";

/** The status of each code, and what it is called. */
export const PROBLEMS: Readonly<
  Record<ProblemCode, readonly [status: number, title: string]>
> = {
  "bad-request": [400, "The request is wrong"],
  "unauthorized": [401, "The token is missing"],
  "forbidden": [403, "Not from here"],
  "not-found": [404, "Not found"],
  "method-not-allowed": [405, "Not with this method"],
  "no-such-store": [404, "The store is not configured"],
  "access-denied": [403, "Access denied"],
  "conflict": [412, "It is not as it was expected"],
  "too-large": [413, "Too large"],
  "not-supported": [501, "The store cannot do that"],
  "store-failed": [502, "The store failed"],
  "internal": [500, "The explorer failed"],
};

const OF_STORES: Readonly<Record<KeyValueErrorCode, ProblemCode>> = {
  "no-such-store": "no-such-store",
  "access-denied": "access-denied",
  "other": "store-failed",
};

const OF_DUMPS: Readonly<Record<DumpErrorCode, ProblemCode>> = {
  "malformed": "bad-request",
  "too-large": "too-large",
  "cut-short": "bad-request",
};

/** What a refusal may have beside its reason. */
export interface RefusalOptions extends ErrorOptions {
  /** In place of the status that its code has. */
  readonly status?: number;
  /** What the key is at now. */
  readonly version?: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A request that is answered with a problem. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly status: number;
  readonly version: string | undefined;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    readonly code: ProblemCode,
    message: string,
    { status, version, headers = {}, ...options }: RefusalOptions = {},
  ) {
    super(message, options);
    this.status = status ?? PROBLEMS[code][0];
    this.version = version;
    this.headers = headers;
  }
}

/** What a failure is to the client; `undefined` for one that is the explorer's own. */
export function refusalOf(error: unknown): Refusal | undefined {
  if (error instanceof Refusal) return error;
  if (error instanceof KeyValueError) {
    return new Refusal(OF_STORES[error.code], error.message, { cause: error });
  }
  if (error instanceof DumpError) {
    return new Refusal(OF_DUMPS[error.code], error.message, { cause: error });
  }
  return undefined;
}

/** A failure as clients read it; nothing is told of one that is the explorer's own. */
export function problemOf(error: unknown): Problem {
  const { code, message, status, version } = refusalOf(error) ?? internal();
  const [, title] = PROBLEMS[code];
  return {
    title,
    status,
    detail: message,
    code,
    ...(version === undefined ? {} : { version }),
  };
}

function internal(): Refusal {
  return new Refusal(
    "internal",
    "Cannot answer: the explorer failed; the log says why",
  );
}

/**
 * Why a call to Redis failed, told apart by the code word a reply begins with, never by its
 * English text.
 *
 * @module
 */

import { KeyValueError, type KeyValueErrorCode } from "../store.ts";

/** Something Redis or the way to it refuses; the bucket adds what was tried. */
export class Failure extends Error {
  /** What the error is called where it is printed. */
  override readonly name = "Failure";

  /**
   * @param code What the guest is told.
   * @param state What is the matter, and what helps.
   * @param word The code word of Redis's reply, if it replied.
   */
  constructor(
    readonly code: KeyValueErrorCode,
    readonly state: string,
    readonly word?: string,
  ) {
    super(state);
  }
}

/** The code words of Redis that deserve more than to be repeated. */
const WORDS: Readonly<
  Record<string, readonly [code: KeyValueErrorCode, state: string]>
> = {
  NOAUTH: [
    "access-denied",
    "Redis wants a password (NOAUTH); put it into the URL",
  ],
  WRONGPASS: [
    "access-denied",
    "Redis refused the user name or the password (WRONGPASS); correct the URL",
  ],
  NOPERM: [
    "access-denied",
    "Redis does not let this user do it (NOPERM); grant the user the command, the bucket's keys and the keys wharf-version-*",
  ],
  WRONGTYPE: [
    "other",
    "another program keeps something other than a string there (WRONGTYPE); use another key, or delete it",
  ],
  READONLY: [
    "other",
    "this Redis is a replica that takes no writes (READONLY); use the URL of the primary",
  ],
  LOADING: [
    "other",
    "Redis is still loading its data (LOADING); try again shortly",
  ],
  OOM: [
    "other",
    "Redis has no memory left (OOM); raise maxmemory or delete keys",
  ],
  MISCONF: [
    "other",
    "Redis cannot write to its disk and refuses writes (MISCONF); make room there",
  ],
  BUSY: ["other", "Redis is running a long script (BUSY); try again shortly"],
  MASTERDOWN: [
    "other",
    "this Redis is a replica without its primary (MASTERDOWN); use the URL of the primary",
  ],
  NOREPLICAS: [
    "other",
    "Redis has too few replicas to take writes (NOREPLICAS); start them",
  ],
  MOVED: [
    "other",
    "this Redis is a cluster, which Wharf does not speak to (MOVED); use a single server",
  ],
  CROSSSLOT: [
    "other",
    "this Redis is a cluster, which Wharf does not speak to (CROSSSLOT); use a single server",
  ],
};

/** Long enough for every message of Redis, too short for a value. */
const LONGEST_TEXT = 120;

/** The failure that an error reply means. */
export function failureOfReply(text: string): Failure {
  const word = /^[A-Z]+/.exec(text)?.[0] ?? "ERR";
  const known = WORDS[word];
  if (known !== undefined) return new Failure(known[0], known[1], word);
  // Old servers repeat the arguments of what they do not know.
  const shown = text.split(", with args")[0]!.slice(0, LONGEST_TEXT);
  return new Failure("other", `Redis answered ${shown}`, word);
}

/**
 * The failure that what ioredis threw means; a fault of ours as it is. The errors of ioredis
 * carry arguments, the password among them: none is kept.
 */
export function failureOf(thrown: unknown): unknown {
  if (thrown instanceof TypeError || thrown instanceof RangeError) {
    return thrown;
  }
  if (thrown instanceof Failure) return thrown;
  return isReplyError(thrown) ? failureOfReply(thrown.message) : lost();
}

/** Whether ioredis tells of an error that the server replied with. */
export function isReplyError(thrown: unknown): thrown is Error {
  return thrown instanceof Error && thrown.name === "ReplyError";
}

/** The connection ended before the answer came. */
export function lost(): Failure {
  return new Failure(
    "other",
    "the connection was lost before Redis answered, so it may be done or not; try again",
  );
}

/** The backend was disposed. */
export function closed(): Failure {
  return new Failure("other", "Wharf has closed this store; start it again");
}

/** The error to tell the guest of, if the cause is Redis; any other cause as it is, because then the fault is ours. */
export function explain(
  cause: unknown,
  { act, location }: { readonly act: string; readonly location: string },
): unknown {
  if (!(cause instanceof Failure)) return cause;
  return new KeyValueError(
    cause.code,
    `Cannot ${act} in ${location}: ${cause.state}`,
  );
}

/**
 * What a failure of NATS means to a guest. Failures are told apart by class and by code.
 *
 * @module
 */

import { JetStreamApiCodes, JetStreamApiError } from "@nats-io/jetstream";
import {
  AuthorizationError,
  ClosedConnectionError,
  ConnectionError,
  DrainingConnectionError,
  InvalidArgumentError,
  NoRespondersError,
  PermissionViolationError,
  ProtocolError,
  RequestError,
  TimeoutError,
  UserAuthenticationExpiredError,
} from "@nats-io/nats-core";
import { KeyValueError } from "../store.ts";

/** Error codes of the JetStream API that the client library has no name for. */
const MESSAGE_TOO_LARGE = 10054;
const STREAM_NAME_IN_USE = 10058;
const BUCKET_FULL = 10077;
const STORAGE_FULL: readonly number[] = [10023, 10028, 10047];

/** What was attempted, and where. */
export interface Attempt {
  /** As it stands after "Cannot". */
  readonly act: string;
  /** `host:port`. */
  readonly host: string;
  /** How long the call was given, in ms. */
  readonly timeout: number;
}

/** The error to throw for a failure; one that NATS has no part in comes back as it is. */
export function explain(cause: unknown, attempt: Attempt): unknown {
  if (cause instanceof KeyValueError) return cause;
  const { act, host, timeout } = attempt;
  const tell = (code: KeyValueError["code"], state: string) =>
    new KeyValueError(code, `Cannot ${act}: ${state}`, { cause });
  const root = rootOf(cause);

  if (root instanceof TimeoutError) {
    return tell(
      "other",
      `NATS at ${host} did not answer within ${timeout} ms; check that it is running, and try again`,
    );
  }
  if (
    root instanceof AuthorizationError ||
    root instanceof UserAuthenticationExpiredError
  ) {
    return tell(
      "access-denied",
      `NATS at ${host} refused the credentials; check user, password, token or credentials file`,
    );
  }
  if (root instanceof PermissionViolationError) {
    return tell(
      "access-denied",
      `NATS at ${host} does not permit it; give the user permission to ${
        root.operation === "publish" ? "publish" : "subscribe"
      } to the subjects of JetStream and of the bucket`,
    );
  }
  if (root instanceof NoRespondersError) {
    return tell(
      "other",
      `NATS at ${host} has nobody who answers for JetStream; start nats-server with -js, or enable it for the account`,
    );
  }
  if (root instanceof JetStreamApiError) return tellApi(root, attempt, tell);
  if (root instanceof ConnectionError && root.cause === undefined) {
    return tell(
      "other",
      `NATS at ${host} refused the connection (${root.message}); check the URL and the TLS files`,
    );
  }
  if (isAway(root)) {
    return tell(
      "other",
      `NATS at ${host} is away; check that it is running, and try again`,
    );
  }
  const system = systemCode(root);
  if (system !== undefined) {
    return tell(
      "other",
      `NATS at ${host} cannot be reached (${system}); check the URL and the TLS files`,
    );
  }
  return cause;
}

/** Whether a write was refused because the key has another revision than expected. */
export function isConflict(cause: unknown): boolean {
  return hasCode(cause, [
    JetStreamApiCodes.StreamWrongLastSequence,
    JetStreamApiCodes.StreamWrongLastSequenceUnknown,
  ]);
}

/** Whether there is no stream of that name. */
export function isMissing(cause: unknown): boolean {
  return hasCode(cause, [JetStreamApiCodes.StreamNotFound]);
}

/** Whether somebody else made the stream a moment ago, with other settings. */
export function isNameInUse(cause: unknown): boolean {
  return hasCode(cause, [STREAM_NAME_IN_USE]);
}

/** Whether the stream has no message for the key. */
export function isNoMessage(cause: unknown): boolean {
  return hasCode(cause, [JetStreamApiCodes.NoMessageFound]);
}

/** Whether a value was larger than its bucket takes. */
export function isTooLarge(cause: unknown): boolean {
  return hasCode(cause, [MESSAGE_TOO_LARGE]);
}

/** Whether nobody listens to the subject, so that nothing can have been done. */
export function isUnheard(cause: unknown): boolean {
  return rootOf(cause) instanceof NoRespondersError;
}

function hasCode(cause: unknown, codes: readonly number[]): boolean {
  return cause instanceof JetStreamApiError && codes.includes(cause.code);
}

function tellApi(
  cause: JetStreamApiError,
  { host }: Attempt,
  tell: (code: KeyValueError["code"], state: string) => KeyValueError,
): KeyValueError {
  const { code, description } = cause.apiError() as {
    code: number;
    description: string;
  };
  if (isMissing(cause)) {
    return tell(
      "no-such-store",
      `NATS at ${host} has no such bucket; create it, or set "create"`,
    );
  }
  if (isConflict(cause)) {
    return tell("other", "others keep changing the value; try again");
  }
  if (cause.code === BUCKET_FULL) {
    return tell("other", "the bucket is full; delete keys, or make it larger");
  }
  if (STORAGE_FULL.includes(cause.code)) {
    return tell(
      "other",
      `NATS at ${host} has no room left for JetStream; give it more`,
    );
  }
  return tell(
    code === 403 ? "access-denied" : "other",
    `NATS at ${host} refused it (${description}, code ${cause.code}); see the log of the server`,
  );
}

/** The client wraps what happened to a request, once or twice. */
function rootOf(cause: unknown): unknown {
  let root = cause;
  for (let each = cause; each instanceof Error; each = each.cause) {
    if (each instanceof NoRespondersError) return each;
    if (each instanceof RequestError && each.cause instanceof Error) {
      root = each.cause;
    }
  }
  return root;
}

/** Whether the server did not answer. */
export function isTimeout(cause: unknown): boolean {
  return rootOf(cause) instanceof TimeoutError;
}

function isAway(cause: unknown): boolean {
  return cause instanceof ConnectionError || cause instanceof RequestError ||
    cause instanceof ClosedConnectionError ||
    cause instanceof DrainingConnectionError ||
    cause instanceof ProtocolError || cause instanceof InvalidArgumentError;
}

function systemCode(cause: unknown): string | undefined {
  const code = cause instanceof Error && "code" in cause
    ? cause.code
    : undefined;
  return typeof code === "string" && /^[A-Z][A-Z0-9_]+$/.test(code)
    ? code
    : undefined;
}

/**
 * A guest's response as a front door sends it.
 *
 * @module
 */

import type { HttpBody, HttpResponse } from "../../runtime/http_message.ts";
import type { BodyPipe } from "./body_pipe.ts";
import { hostLines } from "./header_lines.ts";
import { OutgoingResponse } from "./outgoing.ts";

/** RFC 9110: responses that have no body whatever the guest wrote. */
const BODILESS_STATUS: ReadonlySet<number> = new Set([204, 205, 304]);

/** What a response answers to. */
export interface ToResponseOptions {
  /** Whether the request was a HEAD: its response has headers alone. */
  readonly isHead: boolean;
  /** Called when the client goes away before it has the whole body. */
  readonly gone: () => void;
}

/**
 * Makes the server's response of a guest's.
 *
 * @throws {Error} It cannot be sent as it is; the message says why.
 */
export function toResponse(
  response: OutgoingResponse,
  { isHead, gone }: ToResponseOptions,
): HttpResponse {
  const status = response.statusCode();
  if (status < 200) {
    throw new RangeError(
      `The guest answered with status ${status}, which is no final response`,
    );
  }
  const headers = hostLines(response.headers());
  const length = OutgoingResponse.contentLength(response);
  const pipe = OutgoingResponse.pipe(response);
  if (BODILESS_STATUS.has(status) || (isHead && length !== undefined)) {
    pipe?.cancel();
    return { status, headers, body: null };
  }
  // The server gives up the body of a HEAD at once: its client has not gone.
  const body = pipe === undefined
    ? noBody(length)
    : toBody(pipe, isHead ? () => {} : gone);
  return {
    status,
    headers,
    body,
    ...(pipe?.mayHaveTrailers ? { trailers: pipe.trailers() } : {}),
  };
}

function noBody(length = 0): null {
  if (length === 0) return null;
  throw new RangeError(
    `The response has no body where content-length says ${length}`,
  );
}

function toBody(pipe: BodyPipe, gone: () => void): HttpBody {
  if (pipe.failure !== undefined) throw pipe.failure;
  return pipe.finished ? pipe.takeAll() : pipe.readable(gone);
}

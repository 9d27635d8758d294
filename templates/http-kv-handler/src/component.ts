/**
 * The component's export, `wasi:http/incoming-handler`: reads the request for
 * `handler.ts` and sends what it answers.
 *
 * @module
 */

import type * as IncomingHandler from "wasi:http/incoming-handler@0.2.12";
import {
  Fields,
  type IncomingRequest,
  OutgoingBody,
  OutgoingResponse,
  ResponseOutparam,
} from "wasi:http/types@0.2.12";
import type { InputStream, StreamError } from "wasi:io/streams@0.2.12";
import { open } from "wasi:keyvalue/store@0.2.0-draft";
import { concat, encode } from "./bytes.ts";
import { answer, type HttpResponse } from "./handler.ts";
import { witErrorOf } from "./wit_error.ts";

/** How many bytes to ask for in one read. */
const READ_SIZE = 64n * 1024n;

/** The most that `blocking-write-and-flush` takes in one call. */
const WRITE_SIZE = 4096;

export const incomingHandler: typeof IncomingHandler = {
  handle(incoming, responseOut) {
    // `using` gives a resource back to the host at the end of the block.
    using request = incoming;
    const response = answer({
      method: request.method().tag,
      pathWithQuery: request.pathWithQuery() ?? "/",
      readBody: () => readBody(request),
    }, open);
    send(response, responseOut);
  },
};

function readBody(request: IncomingRequest): Uint8Array {
  // Given back in reverse order: WASI wants the stream before its body.
  using body = request.consume();
  using stream = body.stream();
  const chunks: Uint8Array[] = [];
  for (let chunk = next(stream); chunk; chunk = next(stream)) {
    chunks.push(chunk);
  }
  return concat(chunks);
}

/** The next bytes, or `undefined` at the end, which WASI tells as an error. */
function next(stream: InputStream): Uint8Array | undefined {
  try {
    return stream.blockingRead(READ_SIZE);
  } catch (error) {
    if (witErrorOf<StreamError>(error)?.tag === "closed") {
      return undefined;
    }
    throw error;
  }
}

function send({ status, body }: HttpResponse, responseOut: ResponseOutparam) {
  const headers = Fields.fromList([
    ["content-type", encode("text/plain; charset=utf-8")],
  ]);
  const response = new OutgoingResponse(headers);
  response.setStatusCode(status);
  const outgoing = response.body();
  // The body follows its response: the host takes no more of it than it can send.
  ResponseOutparam.set(responseOut, { tag: "ok", val: response });
  {
    using stream = outgoing.write();
    for (let at = 0; at < body.length; at += WRITE_SIZE) {
      stream.blockingWriteAndFlush(body.subarray(at, at + WRITE_SIZE));
    }
  }
  OutgoingBody.finish(outgoing, undefined);
}

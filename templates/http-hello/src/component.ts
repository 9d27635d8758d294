/**
 * The component's export, `wasi:http/incoming-handler`: answers every request alike.
 *
 * @module
 */

import type * as IncomingHandler from "wasi:http/incoming-handler@0.2.12";
import {
  Fields,
  OutgoingBody,
  OutgoingResponse,
  ResponseOutparam,
} from "wasi:http/types@0.2.12";

const GREETING = "Hello from WebAssembly!\n";

export const incomingHandler: typeof IncomingHandler = {
  handle(_request, responseOut) {
    const headers = Fields.fromList([
      ["content-type", encode("text/plain; charset=utf-8")],
    ]);
    const response = new OutgoingResponse(headers);
    const body = response.body();
    // The body follows its response: the host takes no more of it than it can send.
    ResponseOutparam.set(responseOut, { tag: "ok", val: response });
    {
      // `using` gives a resource back to the host at the end of the block.
      using stream = body.write();
      stream.blockingWriteAndFlush(encode(GREETING)); // takes 4096 bytes at most
    }
    OutgoingBody.finish(body, undefined);
  },
};

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/**
 * What a guest does with its response, for guests that are written in TypeScript.
 *
 * @module
 */

import { WitError } from "../../src/runtime/host_interface.ts";
import { type ErrorCode, HttpFailure } from "../../src/wasi/http/error_code.ts";
import { type FieldEntry, Fields } from "../../src/wasi/http/fields.ts";
import {
  OutgoingBody,
  OutgoingResponse,
} from "../../src/wasi/http/outgoing.ts";
import { ResponseOutparam } from "../../src/wasi/http/response_outparam.ts";
import type { OutputStream, StreamError } from "../../src/wasi/io/streams.ts";
import { latin1 } from "./http_client.ts";

/** Starts a response as a guest does. */
export function respond(
  outparam: ResponseOutparam,
  ...lines: [name: string, value: string][]
): { readonly body: OutgoingBody; readonly stream: OutputStream } {
  const response = new OutgoingResponse(
    Fields.fromList(
      lines.map(([name, value]): FieldEntry => [name, latin1(value)]),
    ),
  );
  const body = response.body();
  ResponseOutparam.set(outparam, { tag: "ok", val: response });
  return { body, stream: body.write() };
}

/** Writes through the window, waiting as a guest does. */
export async function writeAll(
  stream: OutputStream,
  bytes: Uint8Array,
  written: (length: number) => void = () => {},
): Promise<void> {
  for (let rest = bytes; rest.length > 0;) {
    const part = rest.subarray(0, Number(stream.checkWrite()));
    if (part.length === 0) {
      await stream.subscribe().block();
      continue;
    }
    stream.write(part);
    written(part.length);
    rest = rest.subarray(part.length);
  }
}

export function endBody(body: OutgoingBody, stream: OutputStream): void {
  stream[Symbol.dispose]();
  OutgoingBody.finish(body, undefined);
}

/** What a stream's error says, as `http-error-code` has it. */
export function codeOf(error: unknown): ErrorCode | "closed" | undefined {
  if (!(error instanceof WitError)) throw error;
  const payload = error.payload as StreamError;
  if (payload.tag === "closed") return "closed";
  const { cause } = payload.val;
  return cause instanceof HttpFailure ? cause.code : undefined;
}

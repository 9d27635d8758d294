/**
 * What a client gets while there is no component to answer it.
 *
 * @module
 */

import type { Fault } from "../runtime/faults/fault.ts";
import { faultResponse } from "../runtime/faults/fault_response.ts";
import type { HttpRequest, HttpResponse } from "../runtime/http_message.ts";
import { BuildError } from "./build_error.ts";

/** The answer to every request after a build or a load that failed. */
export async function failurePage(
  error: Error,
  request: HttpRequest,
): Promise<HttpResponse> {
  const isStopped = error instanceof BuildError && error.code === "stopped";
  const output = error instanceof BuildError ? error.output : "";
  const fault: Fault = {
    kind: isStopped ? "stopping" : "no-component",
    status: isStopped ? 503 : 500,
    message: await withoutColours(error.message),
    details: await withoutColours(output),
  };
  return faultResponse(fault, request, "shown");
}

/** Tools colour what they say; in a page it would stand there escaped. */
export async function withoutColours(text: string): Promise<string> {
  if (text === "") return "";
  const { stripVTControlCharacters } = await import("node:util");
  return stripVTControlCharacters(text).trimEnd();
}

/**
 * What a client gets while there is no component to answer it.
 *
 * @module
 */

import { BuildError } from "./build_error.ts";

/** The answer to every request after a build or a load that failed. */
export function failurePage(error: Error): Response {
  const output = error instanceof BuildError && error.output !== ""
    ? `\n\n${error.output}`
    : "\n";
  return new Response(`${error.message}${output}`, {
    status: 500,
    headers: { "content-type": "text/plain; charset=utf-8" },
  });
}

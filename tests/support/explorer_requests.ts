/**
 * Requests to the explorer that no browser would send, and the page's files for tests.
 *
 * @module
 */

import type { Problem } from "../../src/explorer/api.ts";
import type { ExplorerServer } from "./explorer_server.ts";
import type { RawResponse } from "./http_client.ts";

/** Sends a head as it is; `PORT` in it is the server's. */
export async function ask(
  server: ExplorerServer,
  line: string,
  headers: readonly string[],
): Promise<RawResponse> {
  const head = [`${line} HTTP/1.1`, ...headers, "", ""].join("\r\n")
    .replaceAll("PORT", `${server.port}`);
  return await server.exchange(head);
}

/** The problem that an answer tells. */
export function problemOf({ body }: RawResponse): Problem {
  return JSON.parse(new TextDecoder().decode(body));
}

/** The page's files, as its own room makes them. */
export async function makeAssets(): Promise<
  { readonly folder: URL } & AsyncDisposable
> {
  const path = await Deno.makeTempDir({ prefix: "wharf-explorer-" });
  await Deno.writeTextFile(`${path}/index.html`, "<!doctype html><p>page");
  await Deno.writeTextFile(`${path}/explorer.js`, "export {};");
  await Deno.writeTextFile(`${path}/explorer.css`, "p {}");
  return {
    folder: new URL(`file://${path}/`),
    [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }),
  };
}

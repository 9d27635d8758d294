/**
 * The files of the page.
 *
 * @module
 */

import { PAGE_PATH } from "./access.ts";
import { entityTag, parseTags } from "./entity_tags.ts";
import { Refusal } from "./problem.ts";
import type { RequestHead } from "./request_head.ts";

/** What the page may load: itself, and the bytes of values. */
const POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; " +
  "img-src 'self' data: blob:; connect-src 'self'; frame-ancestors 'none'; " +
  "base-uri 'none'; form-action 'self'";

/** By the path: the file and its type. */
const FILES: ReadonlyMap<string, readonly [file: string, type: string]> =
  new Map([
    [PAGE_PATH, ["index.html", "text/html; charset=utf-8"]],
    [`${PAGE_PATH}explorer.js`, [
      "explorer.js",
      "text/javascript; charset=utf-8",
    ]],
    [`${PAGE_PATH}explorer.css`, ["explorer.css", "text/css; charset=utf-8"]],
  ]);

/** Whether a path is that of a file of the page. */
export function isPageFile(path: string): boolean {
  return FILES.has(path);
}

/**
 * Answers with a file of the page.
 *
 * @param folder Where the files are.
 * @throws {Refusal} There is no such file.
 */
export async function pageFile(
  folder: URL,
  head: RequestHead,
): Promise<Response> {
  const { pathname } = head.url;
  const bytes = await read(folder, pathname);
  const [, type] = FILES.get(pathname)!;
  const digest = await crypto.subtle.digest("SHA-256", bytes);
  const version = new Uint8Array(digest).toHex().slice(0, 32);
  const headers = {
    etag: entityTag(version),
    "content-security-policy": POLICY,
    "cross-origin-opener-policy": "same-origin",
  };
  const line = head.line("if-none-match");
  const known = line === undefined
    ? []
    : parseTags("if-none-match", line, "weak");
  if (known === "any" || known.includes(version)) {
    return new Response(null, { status: 304, headers });
  }
  return new Response(head.method === "HEAD" ? null : bytes, {
    headers: {
      ...headers,
      "content-type": type,
      "content-length": `${bytes.length}`,
    },
  });
}

async function read(
  folder: URL,
  pathname: string,
): Promise<Uint8Array<ArrayBuffer>> {
  const file = FILES.get(pathname)?.[0];
  if (file !== undefined) {
    try {
      return await Deno.readFile(new URL(file, folder));
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  throw new Refusal(
    "not-found",
    `Cannot find "${pathname}": the explorer has no such file`,
  );
}

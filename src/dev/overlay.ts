/**
 * The error of a build that failed, on the pages of the component that still serves: a person
 * who looks at the browser must not take the old page for the new one.
 *
 * What is added stands at the end of the page, in a shadow root of its own, so that neither's
 * styles reach the other. It runs nothing and loads nothing, and is closed by a click. It is
 * ASCII alone, so that it reads the same in every encoding that a page may have.
 *
 * @module
 */

import { printableLines } from "../log.ts";
import type {
  HeaderLine,
  HttpRequest,
  HttpResponse,
} from "../runtime/http_message.ts";
import { BuildError } from "./build_error.ts";
import { withoutColours } from "./status_page.ts";

/** How much of a build's output is shown, in characters: its end says why it failed. */
const SHOWN_OUTPUT = 16 * 1024;

/** Statuses whose responses have no body, or only a part of one. */
const WITHOUT_PAGE: ReadonlySet<number> = new Set([204, 205, 206, 304]);

/** Lines that tell of the page's bytes and would be wrong of the longer one. */
const OF_THE_BYTES: ReadonlySet<string> = new Set([
  "etag",
  "last-modified",
  "cache-control",
  "content-md5",
  "digest",
  "content-digest",
  "repr-digest",
]);

/** The response with the error on it, if it is a page; else the response as it is. */
export async function withOverlay(
  response: HttpResponse,
  request: HttpRequest,
  error: Error,
): Promise<HttpResponse> {
  const headers = [...response.headers];
  if (request.method === "HEAD" || !isPage(response.status, headers)) {
    return { ...response, headers };
  }
  const added = new TextEncoder().encode(await overlay(error));
  const { body } = response;
  return {
    ...response,
    headers: headersWith(headers, added.length),
    body: body instanceof ReadableStream
      ? body.pipeThrough(appending(added))
      : joined(body ?? new Uint8Array(), added),
  };
}

function isPage(status: number, headers: readonly HeaderLine[]): boolean {
  const valueOf = (name: string) =>
    headers.find(([each]) => each.toLowerCase() === name)?.[1].toLowerCase();
  const type = valueOf("content-type") ?? "";
  const encoding = valueOf("content-encoding");
  return !WITHOUT_PAGE.has(status) &&
    /^\s*text\/html\s*(;|$)/.test(type) &&
    // In these a byte is not a character.
    !/charset\s*=\s*"?utf-?(16|32)/.test(type) &&
    (encoding === undefined || encoding.trim() === "identity");
}

function headersWith(
  headers: readonly HeaderLine[],
  added: number,
): readonly HeaderLine[] {
  const kept = headers.flatMap(([name, value]): HeaderLine[] => {
    const lower = name.toLowerCase();
    if (OF_THE_BYTES.has(lower)) return [];
    if (lower !== "content-length") return [[name, value]];
    return /^\d+$/.test(value) ? [[name, String(Number(value) + added)]] : [];
  });
  // The page must not be shown once the build is mended.
  return [...kept, ["cache-control", "no-store"]];
}

function appending(
  added: Uint8Array<ArrayBuffer>,
): TransformStream<Uint8Array, Uint8Array> {
  return new TransformStream({
    flush: (controller) => controller.enqueue(added),
  });
}

function joined(
  body: Uint8Array,
  added: Uint8Array,
): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(body.length + added.length);
  bytes.set(body);
  bytes.set(added, body.length);
  return bytes;
}

/** What is added to a page. */
export async function overlay(error: Error): Promise<string> {
  const message = await withoutColours(error.message);
  const output = error instanceof BuildError
    ? (await withoutColours(error.output)).slice(-SHOWN_OUTPUT)
    : "";
  return `
<div data-wharf="error"><template shadowrootmode="open"><style>${STYLE}</style>
<div role="alert"><details open>
<summary><strong>This page is from the last good build</strong><span class="hint"></span></summary>
<pre class="message">${escaped(printableLines(message))}</pre>${
    output === ""
      ? ""
      : `\n<p>What the build wrote</p>\n<pre>${
        escaped(printableLines(output))
      }</pre>`
  }
</details></div></template></div>
`;
}

const STYLE = `
:host { all: initial; }
details { position: fixed; inset: auto 1rem 1rem 1rem; z-index: 2147483647; max-height: 60vh; overflow: auto; box-sizing: border-box; padding: .75rem 1rem; border: 2px solid #b3261e; border-radius: .5rem; background: #fff; color: #1b1b1f; font: 1rem/1.5 system-ui, sans-serif; box-shadow: 0 .25rem 1.5rem rgb(0 0 0 / .3); }
details:not([open]) { inset: auto 1rem 1rem auto; }
summary { cursor: pointer; color: #b3261e; }
.hint::after { content: " (click to open)"; color: #55555b; font-size: .875rem; }
details[open] .hint::after { content: " (click to close)"; }
p { margin: .75rem 0 .25rem; }
pre { margin: .5rem 0 0; padding: .5rem .75rem; background: #f4f4f5; border-radius: .25rem; font: .875rem/1.5 ui-monospace, monospace; white-space: pre-wrap; overflow-wrap: anywhere; }
.message { border-left: .25rem solid #b3261e; }
@media (prefers-color-scheme: dark) {
  details { background: #161618; color: #e4e4e7; border-color: #ff8a80; }
  summary { color: #ff8a80; }
  .hint::after { color: #a1a1aa; }
  pre { background: #232326; }
  .message { border-color: #ff8a80; }
}
`;

/** Text that cannot end its element, in ASCII. */
function escaped(text: string): string {
  return text.replace(
    /[&<>"'`]|[^\n\t -~]/gu,
    (char) => `&#${char.codePointAt(0)};`,
  );
}

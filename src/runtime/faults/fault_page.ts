/**
 * The page of a fault. It loads nothing and runs nothing, and everything in it that is not
 * Wharf's own is escaped.
 *
 * @module
 */

import type { HttpRequest } from "../http_message.ts";
import { printable, printableLines } from "../../log.ts";
import { type Fault, type FaultFrame, REMEDIES, TITLES } from "./fault.ts";

/**
 * The page.
 *
 * @param request What the client asked for; absent where it is to learn nothing.
 */
export function faultPage(
  fault: Fault,
  request: HttpRequest | undefined,
): string {
  const { kind, status, message, details, stack = [], output = [] } = fault;
  const title = request === undefined ? message : TITLES[kind];
  const remedy = request === undefined ? undefined : REMEDIES[kind];
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${status} ${text(title)}</title>
<style>${STYLE}</style>
<main>
<p class="status">${status}</p>
<h1>${text(title)}</h1>
${
    [
      request && `<pre class="message">${lines(message)}</pre>`,
      remedy && `<p class="remedy">${text(remedy)}</p>`,
      stack.length > 0 && section("Stack of the guest", stackList(stack)),
      output.length > 0 && section(
        "What it wrote",
        `<pre>${
          output.map((line) =>
            `<span class="stream">${text(line.stream)}</span> ${
              text(line.text)
            }`
          ).join("\n")
        }</pre>`,
      ),
      details &&
      section("What the build wrote", `<pre>${lines(details)}</pre>`),
      request && section(
        "Request",
        `<pre>${text(request.method)} ${text(request.url)}</pre>`,
      ),
      fault.request && `<p class="id">request ${text(fault.request)}</p>`,
    ].filter((part) => part).join("\n")
  }
</main>
</html>
`;
}

function section(title: string, content: string): string {
  return `<section>\n<h2>${title}</h2>\n${content}\n</section>`;
}

function stackList(stack: readonly FaultFrame[]): string {
  const items = stack.map((frame) => {
    const place = frame.place === undefined
      ? ""
      : ` <span class="place">${text(frame.place)}</span>`;
    return `<li><code>${text(frame.text)}</code>${place}</li>`;
  });
  return `<ol>\n${items.join("\n")}\n</ol>`;
}

const STYLE = `
  :root { color-scheme: light dark; --quiet: light-dark(#666, #999); --loud: light-dark(#b3261e, #ff8a80); --box: light-dark(#f4f4f5, #232326); }
  body { margin: 0; font: 1rem/1.5 system-ui, sans-serif; background: light-dark(#fff, #161618); color: light-dark(#1b1b1f, #e4e4e7); }
  main { margin: 2.5rem auto; max-width: 60rem; padding: 0 1rem; }
  h1 { margin: 0 0 1rem; font-size: 1.6rem; line-height: 1.2; }
  h2 { margin: 2rem 0 .5rem; font-size: 1rem; color: var(--quiet); }
  pre, ol { margin: 0; padding: .75rem 1rem; border-radius: .4rem; background: var(--box); font: .875rem/1.5 ui-monospace, monospace; white-space: pre-wrap; overflow-wrap: anywhere; }
  ol { list-style: none; white-space: normal; }
  code { font: inherit; }
  .message { border-left: .25rem solid var(--loud); }
  .status { margin: 0; color: var(--loud); font-weight: 600; }
  .remedy { margin: 1rem 0 0; }
  .place, .stream, .id { color: var(--quiet); }
  .id { margin-top: 2rem; font-size: .875rem; }
`;

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** One line that cannot end its element, nor turn what stands around it. */
function text(value: string): string {
  return escapeHtml(printable(value));
}

function lines(value: string): string {
  return escapeHtml(printableLines(value));
}

function escapeHtml(value: string): string {
  return value.replace(/[&<>"']/g, (char) => ENTITIES[char]!);
}

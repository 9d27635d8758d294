/**
 * What a client gets while there is no component to answer it: text, or a page where a browser
 * asks.
 *
 * @module
 */

import { printableLines } from "../log.ts";
import { BuildError } from "./build_error.ts";

/** The answer to every request after a build or a load that failed. */
export async function failurePage(
  error: Error,
  request: Request,
): Promise<Response> {
  const isStopped = error instanceof BuildError && error.code === "stopped";
  const output = error instanceof BuildError ? error.output : "";
  const [message, details] = await Promise.all(
    [error.message, output].map(plain),
  );
  const isPage = request.headers.get("accept")?.includes("text/html") ?? false;
  const body = isPage
    ? page(message!, details!)
    : [message, ...(details === "" ? [] : ["", details])].join("\n") + "\n";
  return new Response(body, {
    status: isStopped ? 503 : 500,
    headers: {
      "content-type": `text/${isPage ? "html" : "plain"}; charset=utf-8`,
      "cache-control": "no-store",
      ...(isPage ? { "content-security-policy": POLICY } : {}),
    },
  });
}

/** What a build writes comes from anywhere; nothing in the page may run or load. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'";

/** Without colours, and without anything else that a terminal obeys. */
async function plain(text: string): Promise<string> {
  if (text === "") return "";
  const { stripVTControlCharacters } = await import("node:util");
  return printableLines(stripVTControlCharacters(text)).trimEnd();
}

function page(message: string, details: string): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Nothing to serve</title>
<style>
  :root { color-scheme: light dark; }
  body { margin: 2rem auto; max-width: 60rem; padding: 0 1rem; font-family: system-ui, sans-serif; }
  pre { white-space: pre-wrap; overflow-wrap: anywhere; }
</style>
<h1>Nothing to serve</h1>
<pre>${escapeHtml(message)}</pre>
${details === "" ? "" : `<hr>\n<pre>${escapeHtml(details)}</pre>\n`}</html>
`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (char) => ENTITIES[char]!);
}

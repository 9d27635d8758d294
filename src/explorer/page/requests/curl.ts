/**
 * A request as a `curl` command that sends it again, byte for byte, from a POSIX shell.
 *
 * @module
 */

import type { RequestDetail } from "../../api.ts";
import { decodeBase64 } from "../buckets/base64.ts";
import { decodeUtf8, headerBytes } from "./byte_text.ts";
import { isSafeText, quoteBytes, quoteText } from "./shell_quoting.ts";

/** What of a request the command is made from. */
export type SentRequest = Pick<
  RequestDetail,
  "method" | "url" | "path" | "headers" | "body"
>;

/** A header's name, RFC 9110, 5.1; `@` in front would be a file for curl. */
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

/** What curl sends of itself, unless it is told not to. */
const CURLS_OWN = ["User-Agent", "Accept"];
/** What curl sends of itself with a body. */
const CURLS_OWN_WITH_BODY = ["Content-Type", "Expect"];

/** Characters of base64 in a line: as long lines as `base64` itself writes. */
const BASE64_LINE = 76;

/**
 * The command that sends a request.
 *
 * @param server Where clients find the component: the host that the client named need not be it.
 */
export function toCurl(request: SentRequest, server: string): string {
  const body = bodyOf(request);
  const words = [
    ...methodWords(request.method, body !== undefined),
    ...targetWords(request, server),
    ...headerWords(request, server, body !== undefined),
    ...(body === undefined ? [] : [body.word]),
  ];
  const command = `curl ${words.join(" \\\n  ")}`;
  return body?.input === undefined
    ? command
    : `base64 -d <<'END' | ${command}\n${body.input}\nEND`;
}

function methodWords(method: string, hasBody: boolean): string[] {
  if (method === (hasBody ? "POST" : "GET")) return [];
  // With `-X HEAD` curl would wait for the body that the answer only describes.
  if (method === "HEAD" && !hasBody) return ["--head"];
  return [`-X ${quoteText(method)}`];
}

function targetWords({ path }: SentRequest, server: string): string[] {
  const { origin } = new URL(server);
  // In a URL curl would encode what is not ASCII; here it sends it as it is.
  if (/[^\x21-\x7e]/.test(path)) {
    const target = new TextEncoder().encode(path);
    return [`--request-target ${quoteBytes(target)}`, quoteText(`${origin}/`)];
  }
  const words: string[] = [];
  if (/[[\]{}]/.test(path)) words.push("--globoff");
  if (/\/\.\.?([/?]|$)/.test(path)) words.push("--path-as-is");
  return [...words, quoteText(origin + path)];
}

function headerWords(
  request: SentRequest,
  server: string,
  hasBody: boolean,
): string[] {
  const words: string[] = [];
  const named = new Set<string>();
  for (const [name, value] of request.headers) {
    const lower = name.toLowerCase();
    if (!TOKEN.test(name)) continue;
    named.add(lower);
    // curl counts the body itself.
    if (lower === "content-length") continue;
    if (lower === "host" && value === new URL(server).host) continue;
    words.push(`-H ${quoteHeader(name, value)}`);
    if (lower === "accept-encoding" && !words.includes("--compressed")) {
      words.push("--compressed");
    }
  }
  // What curl calls a server by is not what an HTTP/2 client did, who sends no Host.
  if (!named.has("host") && URL.canParse(request.url)) {
    const { host } = new URL(request.url);
    if (host !== new URL(server).host) {
      words.push(`-H ${quoteText(`Host: ${host}`)}`);
    }
  }
  const owned = hasBody ? [...CURLS_OWN, ...CURLS_OWN_WITH_BODY] : CURLS_OWN;
  for (const name of owned) {
    if (!named.has(name.toLowerCase())) words.push(`-H '${name}:'`);
  }
  return words;
}

/** A line for curl, for which `Name:` takes a header away and `Name;` sends an empty one. */
function quoteHeader(name: string, value: string): string {
  return value === ""
    ? quoteText(`${name};`)
    : quoteBytes(headerBytes(`${name}: ${value}`));
}

/** The argument that carries the body, and what it reads from; `undefined` for no body. */
function bodyOf(
  { headers, body }: SentRequest,
): { readonly word: string; readonly input?: string } | undefined {
  const bytes = decodeBase64(body.bytes);
  if (bytes.length === 0) {
    const announced = headers.some(([name]) =>
      /^(content-length|transfer-encoding)$/i.test(name)
    );
    return announced ? { word: "--data-raw ''" } : undefined;
  }
  const text = decodeUtf8(bytes);
  if (text !== undefined && isSafeText(text.replaceAll("\n", ""))) {
    // Unlike `--data-binary`, which takes an `@` in front for a file.
    return { word: `--data-raw ${quoteText(text)}` };
  }
  const lines = body.bytes.match(new RegExp(`.{1,${BASE64_LINE}}`, "g")) ?? [];
  return { word: "--data-binary @-", input: lines.join("\n") };
}

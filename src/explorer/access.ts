/**
 * Who may use the explorer: no page of another site, whatever name it has the browser look up
 * this server by, and of those who are not on this machine only who has the token.
 *
 * @module
 */

import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { Refusal } from "./problem.ts";
import type { ExplorerAccess } from "./project.ts";
import type { RequestHead } from "./request_head.ts";

/** Where the page is. */
export const PAGE_PATH = "/_wharf/";

/** What comes before an answer: nothing, or going elsewhere first. */
export type Admission =
  | { readonly kind: "admitted" }
  | {
    readonly kind: "redirect";
    readonly status: 303 | 308;
    readonly location: string;
    readonly cookie?: string;
  };

const ADMITTED: Admission = { kind: "admitted" };

/**
 * Decides whether a request is answered.
 *
 * @throws {Refusal} It is not.
 */
export function admit(head: RequestHead, access: ExplorerAccess): Admission {
  checkHost(head, access);
  const isFromHere = checkOrigin(head);
  checkPreflight(head);
  checkSite(head);
  checkWriter(head, isFromHere);
  const { pathname, search } = head.url;
  if (`${pathname}/` === PAGE_PATH) {
    // The cookie is for what lies below the path.
    return { kind: "redirect", status: 308, location: PAGE_PATH + search };
  }
  return signIn(head, access) ?? (checkToken(head, access), ADMITTED);
}

/** Names of this machine that no server of names is asked for, or that browsers answer themselves. */
export function isLoopbackName(hostname: string): boolean {
  return hostname === "localhost" || hostname.endsWith(".localhost") ||
    hostname === "[::1]" || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}

/**
 * A page elsewhere can have its own name looked up as 127.0.0.1: it is then of one origin with
 * this server, and only the name tells.
 *
 * HTTP/2 has no `Host` line, and a client of HTTP/1.0 may leave it out, which no browser does:
 * the door puts the address in its place.
 */
function checkHost(head: RequestHead, access: ExplorerAccess): void {
  const [host, second] = head.lines("host");
  const own = head.url;
  const said = host === undefined ? own : URL.parse(`${own.protocol}//${host}`);
  if (second !== undefined || said === null || said.host !== own.host) {
    throw new Refusal(
      "bad-request",
      "Cannot answer: the request does not name one host",
    );
  }
  if (access.kind === "loopback" && !isLoopbackName(own.hostname)) {
    throw new Refusal(
      "forbidden",
      `Cannot answer at "${own.hostname}": the explorer is for this machine alone; ` +
        `open it at localhost`,
    );
  }
}

/** Whether the request comes from a page of this server; `undefined` where it does not say. */
function checkOrigin(head: RequestHead): true | undefined {
  const origin = head.line("origin");
  if (origin === undefined) return undefined;
  if (origin === head.url.origin) return true;
  throw foreign("Origin", origin);
}

/** No other origin is ever let in, so there is nothing to ask for. */
function checkPreflight(head: RequestHead): void {
  if (
    head.method === "OPTIONS" &&
    head.line("access-control-request-method") !== undefined
  ) throw foreign("Access-Control-Request-Method", "");
}

/** What browsers say of where a request comes from. A link to the page may stand anywhere. */
function checkSite(head: RequestHead): void {
  const site = head.line("sec-fetch-site");
  if (site === undefined || isOwnSite(site)) return;
  const isVisit = isSafe(head.method) && head.url.pathname === PAGE_PATH &&
    head.line("sec-fetch-mode") === "navigate" &&
    head.line("sec-fetch-dest") === "document";
  if (!isVisit) throw foreign("Sec-Fetch-Site", site);
}

/** Lines that browsers add by themselves. */
const OF_BROWSERS = [
  "cookie",
  "referer",
  "sec-fetch-mode",
  "sec-fetch-dest",
  "sec-fetch-user",
  "sec-ch-ua",
];

/** A browser that writes says where from; a script is none, and says nothing. */
function checkWriter(head: RequestHead, isFromHere: true | undefined): void {
  if (isSafe(head.method) || isFromHere) return;
  if (head.line("sec-fetch-site") !== undefined) return;
  const line = OF_BROWSERS.find((name) => head.line(name) !== undefined);
  if (line === undefined) return;
  throw new Refusal(
    "forbidden",
    `Cannot write: the request has the line "${line}" of a browser and no Origin; ` +
      `leave it out, or say where the request comes from`,
  );
}

/** Opening the page with the token in its address: the address is seen and kept by many, the cookie by the browser. */
function signIn(
  head: RequestHead,
  access: ExplorerAccess,
): Admission | undefined {
  const { pathname, searchParams, protocol } = head.url;
  const given = searchParams.get("token");
  if (given === null || pathname !== PAGE_PATH || !isSafe(head.method)) {
    return undefined;
  }
  const isWanted = access.kind === "token";
  if (isWanted && !isSame(given, access.token)) throw unauthorized();
  const rest = new URLSearchParams(searchParams);
  rest.delete("token");
  const secure = protocol === "https:" ? "; Secure" : "";
  return {
    kind: "redirect",
    status: 303,
    location: PAGE_PATH + (rest.size === 0 ? "" : `?${rest}`),
    ...(isWanted
      ? {
        cookie: `${cookieName(head)}=${ticketOf(access.token)}; ` +
          `Path=${PAGE_PATH}; HttpOnly; SameSite=Strict${secure}`,
      }
      : {}),
  };
}

function checkToken(head: RequestHead, access: ExplorerAccess): void {
  if (access.kind === "loopback") return;
  const bearer = /^Bearer +(.+)$/i.exec(head.line("authorization") ?? "")?.[1];
  // A header has one character for each byte.
  if (bearer !== undefined && isSame(fromBytes(bearer), access.token)) return;
  const name = cookieName(head);
  const tickets = head.lines("cookie").flatMap((line) => line.split(";"))
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${name}=`))
    .map((pair) => pair.slice(name.length + 1));
  const ticket = ticketOf(access.token);
  if (access.token !== "" && tickets.some((each) => isSame(each, ticket))) {
    return;
  }
  throw unauthorized();
}

/** Cookies are the same for all ports of a host. */
function cookieName({ url }: RequestHead): string {
  const { port, protocol } = url;
  return `wharf_explorer_${port || (protocol === "https:" ? "443" : "80")}`;
}

/** What the browser keeps in place of the token. */
function ticketOf(token: string): string {
  return createHmac("sha256", token).update("wharf explorer").digest("hex");
}

/** Compares in a time that says nothing of where they differ; no token at all is never the same. */
function isSame(given: string, wanted: string): boolean {
  const [left, right] = [given, wanted].map((text) =>
    createHash("sha256").update(text).digest()
  );
  return timingSafeEqual(left!, right!) && wanted !== "";
}

function fromBytes(text: string): string {
  return new TextDecoder().decode(
    Uint8Array.from(text, (char) => char.charCodeAt(0)),
  );
}

function isOwnSite(site: string): boolean {
  return site === "same-origin" || site === "none";
}

function isSafe(method: string): boolean {
  return method === "GET" || method === "HEAD";
}

function foreign(line: string, value: string): Refusal {
  return new Refusal(
    "forbidden",
    `Cannot answer with ${line} "${value}": pages of other sites may not use the explorer`,
  );
}

function unauthorized(): Refusal {
  return new Refusal(
    "unauthorized",
    `Cannot answer: the token is missing or wrong; open ${PAGE_PATH}?token=..., ` +
      `or send "Authorization: Bearer ..."`,
    { headers: { "www-authenticate": 'Bearer realm="wharf"' } },
  );
}

/**
 * Answers the requests of the explorer. Loaded with the first of them: nothing else imports
 * the router.
 *
 * @module
 */

import { Hono } from "hono";
import type {
  HeaderLine,
  HttpRequest,
  HttpResponse,
} from "../runtime/http_message.ts";
import { admit } from "./access.ts";
import { API_PATH } from "./openapi.ts";
import { isPageFile, pageFile } from "./page_files.ts";
import { PROBLEM_TYPE, problemOf, Refusal, refusalOf } from "./problem.ts";
import type { ExplorerAccess } from "./project.ts";
import { Query } from "./query.ts";
import { RequestHead } from "./request_head.ts";
import type { Route, RouteContext } from "./route.ts";
import { ROUTES } from "./routes.ts";

/** What an answerer is made with. */
export interface AnswererOptions extends RouteContext {
  readonly access: () => ExplorerAccess;
  /** Where the page's files are. */
  readonly assets: URL;
  /** Told of what the explorer itself does wrong. */
  readonly onFault: (error: unknown) => void;
}

/** What the router hands on with a request. */
interface Env {
  // Hono's name for it.
  Bindings: { readonly request: HttpRequest; readonly head: RequestHead };
}

/** What each answer has; a header that it has itself stays. */
const LINES: readonly HeaderLine[] = [
  ["cache-control", "no-store"],
  ["x-content-type-options", "nosniff"],
  ["cross-origin-resource-policy", "same-origin"],
  ["referrer-policy", "no-referrer"],
  ["content-security-policy", "default-src 'none'; frame-ancestors 'none'"],
];

/** Methods that no `Request` can have. */
const FORBIDDEN_METHODS = ["CONNECT", "TRACE", "TRACK"];

/** Makes what answers the explorer's requests; it never rejects. */
export function makeAnswerer(
  options: AnswererOptions,
): (request: HttpRequest) => Promise<HttpResponse> {
  const router = makeRouter(options);
  return async (request) => {
    try {
      const head = new RequestHead(request);
      const admission = admit(head, options.access());
      if (admission.kind === "redirect") {
        const { status, location, cookie } = admission;
        return answerOf(
          new Response(null, {
            status,
            headers: {
              location,
              ...(cookie === undefined ? {} : { "set-cookie": cookie }),
            },
          }),
        );
      }
      if (FORBIDDEN_METHODS.includes(head.method.toUpperCase())) {
        throw nothingAt(head);
      }
      const response = await router.fetch(
        // The body stays where it is: routes read it from the request itself.
        new Request(head.url, { method: head.method }),
        { request, head },
      );
      return await answerOf(response);
    } catch (error) {
      if (refusalOf(error) === undefined) options.onFault(error);
      return await answerOf(refusalResponse(error));
    } finally {
      // What was not read is not waited for.
      if (request.body?.locked === false) request.body.cancel().catch(() => {});
    }
  };
}

/** The router: a line for each route of the table, and the page. */
export function makeRouter(
  options: RouteContext & Pick<AnswererOptions, "assets">,
): Hono<Env> {
  const router = new Hono<Env>();
  for (const route of ROUTES) {
    // The router answers HEAD by GET.
    if (route.method === "HEAD") continue;
    router.on(route.method, API_PATH + route.path, async ({ env }) => {
      const { request, head } = env;
      const { method, url: { search } } = head;
      const asked = method === "HEAD" ? headOf(route) : route;
      if (asked === undefined) throw nothingAt(head);
      const query = Query.parse(search, asked.query ?? []);
      return await asked.handle({ ...options, request, head, query });
    });
  }
  router.notFound(({ env: { head } }) => {
    const { method, url: { pathname } } = head;
    if ((method === "GET" || method === "HEAD") && isPageFile(pathname)) {
      return pageFile(options.assets, head);
    }
    throw nothingAt(head);
  });
  // What is wrong is told in one place, outside.
  router.onError((error) => {
    throw error;
  });
  return router;
}

function headOf({ path }: Route): Route | undefined {
  return ROUTES.find((each) => each.path === path && each.method === "HEAD");
}

/** That there is nothing at a path, or nothing for a method. */
function nothingAt({ method, url: { pathname } }: RequestHead): Refusal {
  const allowed = isPageFile(pathname)
    ? ["GET", "HEAD"]
    : ROUTES.filter(({ path }) => API_PATH + path === pathname)
      .map((route) => route.method);
  if (allowed.length === 0) {
    return new Refusal(
      "not-found",
      `Cannot find "${pathname}": the explorer has nothing there; ` +
        `see ${API_PATH}/openapi.json`,
    );
  }
  const allow = allowed.join(", ");
  return new Refusal(
    "method-not-allowed",
    `Cannot ${method} "${pathname}": it takes ${allow}`,
    { headers: { allow } },
  );
}

function refusalResponse(error: unknown): Response {
  const problem = problemOf(error);
  const body = new TextEncoder().encode(JSON.stringify(problem));
  return new Response(body, {
    status: problem.status,
    headers: {
      ...refusalOf(error)?.headers,
      "content-type": PROBLEM_TYPE,
      "content-length": `${body.length}`,
    },
  });
}

async function answerOf(response: Response): Promise<HttpResponse> {
  const { status, headers, body } = response;
  for (const [name, value] of LINES) {
    if (!headers.has(name)) headers.set(name, value);
  }
  // What is whole goes out in one piece.
  const isWhole = body !== null && headers.has("content-length");
  return {
    status,
    headers: [...headers],
    body: isWhole ? new Uint8Array(await response.arrayBuffer()) : body,
  };
}

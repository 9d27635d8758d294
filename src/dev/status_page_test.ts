import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { fetchResponse } from "../runtime/fetch_message.ts";
import type { HttpRequest } from "../runtime/http_message.ts";
import { BuildError } from "./build_error.ts";
import { failurePage } from "./status_page.ts";

const REQUEST: HttpRequest = {
  method: "GET",
  url: "http://127.0.0.1:8000/",
  headers: [],
  body: null,
};
const BROWSER: HttpRequest = {
  ...REQUEST,
  headers: [["Accept", "text/html,application/xhtml+xml,*/*;q=0.8"]],
};

/** The page as a client gets it. */
async function pageOf(error: Error, request: HttpRequest): Promise<Response> {
  return fetchResponse(await failurePage(error, request));
}

Deno.test("failurePage() answers with the message and what the build wrote", async (test) => {
  const output = "\x1b[1m\x1b[31merror\x1b[0m: <why>\r\n\tat \x07here\n\n";
  const cases: [error: Error, body: string][] = [
    [new Error("Cannot link: one\n  two"), "Cannot link: one\n  two\n"],
    [new BuildError("component-empty", "It is empty"), "It is empty\n"],
    [
      new BuildError("command-failed", "It failed", { output }),
      "It failed\n\nerror: <why>\n\tat \\x07here\n",
    ],
  ];
  for (const [error, body] of cases) {
    await test.step(error.message, async () => {
      const response = await pageOf(error, REQUEST);
      strictEqual(response.status, 500);
      deepStrictEqual([...response.headers], [
        ["cache-control", "no-store"],
        ["content-type", "text/plain; charset=utf-8"],
        ["vary", "accept"],
        ["x-content-type-options", "nosniff"],
      ]);
      strictEqual(await response.text(), body);
    });
  }
});

Deno.test("failurePage() answers a browser with a page that runs nothing", async () => {
  const error = new BuildError(
    "command-failed",
    `The command "a && b" failed`,
    {
      output: "\x1b[31m<script>alert('x')</script>\x1b[0m\n",
    },
  );
  const response = await pageOf(error, BROWSER);
  strictEqual(response.status, 500);
  strictEqual(response.headers.get("content-type"), "text/html; charset=utf-8");
  match(
    response.headers.get("content-security-policy")!,
    /^default-src 'none'; style-src 'unsafe-inline';/,
  );
  const page = await response.text();
  ok(page.startsWith("<!doctype html>"));
  ok(page.includes(">The command &quot;a &amp;&amp; b&quot; failed</pre>"));
  ok(
    page.includes(
      "<pre>&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;</pre>",
    ),
  );
});

Deno.test("failurePage() says by 503 that Wharf is stopping", async () => {
  const error = new BuildError("stopped", "Wharf is stopping");
  strictEqual((await failurePage(error, REQUEST)).status, 503);
});

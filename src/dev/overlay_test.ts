import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { serveProject, textOf } from "../../tests/support/dev_project.ts";
import type { HttpRequest, HttpResponse } from "../runtime/http_message.ts";
import { BuildError } from "./build_error.ts";
import { withOverlay } from "./overlay.ts";

const ERROR = new BuildError("command-failed", "Cannot build: <b>ü</b>", {
  output: "\x1b[31mno such </template><script>alert(1)</script>\x1b[0m\n",
});

const REQUEST: HttpRequest = {
  method: "GET",
  url: "http://x/",
  headers: [],
  body: null,
};

const PAGE = new TextEncoder().encode("<h1>page</h1>");

function page(response: Partial<HttpResponse> = {}): HttpResponse {
  return {
    status: 200,
    headers: [["Content-Type", "text/html; charset=utf-8"]],
    body: PAGE,
    ...response,
  };
}

async function bodyOf({ body }: HttpResponse): Promise<string> {
  return await new Response(body).text();
}

Deno.test("withOverlay() puts the error behind a page", async () => {
  const shown = await withOverlay(page(), REQUEST, ERROR);
  const text = await bodyOf(shown);
  ok(text.startsWith("<h1>page</h1>"));
  match(text, /role="alert"/);
  match(text, /Cannot build: &#60;b&#62;&#252;&#60;\/b&#62;/);
  ok(text.includes("no such &#60;/template&#62;&#60;script&#62;"));
  ok(!text.includes("<script") && !text.includes("\x1b"));
  strictEqual(text.split("</template>").length, 2);
  // It reads the same in every encoding.
  match(text, /^[\n\t -~]*$/);
});

Deno.test("withOverlay() keeps true what lines say of the body", async () => {
  const shown = await withOverlay(
    page({
      status: 404,
      headers: [
        ["content-type", "Text/HTML"],
        ["content-length", String(PAGE.length)],
        ["ETag", '"a"'],
        ["cache-control", "max-age=600"],
        ["set-cookie", "a=1"],
        ["set-cookie", "b=2"],
      ],
    }),
    REQUEST,
    ERROR,
  );
  strictEqual(shown.status, 404);
  deepStrictEqual([...shown.headers], [
    ["content-type", "Text/HTML"],
    ["content-length", String((await bodyOf(shown)).length)],
    ["set-cookie", "a=1"],
    ["set-cookie", "b=2"],
    ["cache-control", "no-store"],
  ]);
});

Deno.test("withOverlay() leaves alone what is no page", async (test) => {
  const type = (value: string) =>
    ({ headers: [["content-type", value]] }) as const;
  const cases: [name: string, HttpResponse, method?: string][] = [
    ["text", page(type("text/plain"))],
    ["JSON", page(type("application/json"))],
    ["XHTML", page(type("application/xhtml+xml"))],
    ["a longer name", page(type("text/html-sandboxed"))],
    ["UTF-16", page(type("text/html; charset=UTF-16LE"))],
    ["no type", page({ headers: [] })],
    [
      "compressed",
      page({
        headers: [["content-type", "text/html"], ["content-encoding", "gzip"]],
      }),
    ],
    ["HEAD", page(), "HEAD"],
    ["204", page({ status: 204, body: null })],
    ["206", page({ status: 206 })],
    ["304", page({ status: 304, body: null })],
  ];
  for (const [name, response, method = "GET"] of cases) {
    await test.step(name, async () => {
      const shown = await withOverlay(response, { ...REQUEST, method }, ERROR);
      strictEqual(shown.body, response.body);
      deepStrictEqual([...shown.headers], [...response.headers]);
    });
  }
});

Deno.test("withOverlay() lets a stream go on as it comes", async () => {
  let cancelled = false;
  const source = Promise.withResolvers<ReadableStreamDefaultController>();
  const body = new ReadableStream<Uint8Array>({
    start: source.resolve,
    cancel: () => void (cancelled = true),
  });
  const shown = await withOverlay(page({ body }), REQUEST, ERROR);
  const reader = (shown.body as ReadableStream<Uint8Array>).getReader();
  const controller = await source.promise;
  controller.enqueue(PAGE);
  deepStrictEqual((await reader.read()).value, PAGE);
  controller.close();
  const { value } = await reader.read();
  match(new TextDecoder().decode(value), /role="alert"/);
  strictEqual((await reader.read()).done, true);
  strictEqual(cancelled, false);
  const endless = new ReadableStream<Uint8Array>({
    cancel: () => void (cancelled = true),
  });
  const left = await withOverlay(page({ body: endless }), REQUEST, ERROR);
  await (left.body as ReadableStream<Uint8Array>).cancel();
  strictEqual(cancelled, true);
});

Deno.test("a page of the last good component shows why there is no newer one", async () => {
  await using project = await serveProject({ guest: "echo" });
  const { server } = project;
  await server.ready;
  const html = {
    method: "POST",
    headers: { "content-type": "text/html" },
    body: "<p>page</p>",
  };
  strictEqual(await textOf(server.url, html), "<p>page</p>");
  await project.save("src/guest", "/nowhere.wasm");
  await project.event("build-failed");
  const text = await textOf(server.url, html);
  match(text, /^<p>page<\/p>\n<div data-wharf="error">/);
  match(text, /nowhere\.wasm/);
  const plain = { ...html, headers: { "content-type": "text/plain" } };
  strictEqual(await textOf(server.url, plain), "<p>page</p>");
  await project.saveGuest("echo");
  await project.event("swapped");
  strictEqual(await textOf(server.url, html), "<p>page</p>");
});

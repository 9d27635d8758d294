/**
 * The page's files: who may open them, and what a browser lets them do.
 */

import assert from "node:assert/strict";
import { ask, makeAssets, problemOf } from "./support/explorer_requests.ts";
import { serveExplorer } from "./support/explorer_server.ts";
import { valuesOf } from "./support/http_client.ts";

const STATUS = "/_wharf/api/status";
const TOKEN = { kind: "token", token: "grün-0123456789" } as const;

/** What the page's own address answers to a browser. */
const VISITS: readonly [lines: readonly string[], status: number][] = [
  [["Sec-Fetch-Site: none"], 200],
  [[
    "Sec-Fetch-Site: cross-site",
    "Sec-Fetch-Mode: navigate",
    "Sec-Fetch-Dest: document",
  ], 200],
  [[
    "Sec-Fetch-Site: cross-site",
    "Sec-Fetch-Mode: navigate",
    "Sec-Fetch-Dest: iframe",
  ], 403],
  [["Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: no-cors"], 403],
  [["Sec-Fetch-Site: same-site", "Sec-Fetch-Mode: cors"], 403],
];

Deno.test("a link from anywhere shows the page, and nothing embeds it", async (test) => {
  await using assets = await makeAssets();
  await using server = await serveExplorer({ assets: assets.folder });
  for (const [lines, status] of VISITS) {
    await test.step(lines.join(), async () => {
      const response = await ask(server, "GET /_wharf/", [
        "Host: localhost:PORT",
        ...lines,
      ]);
      assert.equal(response.status, status);
    });
  }
  const script = await ask(server, "GET /_wharf/explorer.js", [
    "Host: localhost:PORT",
    "Sec-Fetch-Site: cross-site",
    "Sec-Fetch-Mode: no-cors",
    "Sec-Fetch-Dest: script",
  ]);
  assert.equal(script.status, 403);
});

Deno.test("the page's files have their types, tags and policy", async () => {
  await using assets = await makeAssets();
  await using server = await serveExplorer({ assets: assets.folder });
  const types = {
    "": "text/html; charset=utf-8",
    "explorer.js": "text/javascript; charset=utf-8",
    "explorer.css": "text/css; charset=utf-8",
  };
  for (const [file, type] of Object.entries(types)) {
    const url = server.url + file;
    const response = await fetch(url);
    await response.body?.cancel();
    const { headers } = response;
    assert.equal(headers.get("content-type"), type);
    assert.equal(
      headers.get("content-security-policy"),
      "default-src 'none'; script-src 'self'; style-src 'self'; " +
        "img-src 'self' data: blob:; connect-src 'self'; " +
        "frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
    );
    assert.equal(headers.get("cache-control"), "no-store");
    assert.equal(headers.get("x-content-type-options"), "nosniff");
    assert.equal(headers.get("cross-origin-resource-policy"), "same-origin");
    assert.equal(headers.get("referrer-policy"), "no-referrer");
    const again = await fetch(url, {
      headers: { "if-none-match": headers.get("etag")! },
    });
    assert.equal(again.status, 304);
    await again.body?.cancel();
    const head = await fetch(url, { method: "HEAD" });
    assert.equal(head.headers.get("etag"), headers.get("etag"));
  }
  for (const path of ["index.html", "api", "api/", "..%2Fmod.ts", "%00", "/"]) {
    const response = await fetch(server.url + path);
    assert.equal(response.status, 404, path);
    assert.equal((await response.json()).code, "not-found");
  }
  const bare = await fetch(server.url.slice(0, -1) + "?a=b", {
    redirect: "manual",
  });
  await bare.body?.cancel();
  assert.equal(bare.status, 308);
  assert.equal(bare.headers.get("location"), "/_wharf/?a=b");
  const put = await fetch(server.url, { method: "PUT", body: "x" });
  await put.body?.cancel();
  assert.equal(put.status, 405);
  assert.deepEqual(server.faults, []);
});

Deno.test("paths cannot lead out of the explorer", async () => {
  await using server = await serveExplorer();
  const paths = [
    "/_wharf/../_wharf/../",
    "/_wharf/%2e%2e/mykey",
    "/_wharf/api/../../etc/passwd",
    "/_wharf/..%2f..%2fmod.ts",
  ];
  for (const path of paths) {
    const response = await ask(server, `GET ${path}`, ["Host: localhost"]);
    assert.equal(response.status, 404, path);
    assert.equal(problemOf(response).code, "not-found");
  }
  const guest = await ask(server, "GET /_wharfoo", ["Host: localhost"]);
  assert.equal(new TextDecoder().decode(guest.body).trim(), "none");
});

Deno.test("opening the page with its token leaves a cookie and no token in the address", async () => {
  await using assets = await makeAssets();
  await using server = await serveExplorer({
    access: TOKEN,
    assets: assets.folder,
  });
  const host = "Host: 192.168.0.7:PORT";
  const none = await ask(server, "GET /_wharf/", [host]);
  assert.equal(none.status, 401);
  const wrong = await ask(server, "GET /_wharf/?token=wrong", [host]);
  assert.equal(wrong.status, 401);
  assert.deepEqual(valuesOf(wrong.lines, "set-cookie"), []);

  const token = encodeURIComponent(TOKEN.token);
  const opened = await ask(server, `GET /_wharf/?token=${token}&a=b`, [host]);
  assert.equal(opened.status, 303);
  assert.deepEqual(valuesOf(opened.lines, "location"), ["/_wharf/?a=b"]);
  const [cookie = ""] = valuesOf(opened.lines, "set-cookie");
  const [pair = "", ...attributes] = cookie.split("; ");
  assert.deepEqual(attributes, [
    "Path=/_wharf/",
    "HttpOnly",
    "SameSite=Strict",
  ]);
  assert.ok(pair.startsWith(`wharf_explorer_${server.port}=`), pair);
  assert.ok(!decodeURIComponent(cookie).includes(TOKEN.token));

  const jar = `Cookie: other=1; ${pair}; last=2`;
  assert.equal((await ask(server, "GET /_wharf/", [host, jar])).status, 200);
  assert.equal((await ask(server, `GET ${STATUS}`, [host, jar])).status, 200);
  const write = ["Content-Length: 0", host, jar];
  const line = "POST /_wharf/api/rebuild";
  assert.equal((await ask(server, line, write)).status, 403);
  const own = [...write, "Origin: http://192.168.0.7:PORT"];
  assert.equal((await ask(server, line, own)).status, 202);
  const foreign = [...write, "Origin: http://evil.com"];
  assert.equal((await ask(server, line, foreign)).status, 403);
});

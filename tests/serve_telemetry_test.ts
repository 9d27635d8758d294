import assert from "node:assert/strict";
import { startCollector } from "./support/otlp_collector.ts";
import { serveScript } from "./support/outgoing_app.ts";
import { makeDeployment, startServe } from "./support/serve_process.ts";

const TRACE = "0af7651916cd43dd8448eb211c80319c";
const PARENT = "b7ad6b7169203331";
const TRACEPARENT = `00-${TRACE}-${PARENT}-01`;

for (const server of ["deno", "node"]) {
  for (const lanes of ["0", "2"]) {
    Deno.test(`serve records a request and its calls of a bucket, by ${server} in ${lanes} Workers`, async () => {
      await using collector = startCollector();
      await using made = await makeDeployment("rust_wit_bindgen");
      await using served = await startServe(made.dist, {
        args: ["--http-server", server, "--lanes", lanes],
        env: collector.env,
      });
      const response = await fetch(`${served.url}/?key=missing`, {
        headers: { traceparent: TRACEPARENT },
      });
      assert.equal(response.status, 404, await response.text());
      const { id, trace } = await served.event("access");
      assert.equal(trace, TRACE);
      // Deno records one of its own of HTTP/1.1 by node, which leads nowhere.
      const request = await collector.span(({ attributes }) =>
        attributes["wharf.request.id"] === id
      );
      assert.equal(request.kind, "server");
      assert.equal(request.trace, TRACE);
      assert.equal(request.parent, PARENT);
      assert.equal(request.attributes["http.request.method"], "GET");
      assert.equal(request.attributes["url.path"], "/");
      // Deno writes it as text.
      assert.equal(
        Number(request.attributes["http.response.status_code"]),
        404,
      );
      const get = await collector.span(({ name }) => name === "get in_memory");
      assert.deepEqual(
        [get.kind, get.trace, get.parent, get.failed],
        ["client", TRACE, request.id, false],
      );
      assert.deepEqual(get.attributes, {
        "db.system.name": "in_memory",
        "db.operation.name": "get",
        "db.collection.name": "in_memory",
      });
    });
  }
}

Deno.test("serve records a call to another server, which is told of it as its parent", async () => {
  const heads: string[] = [];
  await using other = serveScript(async (connection) => {
    heads.push(await connection.readHead() ?? "");
    await connection.send(
      "HTTP/1.1 503 Away\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
    );
  });
  await using collector = startCollector();
  await using made = await makeDeployment("outgoing");
  await using served = await startServe(made.dist, { env: collector.env });
  const response = await fetch(
    `${served.url}/?${other.query}&path=/there?secret=1`,
  );
  assert.match(await response.text(), /^status 503\n/);
  const request = await collector.span(({ kind }) => kind === "server");
  const call = await collector.span(({ kind }) => kind === "client");
  assert.deepEqual([call.trace, call.parent], [request.trace, request.id]);
  assert.equal(request.parent, undefined);
  assert.deepEqual(call.attributes, {
    "url.path": "/there",
    "http.request.method": "GET",
    "server.address": "127.0.0.1",
    "server.port": other.port,
    "http.response.status_code": 503,
    "error.type": "503",
  });
  assert.ok(!JSON.stringify(collector.spans).includes("secret"));
  assert.ok(call.failed);
  const told = /^traceparent: (.*)$/m.exec(heads[0]!)?.[1]?.trim();
  assert.equal(told, `00-${call.trace}-${call.id}-01`);
});

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
      const request = await collector.span(({ attributes }) =>
        attributes["wharf.request.id"] === id
      );
      const { hostname, port } = new URL(served.url);
      assert.equal(request.attributes["server.address"], hostname);
      assert.equal(Number(request.attributes["server.port"]), Number(port));
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

for (const server of ["deno", "node"]) {
  Deno.test(`serve records a request once, and a call to another server, which is told of it as its parent, by ${server}`, async () => {
    const heads: string[] = [];
    await using other = serveScript(async (connection) => {
      heads.push(await connection.readHead() ?? "");
      await connection.send(
        "HTTP/1.1 503 Away\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
      );
    });
    await using collector = startCollector();
    await using made = await makeDeployment("outgoing");
    await using served = await startServe(made.dist, {
      args: ["--http-server", server],
      env: collector.env,
    });
    const response = await fetch(
      `${served.url}/?${other.query}&path=/there?secret=1`,
    );
    assert.match(await response.text(), /^status 503\n/);
    served.kill("SIGTERM");
    await served.ended;
    const [request, ...others] = collector.spans
      .filter(({ kind }) => kind === "server");
    assert.deepEqual(others, []);
    assert.equal(request?.parent, undefined);
    const call = await collector.span(({ kind }) => kind === "client");
    assert.deepEqual([call.trace, call.parent], [request?.trace, request?.id]);
    assert.deepEqual(call.attributes, {
      "url.full": `http://127.0.0.1:${other.port}/there`,
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
}

Deno.test("serve records why a call failed, no password, and that it was sent again", async () => {
  await using other = serveScript(async (connection, index) => {
    await connection.readHead();
    await connection.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    // The next request comes on a connection that ends instead of an answer.
    if (index === 0) await connection.readHead();
  });
  await using collector = startCollector();
  await using made = await makeDeployment("outgoing");
  await using served = await startServe(made.dist, {
    args: ["--lanes", "0"],
    env: collector.env,
  });
  const authority = `127.0.0.1:${other.port}`;
  const queries = [
    `authority=${authority}&path=/once`,
    `authority=${authority}&path=/again`,
    `authority=user:hunter2@${authority}&path=/refused`,
    "authority=127.0.0.1:1&path=/brewed&method=BREW&scheme=https",
  ];
  for (const query of queries) {
    await (await fetch(`${served.url}/?${query}`)).text();
  }
  const callOf = (path: string) =>
    collector.span(({ kind, attributes }) =>
      kind === "client" && `${attributes["url.full"]}`.endsWith(path)
    );
  const once = await callOf("/once");
  assert.equal(once.attributes["http.request.resend_count"], undefined);
  const again = await callOf("/again");
  assert.equal(again.attributes["http.request.resend_count"], 1);
  assert.deepEqual([once.failed, again.failed], [false, false]);
  const refused = await callOf("/refused");
  assert.equal(refused.attributes["url.full"], `http://${authority}/refused`);
  assert.equal(refused.attributes["error.type"], "HTTP-request-URI-invalid");
  const brewed = await callOf("/brewed");
  assert.equal(brewed.name, "HTTP");
  assert.equal(brewed.attributes["url.full"], "https://127.0.0.1:1/brewed");
  assert.equal(brewed.attributes["http.request.method"], "_OTHER");
  assert.equal(brewed.attributes["http.request.method_original"], "BREW");
  assert.equal(brewed.attributes["error.type"], "connection-refused");
  assert.ok(brewed.failed);
  served.kill("SIGTERM");
  await served.ended;
  assert.ok(!JSON.stringify(collector.spans).includes("hunter2"));
});

import assert from "node:assert/strict";
import { startDev } from "./support/dev_process.ts";
import { guestPath } from "./support/guest_app.ts";
import { serveAnswer, serveScript } from "./support/outgoing_app.ts";
import { makeProject } from "./support/run_main.ts";

const OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi";

Deno.test("dev lets a component call this machine, and names the line for all else", async () => {
  await using server = serveAnswer(OK);
  await using project = await makeProject("");
  await using dev = await startDev({
    args: ["--component", guestPath("outgoing"), "-C", project.path],
  });
  const ask = async (query: string) =>
    await (await fetch(`${dev.url}/?${query}`)).text();
  assert.match(await ask(server.query), /^status 200\n/);
  for (let call = 0; call < 2; call++) {
    assert.equal(
      await ask("scheme=https&authority=a.example"),
      "handle HTTP-request-denied\n",
    );
  }
  assert.equal((await dev.stop()).code, 0);
  const warnings = dev.events.flatMap((event) =>
    event.event === "warning" ? [event.text] : []
  );
  assert.deepEqual(warnings, [
    'Cannot connect to "https://a.example": no line allows it; ' +
    'set workload.allowedHosts: ["https://a.example"]',
  ]);
});

Deno.test("dev lets a component call the ports of this machine that are listed, and no others", async () => {
  await using listed = serveAnswer(OK);
  await using other = serveAnswer(OK);
  await using project = await makeProject(
    `workload: {allowedHostLoopbackPorts: [${listed.port}]}\n` +
      "dev: {outgoing_http: {max_total_per_request: 1}}\n",
  );
  await using dev = await startDev({
    args: ["--component", guestPath("outgoing"), "-C", project.path],
  });
  const ask = async (path: string) =>
    await (await fetch(`${dev.url}${path}`)).text();
  assert.match(await ask(`/?${listed.query}`), /^status 200\n/);
  assert.equal(await ask(`/?${other.query}`), "handle HTTP-request-denied\n");
  assert.equal(
    await ask(`/many?n=2&${listed.query}`),
    "handle connection-limit-reached\nok\n",
  );
  assert.equal((await dev.stop()).code, 0);
});

Deno.test("dev passes the trace of a request on to the calls that are made for it", async () => {
  const heads: string[] = [];
  await using server = serveScript(async (connection) => {
    heads.push(await connection.readHead() ?? "");
    await connection.send(
      "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi",
    );
  });
  await using project = await makeProject("");
  await using dev = await startDev({
    args: ["--component", guestPath("outgoing"), "-C", project.path],
  });
  const valid = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  for (const traceparent of [valid, "00-nonsense", undefined]) {
    const response = await fetch(`${dev.url}/?${server.query}`, {
      headers: traceparent === undefined ? {} : { traceparent },
    });
    assert.match(await response.text(), /^status 200\n/);
  }
  assert.deepEqual(
    heads.map((head) => /^traceparent: (.*)$/m.exec(head)?.[1]?.trim()),
    [valid, undefined, undefined],
  );
});

import assert from "node:assert/strict";
import {
  openOutgoing,
  serveAnswer,
  serveScript,
} from "./support/outgoing_app.ts";

const OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi";

Deno.test("a host that no line allows is denied, with one warning that names the line", async () => {
  await using server = serveAnswer(OK);
  await using app = await openOutgoing({ loopback: [] });
  for (let call = 0; call < 2; call++) {
    assert.equal(
      await app.report(server.query),
      "handle HTTP-request-denied\n",
    );
  }
  assert.equal(
    await app.report("authority=example.com&scheme=https"),
    "handle HTTP-request-denied\n",
  );
  assert.deepEqual(app.warnings, [
    `Cannot connect to "http://127.0.0.1:${server.port}": no line allows it; ` +
    `set workload.allowedHosts: ["http://127.0.0.1:${server.port}"]`,
    'Cannot connect to "https://example.com": no line allows it; ' +
    'set workload.allowedHosts: ["https://example.com"]',
  ]);
  assert.equal(server.accepted(), 0);
});

Deno.test("other spellings of an address are that address", async () => {
  await using server = serveAnswer(OK);
  await using closed = await openOutgoing({
    loopback: [],
    hosts: [{ host: "*" }],
  });
  await using open = await openOutgoing({ loopback: "any" });
  for (
    const host of [
      "127.1",
      "2130706433",
      "0x7f.1",
      "0177.0.0.1",
      "[::ffff:7f00:1]",
    ]
  ) {
    const query = `authority=${host}:${server.port}`;
    assert.equal(
      await closed.report(query),
      "handle HTTP-request-denied\n",
      host,
    );
    assert.match(await open.report(query), /^status 200\n/, host);
  }
});

Deno.test("a name that stands for this machine is refused when it is looked up", async () => {
  await using server = serveAnswer(OK);
  await using app = await openOutgoing({
    loopback: [],
    // Every name; the addresses of this machine are another matter.
    hosts: [{ host: "*" }],
  });
  assert.equal(
    await app.report(`authority=localhost:${server.port}`),
    "response destination-IP-prohibited\n",
  );
  const [warning = ""] = app.warnings;
  assert.match(
    warning,
    /its name stands for (?:127\.0\.0\.1|::1), which no line allows/,
  );
  assert.match(warning, new RegExp(`set workload\\..*${server.port}`));
  assert.equal(server.accepted(), 0);

  await using listed = await openOutgoing({
    loopback: [],
    hosts: [{ host: "*" }, { host: "127.0.0.1", port: server.port }],
  });
  assert.match(
    await listed.report(`authority=localhost:${server.port}`),
    /^status 200\n/,
  );
});

Deno.test("a request makes as many calls as it may, at once and in all", async () => {
  const waiting: (() => void)[] = [];
  await using server = serveScript(async (connection) => {
    while (await connection.readHead() !== undefined) {
      await new Promise<void>((resolve) => {
        waiting.push(resolve);
        if (waiting.length === 2) waiting.splice(0).forEach((each) => each());
      });
      await connection.send(OK);
    }
  });
  await using app = await openOutgoing({ concurrent: 2 });
  const limited = "handle connection-limit-reached\n";
  assert.equal(
    await app.report(`/many?${server.query}&n=3`),
    `${limited}ok\nok\n`,
  );
  assert.match(
    app.warnings.join(),
    /2 calls under way; set dev\.outgoing_http\.max_concurrent_per_request higher/,
  );

  await using answering = serveAnswer(OK);
  await using few = await openOutgoing({ total: 3 });
  for (let request = 0; request < 2; request++) {
    assert.equal(
      await few.report(`/many?${answering.query}&n=4&serial=1`),
      `ok\nok\nok\n${limited}`,
    );
  }
  assert.match(
    few.warnings.join(),
    /made 3 calls already; set dev\.outgoing_http\.max_total_per_request higher/,
  );
});

Deno.test("a call waits for a connection, and not for ever", async () => {
  const heard = Promise.withResolvers<void>();
  const go = Promise.withResolvers<void>();
  await using server = serveScript(async (connection) => {
    while (await connection.readHead() !== undefined) {
      heard.resolve();
      await go.promise;
      await connection.send(OK);
    }
  });
  await using app = await openOutgoing({ connections: 1, connectionWait: 20 });
  const first = app.report(server.query);
  await heard.promise;
  assert.equal(
    await app.report(server.query),
    "response connection-limit-reached\n",
  );
  assert.match(
    app.warnings.join(),
    /set dev\.max_outbound_http_connections_per_workload higher$/,
  );
  go.resolve();
  assert.match(await first, /^status 200\n/);

  await using patient = await openOutgoing({ connections: 1 });
  const reports = await Promise.all(
    Array.from({ length: 5 }, () => patient.report(server.query)),
  );
  for (const report of reports) assert.match(report, /^status 200\n/);
});

import assert from "node:assert/strict";
import { makeAuthority } from "./support/certificates.ts";
import {
  openOutgoing,
  type ScriptedServer,
  serveAnswer,
  serveOnce,
  serveScript,
} from "./support/outgoing_app.ts";

const OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi";

/** A server that answers nothing until its client goes away. */
function serveSilence(answer = ""): ScriptedServer {
  return serveScript(async (connection) => {
    await connection.readHead();
    await connection.send(answer);
    await connection.closed();
  });
}

/** A port that nobody listens on. */
function closedPort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

/** A listener that takes no connection any more: as many wait as the system lets wait. */
async function fullListener(): Promise<AsyncDisposable & { port: number }> {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  const waiting: Deno.Conn[] = [];
  while (true) {
    const conn = Deno.connect({ hostname: "127.0.0.1", port });
    const timeout = Promise.withResolvers<undefined>();
    const timer = setTimeout(() => timeout.resolve(undefined), 200);
    const made = await Promise.race([conn, timeout.promise]);
    clearTimeout(timer);
    if (made !== undefined) {
      waiting.push(made);
      continue;
    }
    return {
      port,
      async [Symbol.asyncDispose]() {
        listener.close();
        for (const each of waiting) each.close();
        await conn.then((each) => each.close(), () => {});
      },
    };
  }
}

Deno.test("a request that cannot be sent is refused at once", async () => {
  await using app = await openOutgoing();
  const authority = "authority=127.0.0.1:1";
  for (
    const [query, code] of [
      ["path=/", "HTTP-request-URI-invalid"],
      ["authority=a@127.0.0.1", "HTTP-request-URI-invalid"],
      ["authority=127.0.0.1:0", "HTTP-request-URI-invalid"],
      [`${authority}&path=/${"a".repeat(65536)}`, "HTTP-request-URI-too-long"],
      [`${authority}&scheme=ftp`, "HTTP-protocol-error"],
      [`${authority}&method=CONNECT`, "HTTP-request-method-invalid"],
      [`${authority}&length=ten&send=3`, "HTTP-request-body-size"],
      [`${authority}&length=3`, "HTTP-request-body-size"],
    ] as const
  ) {
    const report = await app.report(query);
    assert.match(report, new RegExp(`^handle ${code}\n`), query.slice(0, 60));
  }
});

Deno.test("a call fails with the code of what failed", async () => {
  await using garbage = serveAnswer("nonsense\r\n\r\n");
  await using lengths = serveAnswer(
    "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nhi",
  );
  await using smuggling = serveAnswer(
    "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
  );
  await using large = serveAnswer(
    `HTTP/1.1 200 OK\r\nX-A: ${"a".repeat(70_000)}\r\n\r\n`,
  );
  await using upgrade = serveAnswer(
    "HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
  );
  await using silent = serveSilence();
  await using gone = serveOnce("");
  await using plain = serveScript((connection) =>
    connection.send("no TLS\r\n")
  );
  await using half = serveOnce("HTTP/1.1 200 OK\r\nContent-Le");
  await using app = await openOutgoing({
    hosts: [{ host: "nowhere.invalid" }],
  });
  for (
    const [query, code] of [
      [`authority=127.0.0.1:${closedPort()}`, "connection-refused"],
      ["authority=nowhere.invalid", "DNS-error"],
      [garbage.query, "HTTP-protocol-error"],
      [lengths.query, "HTTP-protocol-error"],
      [smuggling.query, "HTTP-response-transfer-coding"],
      [large.query, "HTTP-response-header-section-size"],
      [upgrade.query, "HTTP-upgrade-failed"],
      [`${silent.query}&first=50`, "HTTP-response-timeout"],
      [gone.query, "connection-terminated"],
      [half.query, "connection-terminated|HTTP-response-incomplete"],
      [`scheme=https&${plain.query}`, "TLS-protocol-error"],
    ] as const
  ) {
    const report = await app.report(query);
    assert.match(report, new RegExp(`^response (?:${code})\n$`), query);
  }
});

Deno.test("a response that breaks off gives what came, then its code", async () => {
  await using cut = serveOnce(
    "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhi",
  );
  await using chunk = serveOnce(
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhi",
  );
  await using coding = serveAnswer(
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhi",
  );
  await using stuck = serveSilence(
    "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhi",
  );
  await using app = await openOutgoing();
  for (
    const [query, end] of [
      [cut.query, "bytes 2\nbody HTTP-response-incomplete"],
      [chunk.query, "bytes 2\nbody HTTP-response-incomplete"],
      [coding.query, "bytes 0\nbody HTTP-protocol-error"],
      [`${stuck.query}&between=50`, "bytes 2\nbody connection-read-timeout"],
    ] as const
  ) {
    const report = await app.report(query);
    assert.match(report, new RegExp(`\n${end}\ntrailers .*\n$`), query);
  }
});

Deno.test("a body that is not as long as it says fails the call", async () => {
  await using server = serveSilence();
  await using app = await openOutgoing();
  assert.equal(
    await app.report(`${server.query}&method=POST&length=5&send=3`),
    "finish HTTP-request-body-size\nresponse HTTP-request-body-size\n",
  );
  assert.match(
    await app.report(`${server.query}&method=POST&length=3&send=5`),
    /^write HTTP-request-body-size\n(?:finish .*\n)?response HTTP-request-body-size\n$/,
  );
  assert.match(
    await app.report(`${server.query}&method=POST&send=5000&unfinished=1`),
    /^response internal-error\n$/,
  );
});

Deno.test("a server that takes nothing of a request runs into a timeout", async () => {
  const over = Promise.withResolvers<void>();
  await using server = serveScript(async (connection) => {
    await connection.readHead();
    await over.promise;
  });
  await using app = await openOutgoing();
  assert.match(
    await app.report(`${server.query}&method=POST&send=50000000&first=50`),
    /response connection-write-timeout\n$/,
  );
  over.resolve();
});

Deno.test("a connection that is not made in time runs into a timeout", async () => {
  await using app = await openOutgoing();
  await using full = await fullListener();
  assert.equal(
    await app.report(`authority=127.0.0.1:${full.port}&connect=50`),
    "response connection-timeout\n",
  );
  // It takes connections and answers no handshake.
  await using server = serveSilence();
  assert.equal(
    await app.report(`scheme=https&${server.query}&connect=50`),
    "response connection-timeout\n",
  );
});

Deno.test("a certificate is checked against the authorities and the name", async () => {
  await using authority = await makeAuthority();
  const right = await authority.sign("DNS:localhost,IP:127.0.0.1");
  const wrong = await authority.sign("DNS:example.com");
  const script = async (
    connection: {
      readHead(): Promise<string | undefined>;
      send(text: string): Promise<void>;
    },
  ) => {
    while (await connection.readHead() !== undefined) await connection.send(OK);
  };
  await using good = serveScript(script, right);
  await using bad = serveScript(script, wrong);
  await using trusting = await openOutgoing({ caPaths: [authority.caPath] });
  await using strange = await openOutgoing();
  for (const host of ["localhost", "127.0.0.1"]) {
    const query = `scheme=https&authority=${host}:${good.port}`;
    assert.match(await trusting.report(query), /^status 200\n/);
    assert.equal(
      await strange.report(query),
      "response TLS-certificate-error\n",
    );
  }
  assert.equal(
    await trusting.report(`scheme=https&authority=localhost:${bad.port}`),
    "response TLS-certificate-error\n",
  );
});

Deno.test("a file of authorities that is not there is a fault of the configuration", async () => {
  await using app = await openOutgoing({ caPaths: ["/nowhere/ca.pem"] });
  assert.equal(
    await app.report("scheme=https&authority=127.0.0.1:1"),
    "response configuration-error\n",
  );
  assert.match(
    app.warnings[0] ?? "",
    /^Cannot read the certificates "\/nowhere/,
  );
});

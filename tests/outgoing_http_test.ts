import assert from "node:assert/strict";
import {
  openOutgoing,
  serveAnswer,
  serveOnce,
  serveScript,
} from "./support/outgoing_app.ts";

const OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi";

Deno.test("handle() sends what the guest set, and gives it what came", async () => {
  const head = Promise.withResolvers<string | undefined>();
  await using server = serveScript(async (connection) => {
    head.resolve(await connection.readHead());
    await connection.send(
      "HTTP/1.1 207 Multi\r\nX-A: 1\r\nConnection: close\r\nx-a: caf\xe9\r\n" +
        "Content-Length: 5\r\n\r\nhello",
    );
  });
  await using app = await openOutgoing();
  const report = await app.report(`${server.query}&path=/a?b&method=OPTIONS`, {
    headers: { "x-one": "1", "x-two": "caf\xe9" },
  });
  assert.match(report, /^status 207\nheader X-A: 1\nheader x-a: /);
  assert.match(report, /\nheader Content-Length: 5\nbytes 5\n$/);
  assert.doesNotMatch(report, /onnection/);
  const sent = await head.promise ?? "";
  assert.ok(sent.startsWith("OPTIONS /a?b HTTP/1.1\r\nhost: 127.0.0.1:"), sent);
  assert.match(sent, /\r\nx-one: 1\r\nx-two: caf\xe9\r\n/);
  assert.doesNotMatch(sent, /content-length|transfer-encoding/i);
});

Deno.test("handle() frames a body by its length where that is known", async () => {
  const heads: string[] = [];
  await using server = serveScript(async (connection) => {
    let head;
    while ((head = await connection.readHead()) !== undefined) {
      heads.push(
        head.split("\r\n").filter((line) =>
          /^(?:content-length|transfer-encoding)/i.test(line)
        ).join(),
      );
      if (head.includes("chunked")) await connection.readTo("0\r\n\r\n");
      await connection.send(OK);
    }
  });
  await using app = await openOutgoing();
  for (
    const query of [
      "method=GET&send=0",
      "method=POST",
      "method=BREW",
      "method=POST&send=3&length=3",
      "method=POST&send=3",
      "method=POST&send=300000",
    ]
  ) {
    assert.match(await app.report(`${server.query}&${query}`), /^status 200\n/);
  }
  assert.deepEqual(heads, [
    "",
    "content-length: 0",
    "content-length: 0",
    "content-length: 3",
    "content-length: 3",
    "transfer-encoding: chunked",
  ]);
});

Deno.test("trailers go both ways", async () => {
  const received = Promise.withResolvers<string | undefined>();
  await using server = serveScript(async (connection) => {
    await connection.readHead();
    await connection.readTo("0\r\n");
    received.resolve(await connection.readTo("\r\n\r\n"));
    await connection.send(
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" +
        "2\r\nhi\r\n0\r\nX-Behind: 1\r\nx-behind: 2\r\n\r\n",
    );
  });
  await using app = await openOutgoing();
  assert.equal(
    await app.report(`${server.query}&method=POST&send=3&trailers=1`),
    "status 200\nbytes 2\ntrailer X-Behind: 1\ntrailer x-behind: 2\n",
  );
  assert.match(await received.promise ?? "", /^x-sent-behind: yes\r\n/i);
});

Deno.test("responses without a body have none, whatever their head says", async () => {
  await using app = await openOutgoing();
  for (
    const [status, method] of [["200 OK", "HEAD"], ["304 Not Modified", "GET"]]
  ) {
    await using server = serveAnswer(
      `HTTP/1.1 ${status}\r\nContent-Length: 10\r\n\r\n`,
    );
    const report = await app.report(`${server.query}&method=${method}`);
    assert.match(report, /\nheader Content-Length: 10\nbytes 0\n$/);
    // The connection is good for another one.
    await app.report(`${server.query}&method=${method}`);
    assert.equal(server.accepted(), 1);
  }
  await using server = serveAnswer("HTTP/1.1 204 No Content\r\n\r\n");
  assert.equal(await app.report(server.query), "status 204\nbytes 0\n");
});

Deno.test("informational responses are passed over", async () => {
  await using server = serveAnswer(
    `HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n` +
      `HTTP/1.1 102 Processing\r\n\r\n${OK}`,
  );
  await using app = await openOutgoing();
  assert.match(await app.report(server.query), /^status 200\n.*\nbytes 2\n$/);
});

Deno.test("a redirect is the guest's to follow", async () => {
  await using server = serveAnswer(
    "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n",
  );
  await using app = await openOutgoing();
  assert.match(
    await app.report(server.query),
    /^status 302\nheader Location: http:\/\/127.0.0.1:1\/\n/,
  );
});

Deno.test("a body without a length ends with its connection", async () => {
  await using server = serveOnce("HTTP/1.1 200 OK\r\n\r\nhello");
  await using app = await openOutgoing();
  assert.equal(await app.report(server.query), "status 200\nbytes 5\n");
});

Deno.test("connections are used again, and a stale one is no failure", async () => {
  await using server = serveScript(async (connection, index) => {
    const answers = index === 0 ? 2 : 1;
    for (let answer = 0; answer < answers; answer++) {
      await connection.readHead();
      await connection.send(OK);
    }
    // The next request comes on a connection that ends instead of an answer.
    if (index === 0) await connection.readHead();
  });
  await using app = await openOutgoing();
  for (let call = 0; call < 3; call++) {
    assert.match(await app.report(server.query), /^status 200\n/);
  }
  assert.equal(server.accepted(), 2);
});

for (const body of ["", "&send=5"]) {
  Deno.test(`a POST is not sent twice over a stale connection${body}`, async () => {
    let posts = 0;
    await using server = serveScript(async (connection, index) => {
      for (;;) {
        const head = await connection.readHead();
        if (head === undefined) return;
        if (head.startsWith("POST ")) posts++;
        // It has the request, and ends without a word of it.
        if (index === 0 && posts > 0) return;
        await connection.send(OK);
      }
    });
    await using app = await openOutgoing();
    assert.match(await app.report(server.query), /^status 200\n/);
    assert.match(
      await app.report(`${server.query}&method=POST${body}`),
      /^response connection-terminated\n/,
    );
    assert.match(await app.report(server.query), /^status 200\n/);
    assert.equal(posts, 1);
  });
}

Deno.test("an answer that comes before the request has been read counts", async () => {
  await using server = serveScript(async (connection) => {
    await connection.readHead();
    await connection.send(
      "HTTP/1.1 413 Too Large\r\nConnection: close\r\nContent-Length: 2\r\n\r\nno",
    );
  });
  await using app = await openOutgoing();
  const report = await app.report(
    `${server.query}&method=POST&send=50000000`,
  );
  assert.match(report, /status 413\n/);
  assert.match(report, /\nbytes 2\n/);
});

/**
 * `wasi:http/incoming-handler` over the wire: `Deno.serve` with guests behind it, spoken to by
 * bare sockets, since client libraries tidy up what is to be seen here.
 */

import assert from "node:assert/strict";
import { SERVED } from "./support/each_lane.ts";
import {
  latin1,
  textOf,
  UnexpectedEnd,
  valuesOf,
} from "./support/http_client.ts";
import { type GuestServer, serveGuest } from "./support/http_server.ts";

const HOST = "Host: a.test:81\r\n";

/** What the guest saw of a request: the lines of echo.wasm's /reflect. */
async function reflect(
  server: GuestServer,
  request: string,
): Promise<string[]> {
  const { status, body } = await server.exchange(request);
  assert.equal(status, 200);
  return textOf(body).trimEnd().split("\n");
}

/** Node's parser knows the methods of RFC 9110 and some more, in capitals. */
const NODE_METHODS = {
  "GET": "method: GET",
  "OPTIONS": "method: OPTIONS",
  "TRACE": "method: TRACE",
  "PATCH": "method: PATCH",
  "PURGE": "method other: PURGE",
  "M-SEARCH": "method other: M-SEARCH",
};

for (const { door, lane, at } of SERVED) {
  Deno.test(`${at}: methods reach the guest as they are written`, async () => {
    await using server = await serveGuest("echo", { door, lane });
    const methods = door === "node" ? NODE_METHODS : {
      "GET": "method: GET",
      "OPTIONS": "method: OPTIONS",
      "TRACE": "method: TRACE",
      "PATCH": "method: PATCH",
      "PURGE": "method other: PURGE",
      "get": "method other: get",
      "Post": "method other: Post",
      "M-SEARCH": "method other: M-SEARCH",
      "a!#$%&'*+-.^_`|~9": "method other: a!#$%&'*+-.^_`|~9",
    };
    for (const [method, line] of Object.entries(methods)) {
      const request = `${method} /reflect HTTP/1.1\r\n${HOST}\r\n`;
      assert.equal((await reflect(server, request))[0], line);
    }
  });

  const TARGETS = [
    "/reflect/a/../b//c?x=%zz&y=%2F",
    "/reflect/./%2e%2E/%",
    "/reflect?",
    "/reflect??a=b?c=d&&;",
    "/reflect?a=http://b.test/#c",
    '/reflect/\\x"<>^`{|}',
    "/reflect;p=1,2/:@!$&'()*+",
  ];

  for (const target of TARGETS) {
    Deno.test(`${at}: the target ${target} reaches the guest untouched`, async () => {
      await using server = await serveGuest("echo", { door, lane });
      const lines = await reflect(
        server,
        `GET ${target} HTTP/1.1\r\n${HOST}\r\n`,
      );
      assert.equal(lines[1], `path-with-query: ${target}`);
    });
  }

  Deno.test(`${at}: authority and scheme are those of the request`, async () => {
    await using server = await serveGuest("echo", { door, lane });
    const seen = async (target: string, host: string) =>
      (await reflect(server, `GET ${target} HTTP/1.1\r\n${host}\r\n`)).slice(
        2,
        4,
      );
    assert.deepEqual(await seen("/reflect", HOST), [
      "scheme: HTTP",
      "authority: a.test:81",
    ]);
    assert.deepEqual(await seen("/reflect", "Host: [::1]:80\r\n"), [
      "scheme: HTTP",
      "authority: [::1]:80",
    ]);
    // RFC 9112, 3.2.2: an absolute target counts for more than Host.
    assert.deepEqual(await seen("https://b.test/reflect?a", HOST), [
      "scheme: HTTPS",
      "authority: b.test",
    ]);
  });

  Deno.test(`${at}: header lines reach the guest in order, repeats and bytes kept`, async () => {
    await using server = await serveGuest("echo", { door, lane });
    const lines = await reflect(
      server,
      `GET /reflect HTTP/1.1\r\n${HOST}X-B: 1\r\nx-a: caf\xe9 \xff\x80\r\n` +
        `X-B: 2, 3\r\nX-Empty:\r\nx-b: \t4 \r\nConnection: x\r\nX-Tab: a\tb\r\n\r\n`,
    );
    const hex = (text: string) => latin1(text).toHex();
    assert.deepEqual(lines.filter((line) => line.startsWith("header ")), [
      `header X-B: ${hex("1")}`,
      `header x-a: ${hex("caf\xe9 \xff\x80")}`,
      `header X-B: ${hex("2, 3")}`,
      `header X-Empty: `,
      `header x-b: ${hex("4")}`,
      `header X-Tab: ${hex("a\tb")}`,
    ]);
  });

  Deno.test(`${at}: the guest's header lines reach the client in order, repeats and bytes kept`, async () => {
    await using server = await serveGuest("echo", { door, lane });
    const { lines } = await server.exchange(
      `GET /headers HTTP/1.1\r\n${HOST}\r\n`,
    );
    assert.deepEqual(lines.slice(0, 5), [
      ["set-cookie", "a=1; Path=/"],
      ["x-between", "between"],
      ["set-cookie", "b=2"],
      ["x-bytes", "caf\xe9 \xff"],
      ["x-empty", ""],
    ]);
  });

  Deno.test(`${at}: HEAD is answered with the headers and no body`, async () => {
    await using server = await serveGuest("echo", { door, lane });
    using client = await server.connect();
    const head = await client.exchange(`HEAD /headers HTTP/1.1\r\n${HOST}\r\n`);
    assert.equal(head.status, 200);
    assert.deepEqual(valuesOf(head.lines, "set-cookie"), [
      "a=1; Path=/",
      "b=2",
    ]);
    assert.deepEqual(valuesOf(head.lines, "content-length"), ["8"]);
    // Nothing but the next response follows on the connection.
    await client.exchange(`HEAD /source?bytes=1000000 HTTP/1.1\r\n${HOST}\r\n`);
    const next = await client.exchange(
      `GET /status/404 HTTP/1.1\r\n${HOST}\r\n`,
    );
    assert.equal(textOf(next.body), "404\n");
  });

  Deno.test(`${at}: every final status is sent`, async () => {
    await using server = await serveGuest("echo", { door, lane });
    using client = await server.connect();
    for (let status = 200; status <= 599; status++) {
      if (status === 205) continue; // see below
      const response = await client.exchange(
        `GET /status/${status} HTTP/1.1\r\n${HOST}\r\n`,
      );
      assert.equal(response.status, status);
      const isBodiless = status === 204 || status === 304;
      assert.equal(textOf(response.body), isBodiless ? "" : `${status}\n`);
    }
  });

  Deno.test(`${at}: 204, 205 and 304 are sent without a body`, async () => {
    await using server = await serveGuest("echo", { door, lane });
    for (const status of [204, 205, 304]) {
      using client = await server.connect();
      await client.send(
        `GET /status/${status} HTTP/1.1\r\n${HOST}Connection: close\r\n\r\n`,
      );
      const head = await client.readHead();
      assert.equal(head.status, status);
      // Deno frames no 205 at all; that it is empty shows when the connection ends.
      assert.equal(await client.readToEnd(), 0);
    }
  });

  Deno.test(`${at}: a status that is not final is refused`, async () => {
    await using server = await serveGuest("echo", { door, lane });
    for (const status of [100, 101, 103, 199]) {
      const response = await server.exchange(
        `GET /status/${status} HTTP/1.1\r\n${HOST}\r\n`,
      );
      assert.equal(response.status, 500);
      assert.match(textOf(response.body), /which is no final response\n/);
    }
  });

  Deno.test(`${at}: an HTTP/1.0 client is answered and the connection closed`, async () => {
    await using server = await serveGuest("echo", { door, lane });
    using client = await server.connect();
    await client.send("GET /source?bytes=300000 HTTP/1.0\r\n\r\n");
    const head = await client.readHead();
    assert.equal(head.status, 200);
    assert.deepEqual(valuesOf(head.lines, "transfer-encoding"), []);
    assert.equal(await client.readToEnd(), 300_000);
    const lines = await reflect(server, "GET /reflect HTTP/1.0\r\n\r\n");
    assert.equal(lines[0], "method: GET");
  });

  Deno.test(`${at}: Expect: 100-continue is answered before the body is sent`, async () => {
    await using server = await serveGuest("echo", { door, lane });
    using client = await server.connect();
    await client.send(
      `POST / HTTP/1.1\r\n${HOST}Content-Length: 5\r\nExpect: 100-continue\r\n\r\n`,
    );
    assert.equal((await client.readHead()).status, 100);
    await client.send("hello");
    const response = await client.readResponse();
    assert.equal(response.status, 200);
    assert.equal(textOf(response.body), "hello");
  });

  Deno.test(`${at}: a connection goes on after responses that are failures`, async () => {
    await using server = await serveGuest("misbehave", { door, lane });
    using client = await server.connect();
    for (const path of ["/trap", "/no-response", "/error-code", "/no-body"]) {
      const { status } = await client.exchange(
        `GET ${path} HTTP/1.1\r\n${HOST}\r\n`,
      );
      assert.equal(status, path === "/no-body" ? 200 : 500, path);
      const ok = await client.exchange(`GET /ok HTTP/1.1\r\n${HOST}\r\n`);
      assert.equal(textOf(ok.body), "ok\n");
    }
  });

  Deno.test(`${at}: pipelined requests are answered in order`, async () => {
    await using server = await serveGuest("echo", { door, lane });
    using client = await server.connect();
    const paths = ["/status/201", "/slow?n=2&ms=5", "/status/404", "/headers"];
    await client.send(
      paths.map((path) => `GET ${path} HTTP/1.1\r\n${HOST}\r\n`).join(""),
    );
    const bodies: string[] = [];
    for (const _ of paths) {
      bodies.push(textOf((await client.readResponse()).body));
    }
    assert.deepEqual(bodies, [
      "201\n",
      "line 1\nline 2\n",
      "404\n",
      "headers\n",
    ]);
  });

  const WRONG_LENGTHS = {
    "/too-few-bytes": "The body has 3 bytes where content-length says 10",
    "/too-many-bytes": "The body has 13 bytes where content-length says 10",
    "/bad-length":
      'The guest set content-length to "10, ten", which is no length',
  };

  for (const [path, cause] of Object.entries(WRONG_LENGTHS)) {
    Deno.test(`${at}: ${path} is answered with the cause`, async () => {
      await using server = await serveGuest("misbehave", { door, lane });
      const { status, body } = await server.exchange(
        `GET ${path} HTTP/1.1\r\n${HOST}\r\n`,
      );
      assert.equal(status, 500);
      assert.equal(textOf(body).split("\n")[0], cause);
    });
  }

  Deno.test(`${at}: every error code is answered with its name`, async () => {
    await using server = await serveGuest("misbehave", { door, lane });
    using client = await server.connect();
    const names = new Set<string>();
    for (let code = 0; code < 39; code++) {
      const { status, body } = await client.exchange(
        `GET /error-code?n=${code} HTTP/1.1\r\n${HOST}\r\n`,
      );
      assert.equal(status, 500);
      const [, name] = /^The guest answered with the error code ([\w-]+)/
        .exec(textOf(body))!;
      names.add(name!);
    }
    assert.equal(names.size, 39);
    for (const name of ["DNS-timeout", "loop-detected", "internal-error"]) {
      assert.ok(names.has(name), name);
    }
  });

  const NO_RESPONSE = {
    "/no-response":
      "The guest dropped its response-outparam without setting a response",
    "/no-response-leak": "The guest returned without setting a response",
    "/drop-body": "The guest dropped the body without finishing it",
    "/leak-body": "The guest returned without finishing the body",
    "/trap": "The guest trapped: unreachable",
  };

  for (const [path, cause] of Object.entries(NO_RESPONSE)) {
    Deno.test(`${at}: ${path} is answered with the cause`, async () => {
      await using server = await serveGuest("misbehave", { door, lane });
      const { status, body } = await server.exchange(
        `GET ${path} HTTP/1.1\r\n${HOST}\r\n`,
      );
      assert.equal(status, 500);
      assert.equal(textOf(body).split("\n")[0], cause);
    });
  }

  Deno.test(`${at}: a guest that ends after its headers leaves a response that is cut off`, async () => {
    await using server = await serveGuest("misbehave", {
      door,
      lane,
      requestTimeout: 50,
    });
    using client = await server.connect();
    await client.send(`GET /never-after-headers HTTP/1.1\r\n${HOST}\r\n`);
    const head = await client.readHead();
    assert.equal(head.status, 200);
    assert.equal(textOf(await client.readChunk()), "some of the body\n");
    await assert.rejects(() => client.readChunk(), UnexpectedEnd);
    await server.idle();
    assert.equal(server.broken.length, 1);
    assert.deepEqual(server.broken[0], server.record.traps[0]?.trap);
  });

  const BODIES: readonly [what: string, head: string, body: string][] = [
    ["with a length", "Content-Length: 11\r\n", "hello world"],
    ["of length 0", "Content-Length: 0\r\n", ""],
    ["that is absent", "", ""],
    [
      "in chunks",
      "Transfer-Encoding: chunked\r\n",
      "1\r\nh\r\n04;a=b\r\nello\r\n6\r\n world\r\n0\r\n\r\n",
    ],
    ["in no chunks", "Transfer-Encoding: chunked\r\n", "0\r\n\r\n"],
    [
      "with trailers",
      "Transfer-Encoding: chunked\r\nTrailer: x-t\r\n",
      "b\r\nhello world\r\n0\r\nX-T: 1\r\nX-U: 2\r\n\r\n",
    ],
  ];

  for (const [what, head, body] of BODIES) {
    Deno.test(`${at}: a body ${what} reaches the guest, and the connection goes on`, async () => {
      await using server = await serveGuest("echo", { door, lane });
      using client = await server.connect();
      const expected = /h|w/.test(body) ? "hello world" : "";
      for (let round = 0; round < 2; round++) {
        const response = await client.exchange(
          `POST / HTTP/1.1\r\n${HOST}${head}\r\n${body}`,
        );
        assert.equal(response.status, 200);
        assert.equal(textOf(response.body), expected);
      }
    });
  }

  Deno.test(`${at}: a body that the guest does not read does not disturb the next request`, async () => {
    await using server = await serveGuest("echo", { door, lane });
    using client = await server.connect();
    const body = "x".repeat(500_000);
    for (let round = 0; round < 2; round++) {
      const response = await client.exchange(
        `POST /ignore HTTP/1.1\r\n${HOST}Content-Length: ${body.length}\r\n\r\n${body}`,
      );
      assert.equal(textOf(response.body), "ignored\n");
      if (valuesOf(response.lines, "connection").includes("close")) return;
    }
  });
}

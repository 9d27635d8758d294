/**
 * The explorer over HTTP/2 and TLS, where the host is an authority and the origin begins with
 * `https`.
 */

import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, type OutgoingHttpHeaders } from "node:http2";
import { makeAuthority } from "./support/certificates.ts";
import { serveExplorer } from "./support/explorer_server.ts";
import { DOORS } from "./support/http_server.ts";

const TOKEN = { kind: "token", token: "0123456789" } as const;

/** Sends one request and returns the head of its answer. */
async function ask(
  port: number,
  head: OutgoingHttpHeaders,
): Promise<Readonly<Record<string, unknown>>> {
  const session = connect(`http://127.0.0.1:${port}`);
  try {
    const stream = session.request({
      ":path": "/_wharf/api/status",
      ...head,
    });
    stream.end();
    const [headers] = await once(stream, "response");
    stream.resume();
    await once(stream, "close");
    return headers;
  } finally {
    session.close();
    await once(session, "close");
  }
}

const AUTHORITIES: readonly [head: OutgoingHttpHeaders, status: number][] = [
  [{ ":authority": "localhost" }, 200],
  [{ ":authority": "127.0.0.1:8000" }, 200],
  [{ ":authority": "evil.com" }, 403],
  [{ ":authority": "localhost.evil.com" }, 403],
  [{ ":authority": "localhost", origin: "http://evil.com" }, 403],
  [{ ":authority": "localhost", origin: "http://localhost" }, 200],
  [{ ":authority": "localhost", "sec-fetch-site": "same-site" }, 403],
];

for (const door of DOORS) {
  Deno.test(`${door}: over HTTP/2 the authority has to be this machine`, async (test) => {
    await using server = await serveExplorer({ door });
    for (const [head, status] of AUTHORITIES) {
      await test.step(JSON.stringify(head), async () => {
        const answer = await ask(server.port, head);
        assert.equal(answer[":status"], status);
      });
    }
    assert.deepEqual(server.faults, []);
  });

  Deno.test(`${door}: over HTTP/2 an upload that is too large is refused`, async () => {
    await using server = await serveExplorer({ door });
    const session = connect(`http://127.0.0.1:${server.port}`);
    const stream = session.request({
      ":method": "PUT",
      ":path": "/_wharf/api/value?bucket=b&key=k",
      ":authority": "localhost",
      "content-length": `${2 ** 26 + 1}`,
    });
    stream.on("error", () => {});
    const [headers] = await once(stream, "response");
    assert.equal(headers[":status"], 413);
    session.destroy();
    await once(session, "close");
  });

  Deno.test(`${door}: over TLS the origin and the cookie are secure`, async () => {
    await using authority = await makeAuthority();
    const certificate = await authority.sign("DNS:localhost");
    await using server = await serveExplorer({
      door,
      certificate,
      access: TOKEN,
    });
    using client = Deno.createHttpClient({
      caCerts: [await Deno.readTextFile(authority.caPath)],
    });
    const page = `https://localhost:${server.port}/_wharf/`;
    const opened = await fetch(`${page}?token=${TOKEN.token}`, {
      client,
      redirect: "manual",
    });
    await opened.body?.cancel();
    assert.equal(opened.status, 303);
    const [cookie = ""] = opened.headers.getSetCookie();
    assert.match(cookie, /; HttpOnly; SameSite=Strict; Secure$/);
    const origins = [
      [page.slice(0, -"/_wharf/".length), 202],
      [`http://localhost:${server.port}`, 403],
    ] as const;
    for (const [origin, status] of origins) {
      const response = await fetch(`${page}api/rebuild`, {
        client,
        method: "POST",
        headers: { cookie: cookie.split(";")[0]!, origin },
      });
      await response.body?.cancel();
      assert.equal(response.status, status, origin);
    }
  });
}

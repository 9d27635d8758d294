/**
 * Who gets an answer of the explorer, over the wire: names that this server is reached by,
 * pages of other sites, tokens.
 */

import assert from "node:assert/strict";
import type { DoorName } from "../src/front/mod.ts";
import { ask, problemOf } from "./support/explorer_requests.ts";
import { serveExplorer } from "./support/explorer_server.ts";
import { valuesOf } from "./support/http_client.ts";
import { DOORS } from "./support/http_server.ts";

const STATUS = "/_wharf/api/status";
const TOKEN = { kind: "token", token: "grün-0123456789" } as const;

const HOSTS: readonly [host: string, status: number][] = [
  ["localhost:PORT", 200],
  ["localhost", 200],
  ["LocalHost:PORT", 200],
  ["shop.localhost:PORT", 200],
  ["127.0.0.1:PORT", 200],
  ["127.8.9.10", 200],
  ["[::1]:PORT", 200],
  ["localhost.evil.com", 403],
  ["127.0.0.1.evil.com:PORT", 403],
  ["evil.com", 403],
  ["evil.com:PORT", 403],
  ["notlocalhost", 403],
  ["localhost.:PORT", 403],
  ["0.0.0.0:PORT", 403],
  ["128.0.0.1", 403],
  ["[::2]", 403],
  ["192.168.0.7:PORT", 403],
  ["169.254.169.254", 403],
  ["localhost@evil.com", 400],
  ["evil.com/localhost", 400],
  ["localhost:PORT:PORT", 400],
];

/** A read from a page; the last line decides. */
const READERS: readonly [lines: readonly string[], status: number][] = [
  [[], 200],
  [["Origin: http://localhost:PORT"], 200],
  [["Origin: null"], 403],
  [["Origin: "], 403],
  [["Origin: http://evil.com"], 403],
  [["Origin: https://localhost:PORT"], 403],
  [["Origin: http://localhost"], 403],
  [["Origin: http://localhost:1"], 403],
  [["Origin: http://127.0.0.1:PORT"], 403],
  [["Origin: http://localhost:PORT.evil.com"], 403],
  [["Origin: http://localhost:PORT", "Origin: http://evil.com"], 403],
  [["Sec-Fetch-Site: same-origin"], 200],
  [["Sec-Fetch-Site: none", "Sec-Fetch-Mode: navigate"], 200],
  [["Sec-Fetch-Site: same-site"], 403],
  [["Sec-Fetch-Site: cross-site"], 403],
  [["Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: no-cors"], 403],
  [[
    "Sec-Fetch-Site: cross-site",
    "Sec-Fetch-Mode: navigate",
    "Sec-Fetch-Dest: document",
  ], 403],
  [["Sec-Fetch-Site: same-origin", "Sec-Fetch-Site: cross-site"], 403],
  [["Sec-Fetch-Site: same-origin", "Origin: http://evil.com"], 403],
];

/** A write; `POST rebuild` has no body that could be wrong. */
const WRITERS: readonly [lines: readonly string[], status: number][] = [
  [["User-Agent: curl/8.0", "Accept: */*"], 202],
  [["Origin: http://localhost:PORT"], 202],
  [["Sec-Fetch-Site: same-origin", "Sec-Fetch-Mode: cors"], 202],
  [["Origin: http://evil.com"], 403],
  [["Origin: null"], 403],
  [["Sec-Fetch-Site: cross-site"], 403],
  [["Sec-Fetch-Site: same-site"], 403],
  [["Referer: http://evil.com/"], 403],
  [["Referer: http://localhost:PORT/"], 403],
  [["Sec-Fetch-Mode: no-cors"], 403],
  [["Cookie: a=b"], 403],
];

function testDoors(
  name: string,
  run: (door: DoorName, test: Deno.TestContext) => Promise<void>,
): void {
  for (const door of DOORS) {
    Deno.test(`${door}: ${name}`, (test) => run(door, test));
  }
}

testDoors(
  "the explorer answers under names of this machine alone",
  async (door, test) => {
    await using server = await serveExplorer({ door });
    for (const [host, status] of HOSTS) {
      await test.step(`${host} ${status}`, async () => {
        const response = await ask(server, `GET ${STATUS}`, [`Host: ${host}`]);
        assert.equal(response.status, status);
        if (status === 403) {
          assert.equal(problemOf(response).code, "forbidden");
        }
      });
    }
    assert.deepEqual(server.faults, []);
  },
);

testDoors(
  "the explorer answers no request with two hosts",
  async (door, test) => {
    await using server = await serveExplorer({ door });
    const heads: readonly [line: string, headers: readonly string[]][] = [
      [`GET ${STATUS}`, ["Host: localhost", "Host: evil.com"]],
      [`GET ${STATUS}`, ["Host: evil.com", "Host: localhost"]],
      [`GET ${STATUS}`, ["Host: localhost", "Host: localhost"]],
      [`GET http://evil.com${STATUS}`, ["Host: localhost"]],
      [`GET http://localhost${STATUS}`, ["Host: evil.com"]],
    ];
    for (const [line, headers] of heads) {
      await test.step(`${line} ${headers.join()}`, async () => {
        assert.equal((await ask(server, line, headers)).status, 400);
      });
    }
  },
);

testDoors("a request that names no host is no page's", async (door) => {
  await using server = await serveExplorer({ door });
  const own = `GET ${STATUS} HTTP/1.0\r\n`;
  assert.equal((await server.exchange(`${own}\r\n`)).status, 200);
  const foreign = `${own}Origin: http://evil.com\r\n\r\n`;
  assert.equal((await server.exchange(foreign)).status, 403);
});

testDoors("pages of other sites read nothing", async (door, test) => {
  await using server = await serveExplorer({ door });
  for (const [lines, status] of READERS) {
    await test.step(lines.join(), async () => {
      const response = await ask(server, `GET ${STATUS}`, [
        "Host: localhost:PORT",
        ...lines,
      ]);
      assert.equal(response.status, status);
      assert.deepEqual(
        response.lines.filter(([name]) => name.startsWith("access-control")),
        [],
      );
    });
  }
});

testDoors("pages of other sites write nothing", async (door, test) => {
  await using server = await serveExplorer({ door });
  let builds = 0;
  for (const [lines, status] of WRITERS) {
    await test.step(lines.join(), async () => {
      const response = await ask(server, "POST /_wharf/api/rebuild", [
        "Host: localhost:PORT",
        "Content-Length: 0",
        ...lines,
      ]);
      assert.equal(response.status, status);
      if (status === 202) builds++;
      assert.equal(server.project.builds().length, builds);
    });
  }
});

testDoors("a preflight is refused", async (door) => {
  await using server = await serveExplorer({ door });
  const line = "OPTIONS /_wharf/api/value";
  const preflight = await ask(server, line, [
    "Host: localhost:PORT",
    "Origin: http://evil.com",
    "Access-Control-Request-Method: PUT",
  ]);
  assert.equal(preflight.status, 403);
  const own = await ask(server, line, [
    "Host: localhost:PORT",
    "Origin: http://localhost:PORT",
    "Access-Control-Request-Method: PUT",
  ]);
  assert.equal(own.status, 403);
  const plain = await ask(server, line, ["Host: localhost:PORT"]);
  assert.equal(plain.status, 405);
  assert.deepEqual(valuesOf(plain.lines, "allow"), ["GET, HEAD, PUT, DELETE"]);
});

testDoors(
  "with a token, none but its owner is answered",
  async (door, test) => {
    await using server = await serveExplorer({ door, access: TOKEN });
    const bytes = new TextEncoder().encode(TOKEN.token);
    const token = String.fromCharCode(...bytes);
    const host = "Host: 192.168.0.7:PORT";
    const cases: readonly [lines: readonly string[], status: number][] = [
      [[host], 401],
      [[host, `Authorization: Bearer ${token}`], 200],
      [[host, `authorization: bearer ${token}`], 200],
      [[`Host: evil.com`, `Authorization: Bearer ${token}`], 200],
      [[host, `Authorization: Bearer ${token}x`], 401],
      [[host, `Authorization: Bearer ${token.slice(1)}`], 401],
      [[host, "Authorization: Bearer "], 401],
      [[host, `Authorization: Basic ${token}`], 401],
      [[host, `Cookie: wharf_explorer_PORT=${token}`], 401],
      [[host, "Cookie: wharf_explorer_PORT="], 401],
      [
        [host, `Authorization: Bearer ${token}`, "Origin: http://evil.com"],
        403,
      ],
      [[
        host,
        `Authorization: Bearer ${token}`,
        "Origin: http://192.168.0.7:PORT",
      ], 200],
      [[
        host,
        `Authorization: Bearer ${token}`,
        "Sec-Fetch-Site: cross-site",
      ], 403],
    ];
    for (const [lines, status] of cases) {
      await test.step(`${lines.join()} ${status}`, async () => {
        const response = await ask(server, `GET ${STATUS}`, lines);
        assert.equal(response.status, status);
        if (status !== 401) return;
        assert.equal(problemOf(response).code, "unauthorized");
        assert.deepEqual(valuesOf(response.lines, "www-authenticate"), [
          'Bearer realm="wharf"',
        ]);
      });
    }
    const inQuery = await ask(
      server,
      `GET ${STATUS}?token=${encodeURIComponent(TOKEN.token)}`,
      [host],
    );
    assert.equal(inQuery.status, 401);
  },
);

Deno.test("an empty token lets nobody in", async () => {
  await using server = await serveExplorer({
    access: { kind: "token", token: "" },
  });
  for (const path of [STATUS, "/_wharf/", "/_wharf/?token="]) {
    const response = await ask(server, `GET ${path}`, [
      "Host: localhost",
      "Authorization: Bearer ",
    ]);
    assert.equal(response.status, 401, path);
  }
});

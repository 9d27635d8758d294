/**
 * HTTP/2 and TLS by curl, and trailers, behind either door.
 */

import assert from "node:assert/strict";
import { eachLane, SERVED } from "./support/each_lane.ts";
import type { Certificate } from "../src/front/mod.ts";
import { latin1, textOf } from "./support/http_client.ts";
import { serveGuest } from "./support/http_server.ts";

const HOST = "Host: a.test\r\n";

async function run(command: string, ...args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(command, {
    args,
  }).output();
  assert.ok(success, new TextDecoder().decode(stderr));
  return new TextDecoder("latin1").decode(stdout);
}

/** What curl prints of a request to a server of this machine. */
function curl(...args: string[]): Promise<string> {
  return run("curl", "--silent", "--show-error", "--max-time", "20", ...args);
}

async function makeCertificate(): Promise<Certificate> {
  const folder = await Deno.makeTempDir();
  try {
    // deno-fmt-ignore
    await run(
      "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
      "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
      "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1",
      "-keyout", `${folder}/key.pem`, "-out", `${folder}/cert.pem`,
    );
    return {
      cert: await Deno.readTextFile(`${folder}/cert.pem`),
      key: await Deno.readTextFile(`${folder}/key.pem`),
    };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const VERSIONS: readonly [flag: string, version: string][] = [
  ["--http1.1", "1.1"],
  ["--http2", "2"],
];

for (const { door, lane, at } of SERVED) {
  Deno.test(`${at}: HTTP/2 without TLS reaches the guest`, async () => {
    await using server = await serveGuest("echo", { door, lane });
    const url = `http://127.0.0.1:${server.port}`;
    const flag = "--http2-prior-knowledge";
    const seen = await curl(
      flag,
      "-H",
      "X-A: 1",
      "-H",
      "x-a: 2",
      `${url}/reflect?a`,
    );
    const lines = seen.trimEnd().split("\n");
    assert.deepEqual(lines.slice(0, 4), [
      "method: GET",
      "path-with-query: /reflect?a",
      "scheme: HTTP",
      `authority: 127.0.0.1:${server.port}`,
    ]);
    assert.deepEqual(lines.filter((line) => line.startsWith("header x-a")), [
      `header x-a: ${latin1("1").toHex()}`,
      `header x-a: ${latin1("2").toHex()}`,
    ]);
    assert.equal(await curl(flag, "-d", "hello", url), "hello");
    const head = await curl(flag, "--head", `${url}/headers`);
    assert.match(head, /^HTTP\/2 200 /);
    assert.match(head, /set-cookie: a=1; Path=\/\r\nset-cookie: b=2\r\n/);
    assert.equal(
      (await curl(flag, `${url}/source?bytes=3000000`)).length,
      3_000_000,
    );
    assert.deepEqual(server.broken, []);
  });

  for (const [flag, version] of VERSIONS) {
    Deno.test(`${at}: TLS with HTTP/${version} reaches the guest`, async () => {
      const certificate = await makeCertificate();
      await using server = await serveGuest("echo", {
        door,
        lane,
        certificate,
      });
      const url = `https://127.0.0.1:${server.port}`;
      const seen = await curl(
        "-k",
        flag,
        "-w",
        "%{http_version}",
        `${url}/reflect`,
      );
      assert.match(seen, /^method: GET\n/);
      assert.match(seen, /\nscheme: HTTPS\n/);
      assert.equal(seen.split("\n").at(-1), version);
      assert.equal(await curl("-k", flag, "-d", "hello", url), "hello");
    });
  }
}

const CHUNKED = `Transfer-Encoding: chunked\r\n`;
const BODY = "2\r\nhi\r\n0\r\nX-T: 1\r\nX-U: caf\xe9\r\n\r\n";

eachLane.test("node: trailers reach the guest and come back to a client that takes them", async (lane) => {
  await using server = await serveGuest("echo", { lane, door: "node" });
  using client = await server.connect();
  for (let round = 0; round < 2; round++) {
    await client.send(
      `POST / HTTP/1.1\r\n${HOST}${CHUNKED}TE: trailers\r\n\r\n${BODY}`,
    );
    await client.readHead();
    assert.equal(textOf(await client.readChunked(2)), "hi");
    const end = "0\r\nX-T: 1\r\nX-U: caf\xe9\r\n\r\n";
    assert.equal(textOf(await client.readExactly(end.length)), end);
  }
});

eachLane.test("node: trailers are kept from a client that does not take them", async (lane) => {
  await using server = await serveGuest("echo", { lane, door: "node" });
  using client = await server.connect();
  await client.send(`POST / HTTP/1.1\r\n${HOST}${CHUNKED}\r\n${BODY}`);
  const head = await client.readHead();
  assert.equal(textOf(await client.readBody(head)), "hi");
  const next = await client.exchange(`GET /status/200 HTTP/1.1\r\n${HOST}\r\n`);
  assert.equal(next.status, 200);
  assert.equal(server.trailersLost, 0);
});

eachLane.test("deno: a guest's trailers are left out, and its owner is told", async (lane) => {
  await using server = await serveGuest("grpc", { lane });
  const response = await server.exchange(
    `POST /other HTTP/1.1\r\n${HOST}Content-Length: 0\r\n\r\n`,
  );
  assert.equal(response.status, 200);
  await server.idle();
  assert.equal(server.trailersLost, 1);
});

eachLane.test("node: a guest that does not ask for a body leaves its client waiting to send it", async (lane) => {
  await using server = await serveGuest("echo", { lane, door: "node" });
  using client = await server.connect();
  const response = await client.exchange(
    `POST /ignore HTTP/1.1\r\n${HOST}Content-Length: 5\r\nExpect: 100-continue\r\n\r\n`,
  );
  // No 100 before it.
  assert.equal(response.status, 200);
  assert.equal(await client.readToEnd(), 0);
});

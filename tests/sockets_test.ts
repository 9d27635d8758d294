/**
 * sockets.wasm calls every function of wasi:sockets against servers of this machine, and checks
 * what comes back.
 */

import assert from "node:assert/strict";
import { readComponent } from "../src/transpile/component.ts";
import type { SocketPolicy } from "../src/wasi/mod.ts";
import {
  closedPort,
  hasIpv6,
  readAll,
  serveTcp,
  serveTcpEcho,
  serveUdpEcho,
} from "./support/echo_servers.ts";
import {
  expectAnswer,
  type GuestApp,
  guestPath,
  openGuestApp,
} from "./support/guest_app.ts";

const REMEDY = "a line of the configuration";

/** This machine only, and no names but its own. */
const LOOPBACK: SocketPolicy = {
  lookup: (name) =>
    name.endsWith("localhost") || name.endsWith(".invalid")
      ? { allowed: true }
      : { allowed: false, remedy: REMEDY },
  address: ({ address }) =>
    address.startsWith("127.") || address === "::1"
      ? { allowed: true }
      : { allowed: false, remedy: REMEDY },
};

const IPV6_MISSING = hasIpv6() ? "" : " (this machine has no IPv6)";

async function openSockets(sockets = LOOPBACK): Promise<GuestApp> {
  return await openGuestApp("sockets", { sockets });
}

/** Asks for a report and gives the functions in it that are right; the others fail the test. */
async function expectReport(app: GuestApp, path: string): Promise<string[]> {
  const response = await app.fetch(path);
  const text = await response.text();
  assert.equal(response.status, 200, text);
  assert.doesNotMatch(text, /^FAIL/m);
  return [...text.matchAll(/^ok (\S+)$/gm)].map(([, name]) => name!);
}

for (
  const { family, query, host, ignore } of [
    { family: "IPv4", query: "", host: "127.0.0.1", ignore: false },
    {
      family: `IPv6${IPV6_MISSING}`,
      query: "&ipv6=1",
      host: "::1",
      ignore: IPV6_MISSING !== "",
    },
  ]
) {
  Deno.test({
    name: `a guest has an echo over TCP and ${family}`,
    ignore,
    async fn() {
      await using server = serveTcpEcho(host);
      await using app = await openSockets();
      const right = await expectReport(app, `/tcp?port=${server.port}${query}`);
      assert.equal(
        right.at(-1),
        "wasi:sockets/tcp@0.2.12#[method]tcp-socket.shutdown",
      );
    },
  });

  Deno.test({
    name: `a guest has an echo over UDP and ${family}`,
    ignore,
    async fn() {
      await using server = await serveUdpEcho(host);
      await using app = await openSockets();
      const right = await expectReport(app, `/udp?port=${server.port}${query}`);
      assert.equal(
        right.at(-1),
        "wasi:sockets/udp@0.2.12#[method]outgoing-datagram-stream.send",
      );
    },
  });
}

Deno.test("the routes of sockets.wasm call each function that it imports", async () => {
  const bytes = await Deno.readFile(guestPath("sockets"));
  const imported = readComponent(bytes).imports.flatMap(
    ({ label, functions }) =>
      Object.keys(functions).map((name) => `${label}#${name}`),
  ).filter((name) => name.startsWith("wasi:sockets/"));
  await using tcp = serveTcpEcho();
  await using udp = await serveUdpEcho();
  await using app = await openSockets();
  const right = new Set([
    ...await expectReport(app, `/tcp?port=${tcp.port}`),
    ...await expectReport(app, `/udp?port=${udp.port}`),
    ...await expectReport(app, "/lookup?name=localhost"),
  ]);
  assert.deepEqual(imported.filter((name) => !right.has(name)), []);
  assert.ok(imported.length > 50, `${imported.length}`);
});

Deno.test("resolve-addresses knows the names of /etc/hosts", async () => {
  await using app = await openSockets();
  await expectAnswer(
    app,
    "/lookup?name=localhost",
    200,
    /^(127\.0\.0\.1|0000:.*:0001)\n/,
  );
});

for (
  const [name, answer] of [
    ["10.1.2.3", "10.1.2.3"],
    ["::1", "0000:0000:0000:0000:0000:0000:0000:0001"],
    ["2001:db8::a:1", "2001:0db8:0000:0000:0000:0000:000a:0001"],
  ] as const
) {
  Deno.test(`resolve-addresses gives the address ${name} back, of any policy`, async () => {
    await using app = await openGuestApp("sockets");
    await expectAnswer(
      app,
      `/lookup?name=${name}`,
      200,
      new RegExp(`^${answer}\n`),
    );
  });
}

for (
  const [name, code] of [
    ["nowhere.invalid", "name-unresolvable"],
    ["other.test", "access-denied"],
    ["a/b", "invalid-argument"],
    ["user@localhost", "invalid-argument"],
    ["local%68ost", "invalid-argument"],
    ["", "invalid-argument"],
    ["1:2:3", "invalid-argument"],
  ] as const
) {
  Deno.test(`resolve-addresses answers ${code} for "${name}"`, async () => {
    await using app = await openSockets();
    await expectAnswer(
      app,
      `/lookup?name=${name}`,
      200,
      new RegExp(`^${code}\n?`),
    );
  });
}

Deno.test("connecting where no one listens answers connection-refused", async () => {
  await using app = await openSockets();
  const path = `/connect?port=${closedPort()}`;
  await expectAnswer(app, path, 200, "connection-refused");
});

Deno.test("connecting is denied without a policy, and the log has the remedy", async () => {
  await using app = await openGuestApp("sockets");
  await expectAnswer(app, "/connect?port=80", 200, "access-denied");
  const [message, ...others] = app.record.messages;
  assert.ok(message && others.length === 0);
  assert.equal(message.level, "warn");
  assert.equal(
    message.text,
    'Cannot connect to "127.0.0.1:80": the component is not allowed to; ' +
      "set workload.allowedHosts",
  );
});

Deno.test("an address is allowed by the name that it was found by, in the same instance only", async () => {
  const encoder = new TextEncoder();
  await using server = serveTcp(async (connection) => {
    await connection.write(encoder.encode("hello"));
  });
  await using app = await openSockets({
    lookup: () => ({ allowed: true }),
    address: ({ name }) =>
      name === "localhost"
        ? { allowed: true }
        : { allowed: false, remedy: REMEDY },
  });
  await expectAnswer(
    app,
    `/reach?name=localhost&port=${server.port}`,
    200,
    /connected hello$/,
  );
  await expectAnswer(
    app,
    `/connect?port=${server.port}`,
    200,
    "access-denied",
  );
});

Deno.test("what a guest leaves open is closed with its instance", async () => {
  const read = Promise.withResolvers<string>();
  await using server = serveTcp((connection) =>
    readAll(connection).then(read.resolve, read.reject)
  );
  await using app = await openSockets();
  await expectAnswer(app, `/leave?port=${server.port}`, 200, "left");
  assert.equal(await read.promise, "left");
});

/** What guests in Workers are given besides buckets: all of it as in the server's own thread. */

import assert from "node:assert/strict";
import type { GuestSettings } from "../src/lane/guests.ts";
import { startDev } from "./support/dev_process.ts";
import { serveTcpEcho } from "./support/echo_servers.ts";
import {
  expectAnswer,
  type GuestApp,
  guestPath,
  openGuestApp,
} from "./support/guest_app.ts";
import { serveAnswer } from "./support/outgoing_app.ts";
import { makeProject } from "./support/run_main.ts";

/** Loopback is open, as it is in dev. */
const OUTGOING: Partial<GuestSettings> = {
  egress: { hosts: [], lookups: [], loopback: "any" },
  outgoing: {
    limits: { concurrent: 64, total: 1000 },
    connections: 128,
    connectionWait: 5000,
    caPaths: [],
  },
};

/** Two Workers, so that calls at once are on both. */
function openInWorkers(
  guest: string,
  guests: Partial<GuestSettings>,
): Promise<GuestApp> {
  return openGuestApp(guest, { lane: "worker", lanes: 2, guests });
}

async function textsOf(
  app: GuestApp,
  count: number,
  path: (index: number) => string,
): Promise<string[]> {
  const texts = await Promise.all(
    Array.from(
      { length: count },
      async (_, index) => await (await app.fetch(path(index))).text(),
    ),
  );
  assert.deepEqual(app.record.traps, []);
  return texts;
}

Deno.test("a guest in a Worker calls servers, and what is refused is told", async () => {
  await using server = serveAnswer(
    "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi",
  );
  await using app = await openInWorkers("outgoing", OUTGOING);
  for (const text of await textsOf(app, 8, () => `/?${server.query}`)) {
    assert.match(text, /^status 200\n/);
  }
  await expectAnswer(
    app,
    "/?scheme=https&authority=a.example",
    200,
    "handle HTTP-request-denied\n",
  );
  assert.deepEqual(app.record.warnings, [
    'Cannot connect to "https://a.example": no line allows it; ' +
    'set workload.allowedHosts: ["https://a.example"]',
  ]);
});

Deno.test("a guest in a Worker has sockets where the policy lets it", async () => {
  await using server = serveTcpEcho("127.0.0.1");
  await using app = await openInWorkers("sockets", OUTGOING);
  const response = await app.fetch(`/tcp?port=${server.port}`);
  const text = await response.text();
  assert.match(text, /^ok /m);
  assert.doesNotMatch(text, /^FAIL/m);
});

Deno.test("guests in Workers use one folder in turn", async () => {
  const folder = await Deno.makeTempDir();
  {
    await using app = await openInWorkers("files", {
      volumes: [{ hostPath: folder, guestPath: "/data", mode: "rw" }],
    });
    const [check] = await textsOf(app, 1, () => "/check");
    assert.doesNotMatch(check!, /FAIL/);
    await Promise.all(Array.from({ length: 16 }, async (_, index) => {
      const path = `/write?path=file${index}`;
      const init = { method: "POST", body: `text ${index}` };
      assert.equal((await app.fetch(path, init)).status, 200);
    }));
    const texts = await textsOf(app, 16, (index) => `/read?path=file${index}`);
    assert.deepEqual(texts, texts.map((_, index) => `text ${index}`));
  }
  await Deno.remove(folder, { recursive: true });
});

Deno.test("dev keeps the objects of all its Workers until it stops, and no longer", async () => {
  await using project = await makeProject("dev: {lanes: 2}\n");
  const temporary = await Deno.makeTempDir();
  await using dev = await startDev({
    args: ["--component", guestPath("blobs"), "-C", project.path],
    env: { TMPDIR: temporary },
  });
  const put = await fetch(`${dev.url}/put?name=o`, {
    method: "POST",
    body: "an object",
  });
  assert.equal(put.status, 200, await put.text());
  for (
    const response of await Promise.all(
      Array.from({ length: 16 }, () => fetch(`${dev.url}/get?name=o`)),
    )
  ) assert.equal(await response.text(), "an object");
  const kept = [...Deno.readDirSync(temporary)].map(({ name }) => name);
  assert.equal(kept.filter((name) => /^wharf-objects-/.test(name)).length, 1);
  assert.equal((await dev.stop()).code, 0);
  assert.deepEqual([...Deno.readDirSync(temporary)], []);
  await Deno.remove(temporary);
});

/**
 * every_import.wasm calls every function that a component can import and checks what comes
 * back: each of its routes is asked over the wire, and the reports are held against what the
 * component's own binary says it imports.
 */

import assert from "node:assert/strict";
import { readComponent } from "../src/transpile/component.ts";
import { guestPath } from "./support/guest_app.ts";
import { latin1, textOf } from "./support/http_client.ts";
import { type GuestServer, serveGuest } from "./support/http_server.ts";

const ROUTES = [
  "/streams",
  "/clocks",
  "/random",
  "/cli",
  "/fs",
  "/http",
  "/kv",
  "/config",
  "/logging",
];

/** What no test can call, and why: the reason the guest gives. */
const SKIPPED: Readonly<Record<string, RegExp>> = {
  // There are no preopens, and nothing else gives a descriptor.
  "there is no preopen, so there is no descriptor":
    /^wasi:filesystem\/types@.*\[method\](descriptor|directory-entry-stream)\./,
  "only outgoing-handler, which is not imported, gives one":
    /^wasi:http\/types@.*\[method\](future-)?incoming-response\./,
  // Called below.
  "it ends the guest: /exit?ok=1 and /exit?ok=0 call it":
    /^wasi:cli\/exit@.*#exit$/,
  "it ends the guest: /exit-with-code?code=3 calls it":
    /^wasi:cli\/exit@.*#exit-with-code$/,
};

const BODY = "0123456789".repeat(10);

/** A line of a report: `ok wasi:io/poll@0.2.12#poll`. */
interface Checked {
  readonly outcome: "ok" | "skip" | "FAIL";
  readonly name: string;
  readonly reason: string | undefined;
}

async function report(
  server: GuestServer,
  path: string,
): Promise<{ status: number; text: string; checks: Checked[] }> {
  const { status, body } = await server.exchange(
    `POST ${path} HTTP/1.1\r\nHost: a.test\r\n` +
      `Content-Length: ${BODY.length}\r\n\r\n${BODY}`,
  );
  const text = textOf(body);
  const checks: Checked[] = [];
  for (const line of text.split("\n")) {
    const [, outcome, name, reason] =
      /^(ok|skip|FAIL) (\S+:\S+?#\S+?)(?:: (.*))?$/.exec(line) ?? [];
    if (outcome === undefined) continue;
    checks.push({ outcome: outcome as "ok", name: name!, reason });
  }
  return { status, text, checks };
}

for (const route of ROUTES) {
  Deno.test(`every import of every_import${route} does what its WIT says`, async () => {
    await using server = await serveGuest("every_import");
    const { status, text, checks } = await report(server, route);
    const failures = checks.filter(({ outcome }) => outcome === "FAIL");
    assert.deepEqual(failures, [], text);
    assert.equal(status, 200, text);
    assert.ok(checks.length > 0, text);
  });
}

Deno.test("the routes of every_import call each function that it imports", async () => {
  const bytes = await Deno.readFile(guestPath("every_import"));
  const imported = readComponent(bytes).imports.flatMap(
    ({ label, functions }) =>
      Object.keys(functions).map((name) => `${label}#${name}`),
  );
  await using server = await serveGuest("every_import");
  const checks: Checked[] = [];
  for (const route of ROUTES) {
    checks.push(...(await report(server, route)).checks);
  }
  assert.deepEqual(checks.map(({ name }) => name).sort(), imported.sort());
  for (const { outcome, name, reason } of checks) {
    if (outcome === "ok") continue;
    const expected = SKIPPED[reason ?? ""];
    assert.ok(expected?.test(name), `${outcome} ${name}: ${reason}`);
  }
});

Deno.test("a body written by every writing function arrives to the byte", async () => {
  await using server = await serveGuest("every_import");
  const { text } = await report(server, "/streams-body");
  assert.deepEqual(
    latin1(text),
    latin1(`write\nblocking\n${"\0".repeat(11)}${BODY}`),
  );
});

for (const path of ["/exit?ok=1", "/exit?ok=0", "/exit-with-code?code=3"]) {
  Deno.test(`${path} ends the guest and nothing else`, async () => {
    await using server = await serveGuest("every_import");
    const { status, text } = await report(server, path);
    assert.equal(status, 500);
    assert.match(text, /exit/);
    const next = await report(server, "/random");
    assert.equal(next.status, 200);
  });
}

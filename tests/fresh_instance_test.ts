/** A used instance that is put back to its first state: nothing may tell it from a new one. */

import assert from "node:assert/strict";
import fc from "fast-check";
import { eachLane } from "./support/each_lane.ts";
import { fuzzSample } from "./support/fuzz_sample.ts";
import { type GuestApp, openGuestApp } from "./support/guest_app.ts";
import {
  encodeScript,
  hostileScripts,
  type HostileStep,
} from "./support/hostile_scripts.ts";
import { makeHostileGuest } from "./support/hostile_session.ts";
import {
  ask,
  openWatchedFactory,
  snapshot,
} from "./support/watched_factory.ts";

type Ask = readonly [path: string, init?: RequestInit];

/** What guests are asked that return, hold nothing and need no more memory. */
const ASKED: Readonly<Record<string, readonly Ask[]>> = {
  hello: [["/"]],
  kv_get: [["/"]],
  wasi_0_2_0: [["/"]],
  wasi_0_2_3: [["/"]],
  wasi_0_2_6: [["/"]],
  wasi_mixed: [["/"]],
  wasi_two_versions: [["/"]],
  early_hints: [["/"]],
  kv_watcher: [["/"]],
  echo: [
    ["/", { method: "POST", body: "a body" }],
    ["/reflect?a=b", { headers: { "x-a": "b" } }],
    ["/slow?n=2&ms=1"],
    ["/ignore", { method: "POST", body: "more" }],
  ],
  misbehave: [["/ok"], ["/"]],
  remember: [["/count"], ["/keep?secret=a1b2c3d4"], ["/find?secret=a1b2c3d4"]],
  rust_wit_bindgen: [
    ["/", { method: "POST", body: '{"key":"a","value":"b"}' }],
    ["/?key=a"],
  ],
  rust_wstd: [
    ["/", { method: "POST", body: '{"key":"a","value":"b"}' }],
    ["/?key=a"],
    ["/echo", { method: "POST", body: "a body" }],
  ],
};

for (const [name, asked] of Object.entries(ASKED)) {
  Deno.test(`an instance of ${name} that was put back equals a new one`, async () => {
    await using factory = await openWatchedFactory(name);
    const first = await factory.make();
    await factory.make(); // that two are alike is seen by two
    const fresh = snapshot(first.instances);
    let { guest } = first;
    for (const [path, init] of asked) {
      const request = new Request(`http://guest.test${path}`, init);
      assert.ok(await ask(guest, request), path);
      assert.notDeepEqual(snapshot(first.instances), fresh, path);
      guest.drop();
      const restarted = guest.restart?.();
      assert.ok(restarted !== undefined, path);
      guest = restarted;
      const { instances } = await factory.make();
      assert.deepEqual(snapshot(first.instances), snapshot(instances), path);
      assert.deepEqual(snapshot(instances), fresh);
    }
    assert.equal(guest.uses, 0);
  });
}

Deno.test("an instance that was put back equals a new one whatever it did", async () => {
  const { component, calls } = await makeHostileGuest();
  const file = await Deno.makeTempFile({ suffix: ".wasm" });
  await Deno.writeFile(file, component);
  await using factory = await openWatchedFactory(file)
    .finally(() => Deno.remove(file));
  // What the guest itself holds, by the numbers of its handles: of all it keeps it would stay.
  const ending = ([
    ["[resource-drop]input-stream", 4n],
    ["[resource-drop]incoming-body", 3n],
    ["[resource-drop]incoming-request", 1n],
  ] as const).map(([name, handle]): HostileStep => ({
    kind: "call",
    call: calls.findIndex((each) => each.name === name),
    args: [handle],
  }));
  let made = await factory.make();
  await factory.make();
  const fresh = snapshot(made.instances);
  let restarts = 0;
  const { seed, runs } = fuzzSample(300);
  await fc.assert(
    fc.asyncProperty(hostileScripts(calls, 3), async (script) => {
      const body = encodeScript([...script, { kind: "answer" }, ...ending]);
      await ask(
        made.guest,
        new Request("http://guest.test/", { method: "POST", body }),
      );
      made.guest.drop();
      const guest = made.guest.restart?.();
      if (guest === undefined) made = await factory.make();
      else {
        made = { ...made, guest };
        restarts++;
      }
      assert.deepEqual(snapshot(made.instances), fresh);
    }),
    { seed, numRuns: runs },
  );
  assert.ok(restarts > 10, `${restarts} restarts`);
});

/** What no instance is put back from. */
const SPENT: readonly [guest: string, path: string, returns: boolean][] = [
  ["misbehave", "/trap", false],
  ["trap_dwarf", "/trap", false],
  ["echo", "/source?bytes=1000000", true],
  ["misbehave", "/bad-pointer", false],
  ["remember", "/keep?secret=a1b2&trap=1", false],
  ["remember", "/keep?secret=a1b2&grow=1", true],
  ["remember", "/keep?secret=a1b2&hold=1", true],
];

for (const [name, path, returns] of SPENT) {
  Deno.test(`an instance of ${name} is not put back after ${path}`, async () => {
    await using factory = await openWatchedFactory(name);
    const { guest } = await factory.make();
    await factory.make();
    const request = new Request(`http://guest.test${path}`);
    assert.equal(await ask(guest, request), returns);
    guest.drop();
    assert.equal(guest.restart?.(), undefined);
  });
}

function rejected(promise: Promise<unknown>): Promise<void> {
  return assert.rejects(promise);
}

Deno.test("an instance is not put back while a call of it is under way", async () => {
  await using factory = await openWatchedFactory("echo");
  const { guest } = await factory.make();
  await factory.make();
  const call = guest.handle(
    new Request("http://guest.test/slow?n=1000&ms=1000"),
    "1",
  );
  assert.equal(guest.restart?.(), undefined);
  await Promise.all([call.response, call.finished].map(rejected));
});

for (
  const [name, beside, isPutBack] of [
    ["kv_get", "hello", true],
    ["compose_proxy", "hello", false],
  ] as const
) {
  const is = isPutBack ? "is" : "is not";
  Deno.test(`an instance of ${name} ${is} put back with ${beside} beside it`, async () => {
    await using factory = await openWatchedFactory(name, [beside]);
    const { guest, instances } = await factory.make();
    const { instances: others } = await factory.make();
    await ask(guest, new Request("http://guest.test/"));
    guest.drop();
    assert.equal(guest.restart?.() !== undefined, isPutBack);
    if (isPutBack) assert.deepEqual(snapshot(instances), snapshot(others));
  });
}

Deno.test("an instance is put back once", async () => {
  await using factory = await openWatchedFactory("hello");
  const { guest } = await factory.make();
  await factory.make();
  const request = () => new Request("http://guest.test/");
  await ask(guest, request());
  guest.drop();
  assert.ok(guest.restart?.() !== undefined);
  assert.equal(guest.restart?.(), undefined);
  assert.equal(await ask(guest, request()), false);
});

Deno.test("the first instance is not put back before another was like it", async () => {
  await using factory = await openWatchedFactory("hello");
  const { guest } = await factory.make();
  await ask(guest, new Request("http://guest.test/"));
  guest.drop();
  assert.equal(guest.restart?.(), undefined);
});

/** A secret as the guest wants it: inverted. */
function inverted(secret: string): string {
  return new TextEncoder().encode(secret).map((byte) => byte ^ 0xff).toHex();
}

async function places(
  app: GuestApp,
  path: string,
  secret: string,
): Promise<number> {
  const response = await app.fetch(`${path}secret=${inverted(secret)}`);
  assert.equal(response.status, 200);
  return Number(await response.text());
}

/** Answers as soon as an instance was put back that kept a secret. */
async function forgets(app: GuestApp, options: string): Promise<void> {
  const { record } = app;
  for (let round = 0; round < 20; round++) {
    const secret = `the secret of round ${round}`;
    const kept = await places(app, `/keep?${options}`, secret);
    assert.ok(kept >= 3, `${kept} places`);
    await app.idle();
    assert.equal(await places(app, "/find?", secret), 0, secret);
    const again = await places(app, "/find?", `${secret}.`.slice(0, -1));
    assert.equal(again, 0);
  }
  assert.deepEqual(record.failures, []);
}

for (const ahead of [0, 2]) {
  eachLane.test(`a request finds nothing of the one before (${ahead} made ahead)`, async (lane) => {
    await using app = await openGuestApp("remember", { lane, ahead });
    for (const options of ["", "grow=1&", "hold=1&"]) {
      await forgets(app, options);
    }
    if (lane === "inline") assert.ok(app.record.restarted > 20);
  });
}

Deno.test("a request finds what the one before has left where instances are reused", async () => {
  await using app = await openGuestApp("remember", { reuse: 100 });
  await places(app, "/keep?", "no secret");
  assert.ok(await places(app, "/find?", "no secret") >= 1);
});

Deno.test("an instance that serves several requests is fresh after the last", async () => {
  await using app = await openGuestApp("remember", { reuse: 3 });
  const counts: string[] = [];
  for (let request = 0; request < 12; request++) {
    counts.push(await (await app.fetch("/count")).text());
    await app.idle();
  }
  assert.deepEqual(counts.join(""), "123".repeat(4));
  assert.equal(app.record.restarted, 2);
});

eachLane.test("requests at once find nothing of each other", async (lane) => {
  await using app = await openGuestApp("remember", { lane, ahead: 2 });
  for (let round = 0; round < 5; round++) {
    const secrets = Array.from({ length: 8 }, (_, n) => `secret ${round} ${n}`);
    await Promise.all(secrets.map((secret) => places(app, "/keep?", secret)));
    const found = await Promise.all(
      secrets.map((secret) => places(app, "/find?", secret)),
    );
    assert.deepEqual(found, secrets.map(() => 0));
  }
});

Deno.test("calls of an instance that was put back are told with its own request", async () => {
  await using app = await openGuestApp("kv_get", { tracesCalls: true });
  for (let request = 0; request < 6; request++) await app.fetch("/");
  await app.idle();
  assert.ok(app.record.restarted >= 3);
  const told = app.record.calls.map(({ request, call }) =>
    `${request} ${call.name}`
  );
  const expected = [1, 2, 3, 4, 5, 6].flatMap((request) =>
    ["open", "get"].map((name) => `${request} ${name}`)
  );
  assert.deepEqual(told, expected);
});

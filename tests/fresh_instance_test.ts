/** A used instance that is put back to its first state: nothing may tell it from a new one. */

import assert from "node:assert/strict";
import { makeBlobsInMemory } from "../src/blobstore/in_memory.ts";
import { makeBuckets } from "../src/keyvalue/buckets.ts";
import { linkComponent } from "../src/runtime/component.ts";
import type { Guest } from "../src/runtime/guest.ts";
import { incomingHandler, wasiInterfaces } from "../src/wasi/mod.ts";
import { eachLane } from "./support/each_lane.ts";
import {
  type GuestApp,
  guestArtifact,
  openGuestApp,
} from "./support/guest_app.ts";

const MIB = 2 ** 20;

/** Core instances that were made while it is held. */
class CoreInstances implements Disposable {
  readonly made: WebAssembly.Instance[] = [];
  readonly #instantiate = WebAssembly.instantiate;

  constructor() {
    const instantiate = this.#instantiate as (
      module: WebAssembly.Module,
      imports: WebAssembly.Imports,
    ) => Promise<WebAssembly.Instance>;
    const watched = async (
      module: WebAssembly.Module,
      imports: WebAssembly.Imports,
    ) => {
      const instance = await instantiate(module, imports);
      this.made.push(instance);
      return instance;
    };
    Object.assign(WebAssembly, { instantiate: watched });
  }

  [Symbol.dispose](): void {
    Object.assign(WebAssembly, { instantiate: this.#instantiate });
  }
}

/** All that can be seen of core instances: every byte, every global, every entry of a table. */
function snapshot(instances: readonly WebAssembly.Instance[]) {
  return instances.map(({ exports }) =>
    Object.entries(exports).map(([name, value]) => {
      if (value instanceof WebAssembly.Memory) {
        return [name, new Uint8Array(value.buffer.slice(0))];
      }
      if (value instanceof WebAssembly.Global) return [name, value.value];
      if (value instanceof WebAssembly.Table) {
        const entries = Array.from(
          { length: value.length },
          (_, index) => value.get(index)?.name,
        );
        return [name, entries];
      }
      return [name, "function"];
    })
  );
}

/** Guests of one component, and what they are made of. */
async function openFactory(name: string) {
  const artifact = await guestArtifact(name, { memoryLimit: 64 * MIB });
  const buckets = makeBuckets();
  const cores = new CoreInstances();
  const factory = linkComponent(artifact, {
    interfaces: wasiInterfaces({
      environment: { NAME: "value" },
      config: {},
      buckets,
      blobs: makeBlobsInMemory(),
    }),
    entry: incomingHandler(),
    output: { line() {}, message() {} },
  });
  return {
    /** A new guest, and its core instances. */
    async make() {
      const before = cores.made.length;
      const guest = await factory.make();
      return { guest, instances: cores.made.slice(before) };
    },
    async [Symbol.asyncDispose]() {
      cores[Symbol.dispose]();
      await buckets[Symbol.asyncDispose]();
    },
  };
}

/** Sends a guest a request; false where its code did not return. */
async function ask(guest: Guest, request: Request): Promise<boolean> {
  const call = guest.handle(request, "1");
  const answered = call.response.then(async ({ body }) => {
    await new Response(body as BodyInit | null).arrayBuffer();
  }).catch(() => {});
  const returned = await call.finished.then(() => true, () => false);
  await answered;
  return returned;
}

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
    await using factory = await openFactory(name);
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
    await using factory = await openFactory(name);
    const { guest } = await factory.make();
    await factory.make();
    const request = new Request(`http://guest.test${path}`);
    assert.equal(await ask(guest, request), returns);
    guest.drop();
    assert.equal(guest.restart?.(), undefined);
  });
}

Deno.test("an instance is not put back while a call of it is under way", async () => {
  await using factory = await openFactory("echo");
  const { guest } = await factory.make();
  await factory.make();
  const call = guest.handle(
    new Request("http://guest.test/slow?n=1000&ms=1000"),
    "1",
  );
  assert.equal(guest.restart?.(), undefined);
  await assert.rejects(call.finished);
});

Deno.test("an instance is put back once", async () => {
  await using factory = await openFactory("hello");
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
  await using factory = await openFactory("hello");
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

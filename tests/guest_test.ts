/**
 * Real guests on the runtime: linking, freshness, many at once. What becomes of
 * those that do wrong is in `guest_faults_test.ts`, what they say over HTTP in `http_test.ts`.
 *
 * @module
 */

import assert from "node:assert/strict";
import {
  expectAnswer,
  type GuestApp,
  guestArtifact,
  openGuestApp,
} from "./support/guest_app.ts";

for (
  const [name, status, body] of [
    ["hello", 200, "hello\n"],
    ["kv_get", 200, "none"],
    ["wasi_0_2_0", 200, "none"],
    ["wasi_0_2_3", 200, "none"],
    ["wasi_0_2_6", 200, "none"],
    ["wasi_mixed", 200, "mixed\n"],
    ["wasi_two_versions", 200, "two versions\n"],
    ["rust_wit_bindgen", 404, "[in_memory] Key 'mykey' not found\n"],
    ["rust_wstd", 404, "[in_memory] Key 'mykey' not found\n"],
  ] as const
) {
  Deno.test(`${name} links, runs and answers`, async () => {
    await using app = await openGuestApp(name);
    for (let request = 0; request < 3; request++) {
      await expectAnswer(app, "/?key=mykey", status, body);
    }
    assert.deepEqual(app.record.traps, []);
  });
}

const UNLINKABLE: readonly [name: string, ...lines: string[]][] = [
  [
    "wants_missing",
    "Cannot link the component: 3 imports are not offered",
    "  acme:stuff/thing@1.0.0: not offered",
    "  wasi:keyvalue/store@0.2.0-draft3: this version is not offered; offered are 0.2.0-draft, 0.2.0-draft2",
    "  wasi:random/random@0.2.12#get-random-bits: no such function; the nearest is get-random-bytes",
  ],
  [
    "wants_other_types",
    "Cannot link the component: 2 imports are not offered",
    "  wasi:keyvalue/store@0.2.0-draft#[method]bucket.list-keys: " +
    "the component has func(self: borrow<bucket>, cursor: option<string>) -> result<key-response, error> " +
    "where Wharf has func(self: borrow<bucket>, cursor: option<u64>) -> result<key-response, error>",
    "  wasi:keyvalue/store@0.2.0-draft#key-response: " +
    "the component has record { keys: list<string>, cursor: option<string> } " +
    "where Wharf has record { keys: list<string>, cursor: option<u64> }",
  ],
  [
    "component_without_http",
    "Cannot link the component: one import is not offered",
    "  wasi:http/incoming-handler@0.2.x: the component does not export it, " +
    "it exports acme:stuff/thing@1.0.0; only components that answer HTTP requests can be served",
  ],
];

for (const [name, ...lines] of UNLINKABLE) {
  Deno.test(`${name} is refused before any request, with all that is wrong`, async () => {
    await assert.rejects(openGuestApp(name), {
      name: "LinkError",
      message: lines.join("\n"),
    });
  });
}

const EVERY_ROUTE: readonly [path: string, init?: RequestInit][] = [
  ["/streams", { method: "POST", body: "0123456789".repeat(10) }],
  ["/clocks"],
  ["/random"],
  ["/cli"],
  ["/fs"],
  ["/http", { method: "POST", body: "x" }],
  ["/kv"],
  ["/config"],
  ["/logging"],
];

Deno.test("every_import finds every host function to do what its WIT says", async () => {
  const { imports } = await guestArtifact("every_import");
  await using app = await openGuestApp("every_import", {
    environment: { NAME: "value" },
    config: { key: "value" },
  });
  const named = new Set<string>();
  for (const [path, init] of EVERY_ROUTE) {
    const response = await app.fetch(path, init);
    const text = await response.text();
    assert.doesNotMatch(text, /^FAIL/m);
    assert.equal(response.status, 200, text);
    for (const [, name] of text.matchAll(/^(?:ok|skip) ([^ \n]*[^ \n:]):?/gm)) {
      named.add(name!);
    }
  }
  const imported = imports.flatMap(({ label, functions }) =>
    Object.keys(functions).map((name) => `${label}#${name}`)
  );
  assert.deepEqual([...named].sort(), imported.sort());
  assert.deepEqual(app.record.traps, []);
  assert.deepEqual(app.record.failures, []);
});

/** Milliseconds that a guest may keep its client waiting, where it is to run out. */
const SHORT = 200;

/** Where a guest's next block of memory lies: only a guest that was used before says more. */
async function nextBlock(app: GuestApp): Promise<string> {
  const [, place] = /: (\d+) is no place/.exec(
    await (await app.fetch("/misaligned-list")).text(),
  )!;
  await app.idle();
  return place!;
}

Deno.test("a fresh guest sees nothing of those before it", async () => {
  await using app = await openGuestApp("misbehave", { reuse: 1, ahead: 2 });
  const first = await nextBlock(app);
  for (let request = 0; request < 5; request++) {
    await expectAnswer(app, "/allocate?mb=1", 200, "survived\n");
    await app.idle();
    assert.equal(await nextBlock(app), first);
  }
});

Deno.test("a guest that is used again keeps its memory", async () => {
  await using app = await openGuestApp("misbehave", { reuse: 10, ahead: 0 });
  const first = await nextBlock(app); // it trapped: the next one is fresh
  await expectAnswer(app, "/allocate?mb=1", 200, "survived\n");
  await app.idle();
  assert.ok(Number(await nextBlock(app)) >= Number(first) + 1048576);
  assert.equal(await nextBlock(app), first);
});

Deno.test("a guest is used exactly as often as it may", async () => {
  await using app = await openGuestApp("hello", { reuse: 3, ahead: 0 });
  for (let request = 0; request < 9; request++) {
    await expectAnswer(app, "/", 200, "hello\n");
    await app.idle();
  }
  assert.equal(app.record.made, 3);
  assert.equal(app.record.alive, 0);
});

for (const options of [{ reuse: 1 }, { reuse: 5 }, { limit: 4, ahead: 0 }]) {
  Deno.test(`64 requests at once are answered, with ${JSON.stringify(options)}`, async () => {
    await using app = await openGuestApp("misbehave", options);
    const paths = ["/ok", "/trap", "/no-response", "/bad-handle"];
    const statuses = [200, 500, 500, 500];
    const answers = await Promise.all(
      Array.from({ length: 64 }, async (_, index) => {
        const response = await app.fetch(paths[index % 4]!);
        await response.text();
        return response.status;
      }),
    );
    for (const [index, status] of answers.entries()) {
      assert.equal(status, statuses[index % 4]);
    }
    await app.idle();
    assert.equal(app.record.answered.length, 64);
    assert.equal(app.record.traps.length, 32);
    assert.equal(app.record.serving, 0);
  });
}

Deno.test("64 requests at once reach their bucket", async () => {
  await using app = await openGuestApp("rust_wit_bindgen");
  await Promise.all(Array.from({ length: 64 }, async (_, index) => {
    const stored = await app.fetch("/", {
      method: "POST",
      body: JSON.stringify({ key: `k${index}`, value: `v${index}` }),
    });
    assert.equal(await stored.text(), `[in_memory] Stored 'k${index}'\n`);
    await expectAnswer(app, `/?key=k${index}`, 200, `[in_memory] v${index}\n`);
  }));
});

Deno.test("a guest that finds all instances busy is told to come again", async () => {
  await using app = await openGuestApp("misbehave", {
    limit: 1,
    queueTimeout: 10,
    requestTimeout: SHORT,
  });
  const never = app.fetch("/never");
  const busy = await app.fetch("/ok");
  assert.equal(busy.status, 503);
  assert.match(
    await busy.text(),
    /^Every instance of the component is busy; try again\n.*dev\.queue_timeout.*\n\(request 2\)\n$/,
  );
  await (await never).text();
  await expectAnswer(app, "/ok", 200, "ok\n");
});

Deno.test("disposing waits for what runs, and leaves no guest", async () => {
  const app = await openGuestApp("misbehave", {
    requestTimeout: SHORT,
    reuse: 10,
    ahead: 3,
  });
  const never = app.fetch("/never");
  await app[Symbol.asyncDispose]();
  assert.equal((await never).status, 504);
  assert.equal(app.record.serving, 0);
  assert.equal(app.record.alive, 0);
});

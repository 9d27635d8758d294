/** Components that call each other, by requests to the one that answers HTTP. */

import assert from "node:assert/strict";
import { LinkError } from "../src/runtime/linker.ts";
import { GuestTrap } from "../src/runtime/trap.ts";
import {
  expectAnswer,
  type GuestApp,
  type GuestAppOptions,
  openGuestApp,
} from "./support/guest_app.ts";

const SIBLINGS = { text: "compose_text", math: "compose_math" };

function openComposed(options: GuestAppOptions = {}): Promise<GuestApp> {
  return openGuestApp("compose_front", { siblings: SIBLINGS, ...options });
}

for (
  const [path, count, what] of [
    ["/values", 18, "plain values"],
    ["/bucket", 7, "resources of the host"],
    ["/tally", 6, "resources of their own"],
  ] as const
) {
  Deno.test(`components pass each other ${what}`, async () => {
    await using app = await openComposed();
    const response = await app.fetch(path);
    const text = await response.text();
    assert.equal(response.status, 200, text);
    const lines = text.trimEnd().split("\n");
    assert.deepEqual(lines.filter((line) => !line.startsWith("ok ")), []);
    assert.equal(lines.length, count);
    assert.deepEqual(app.record.traps, []);
  });
}

Deno.test("a component waits while another one waits for the client", async () => {
  await using app = await openComposed();
  const pour = async () => {
    const upload = new TransformStream<Uint8Array, Uint8Array>();
    const writer = upload.writable.getWriter();
    const init = { method: "POST", body: upload.readable };
    const { body } = await app.fetch("/pour", init);
    const reader = body!.pipeThrough(new TextDecoderStream()).getReader();
    return {
      async send(text: string) {
        await writer.write(new TextEncoder().encode(text));
        return (await reader.read()).value;
      },
      async end() {
        await writer.close();
        return (await reader.read()).value;
      },
    };
  };
  // Two at once: each request has instances of its own.
  const [a, b] = await Promise.all([pour(), pour()]);
  assert.equal(await a.send("one"), "ONE");
  assert.equal(await b.send("three"), "THREE");
  assert.equal(await a.send("two"), "TWO");
  assert.equal(await b.end(), "5 bytes\n");
  assert.equal(await a.end(), "6 bytes\n");
});

Deno.test("a request has one instance of each component, and the next has others", async () => {
  await using app = await openComposed();
  await expectAnswer(app, "/calls", 200, "12");
  await expectAnswer(app, "/calls", 200, "12");
});

Deno.test("instances that are reused are reused together", async () => {
  await using app = await openComposed({ reuse: 2, ahead: 0 });
  await expectAnswer(app, "/calls", 200, "12");
  await expectAnswer(app, "/calls", 200, "34");
  await expectAnswer(app, "/calls", 200, "12");
});

Deno.test("what a component writes carries the request that it was called for", async () => {
  await using app = await openComposed();
  await expectAnswer(app, "/say", 200, "");
  assert.deepEqual(app.record.lines, [
    { request: "1", stream: "stdout", text: "said by text" },
  ]);
});

for (
  const [path, message] of [
    ["/trap", 'In component "math": The guest trapped: unreachable'],
    [
      "/far-trap",
      'In component "text": In component "math": The guest trapped: unreachable',
    ],
    [
      "/keep",
      'In component "text": The guest was stopped: ' +
      "The guest returned and kept a handle that was borrowed for the call",
    ],
  ] as const
) {
  Deno.test(`${path} ends the request, and says which component it was`, async () => {
    await using app = await openComposed();
    const response = await app.fetch(path);
    const [line, ...frames] = (await response.text()).split("\n");
    assert.equal(response.status, 500);
    assert.equal(line, message);
    if (path !== "/keep") assert.match(frames[0]!, /^ {4}at byte 0x/);
    const [{ trap } = {}] = app.record.traps;
    assert.ok(trap instanceof GuestTrap);
    assert.equal(trap.kind, "trapped");
    await expectAnswer(app, "/upper?text=still", 200, "STILL");
  });
}

Deno.test("a resource that was given away is no longer the caller's", async () => {
  await using app = await openComposed();
  const response = await app.fetch("/given");
  assert.equal(response.status, 500);
  assert.match(await response.text(), /is no handle of a DraftBucketHandle/);
});

Deno.test("a component hands a request, its body and its response to another one", async () => {
  await using app = await openGuestApp("compose_proxy", {
    siblings: { echo: "echo" },
  });
  await expectAnswer(app, "/proxy", 200, "proxy\n");
  await expectAnswer(app, "/status/418", 418, "418\n");
  const body = "x".repeat(100_000);
  const response = await app.fetch("/", { method: "POST", body });
  assert.equal(await response.text(), body);
  await app.idle();
  assert.deepEqual(app.record.traps, []);
});

Deno.test("the deadline ends a request whose component waits for another one", async () => {
  const opened = Promise.withResolvers<void>();
  const buckets = {
    open() {
      opened.resolve();
      return new Promise<never>(() => {});
    },
  };
  await using app = await openComposed({ requestTimeout: 50, buckets });
  const response = app.fetch("/bucket");
  await opened.promise;
  assert.equal((await response).status, 504);
  await app.idle();
  await expectAnswer(app, "/upper?text=still", 200, "STILL");
});

Deno.test("components are refused where one has an import that nothing satisfies", async () => {
  const siblings = { text: "compose_text" };
  await assert.rejects(() => openComposed({ siblings }), (error) => {
    assert.ok(error instanceof LinkError);
    assert.deepEqual(error.missing.map((missing) => missing.import), [
      "acme:math/add@1.0.0",
      '"the component" -> "text" -> acme:math/add@1.0.0',
    ]);
    return true;
  });
});

Deno.test("components are refused where two export what a third imports", async () => {
  const siblings = { ...SIBLINGS, sums: "compose_math" };
  await assert.rejects(() => openComposed({ siblings }), (error) => {
    assert.ok(error instanceof LinkError);
    const reason = '"math" and "sums" export it; take out all but one';
    assert.deepEqual(error.missing, [
      { import: "acme:math/add@1.0.0", reason },
      {
        import: '"the component" -> "text" -> acme:math/add@1.0.0',
        reason,
      },
    ]);
    return true;
  });
});

import assert from "node:assert/strict";
import { fetchResponse } from "./fetch_message.ts";
import { FakeFactory, settle } from "./_fake_guests.ts";
import { LinkError } from "./linker.ts";
import { type InlineLaneOptions, openInlineLane } from "./inline_lane.ts";
import { type Lane, LaneBusyError } from "./lane.ts";
import type { PoolOptions } from "./pool.ts";
import { GuestTrap } from "./trap.ts";

const CHANGE = { kind: "delete", bucket: "b", key: "k" } as const;
const REQUEST = new Request("http://guest.test/");

interface Opened extends AsyncDisposable {
  readonly lane: Lane;
  readonly factory: FakeFactory;
  readonly trapped: [string, Error][];
}

type Options = Partial<PoolOptions & Omit<InlineLaneOptions, "pool">>;

async function open(options: Options = {}): Promise<Opened> {
  const { requestTimeout = 10_000, ...pool } = options;
  const factory = new FakeFactory();
  const trapped: [string, Error][] = [];
  const lane = await openInlineLane(factory, {
    pool: { reuse: 1, ahead: 0, limit: 100, queueTimeout: 10_000, ...pool },
    requestTimeout,
    events: { trapped: (request, trap) => trapped.push([request, trap]) },
  });
  return {
    lane,
    factory,
    trapped,
    [Symbol.asyncDispose]: () => lane[Symbol.asyncDispose](),
  };
}

Deno.test("openInlineLane() rejects when the component traps as it is made", async () => {
  const factory = new FakeFactory();
  factory.failures.push(new WebAssembly.RuntimeError("unreachable"));
  await assert.rejects(
    openInlineLane(factory, {
      pool: { reuse: 1, ahead: 4, limit: 1, queueTimeout: 1 },
      requestTimeout: 1,
      events: { trapped: () => assert.fail("no request was there") },
    }),
    { name: "GuestTrap", message: "The guest trapped: unreachable" },
  );
});

Deno.test("openInlineLane() rejects with what the linker found", async () => {
  const factory = new FakeFactory();
  const wrong = new LinkError([{ import: "a:b/c#d", reason: "wrong" }]);
  factory.failures.push(wrong);
  await assert.rejects(
    openInlineLane(factory, {
      pool: { reuse: 1, ahead: 4, limit: 1, queueTimeout: 1 },
      requestTimeout: 1,
      events: { trapped: () => assert.fail("no request was there") },
    }),
    (error) => error === wrong,
  );
});

Deno.test("fetch() answers with the guest's response and marks its request", async () => {
  await using opened = await open();
  const { lane, factory } = opened;
  const answering = lane.fetch(REQUEST, "r1");
  await settle();
  const [call] = factory.calls;
  assert.equal(call!.requestId, "r1");
  call!.succeed("hello");
  assert.equal(await fetchResponse(await answering).text(), "hello");
});

Deno.test("fetch() keeps the guest until its code has returned", async () => {
  await using opened = await open({ reuse: 10 });
  const { lane, factory } = opened;
  const answering = lane.fetch(REQUEST, "r1");
  await settle();
  factory.calls[0]!.answer.resolve(new Response("early"));
  await answering;
  const second = lane.fetch(REQUEST, "r2");
  await settle();
  assert.equal(factory.made.length, 2);
  for (const call of factory.calls) call.succeed();
  await second;
  await settle();
  assert.equal(factory.alive, 2);
});

Deno.test("fetch() rejects with the trap, reports it and drops the guest", async () => {
  await using opened = await open({ reuse: 10 });
  const { lane, factory, trapped } = opened;
  const answering = lane.fetch(REQUEST, "r1");
  await settle();
  const trap = new GuestTrap("trapped", "over");
  factory.calls[0]!.fail(trap);
  await assert.rejects(async () => await answering, (error) => error === trap);
  await settle();
  assert.deepEqual(trapped, [["r1", trap]]);
  assert.equal(factory.alive, 0);
});

Deno.test("fetch() reports a trap behind the response", async () => {
  await using opened = await open({ reuse: 10 });
  const { lane, factory, trapped } = opened;
  const answering = lane.fetch(REQUEST, "r1");
  await settle();
  const [call] = factory.calls;
  call!.answer.resolve(new Response("whole"));
  call!.end.reject(new WebAssembly.RuntimeError("unreachable"));
  assert.equal(await fetchResponse(await answering).text(), "whole");
  await settle();
  assert.deepEqual(
    trapped.map(([request, { message }]) => [request, message]),
    [["r1", "The guest trapped: unreachable"]],
  );
  assert.equal(factory.alive, 0);
});

Deno.test("fetch() rejects when a guest cannot be made, and the next one is served", async () => {
  await using opened = await open();
  const { lane, factory } = opened;
  factory.made[0]!.calls.length = 0;
  const first = lane.fetch(REQUEST, "r1"); // takes the guest that was made at the start
  await settle();
  factory.failures.push(new Error("no memory"));
  await assert.rejects(async () => await lane.fetch(REQUEST, "r2"), {
    name: "GuestTrap",
    message: "The guest was stopped: no memory",
  });
  const third = lane.fetch(REQUEST, "r3");
  await settle();
  for (const call of factory.calls) call.succeed();
  await Promise.all([first, third]);
});

Deno.test("fetch() rejects when every instance stays busy", async () => {
  await using opened = await open({ limit: 1, queueTimeout: 10 });
  const { lane, factory } = opened;
  const first = lane.fetch(REQUEST, "r1");
  await assert.rejects(
    async () => await lane.fetch(REQUEST, "r2"),
    LaneBusyError,
  );
  factory.calls[0]!.succeed();
  await first;
});

Deno.test("fetch() ends a guest that keeps its client waiting", async () => {
  await using opened = await open({ requestTimeout: 20 });
  const { lane, factory, trapped } = opened;
  const answering = lane.fetch(REQUEST, "r1");
  await settle();
  factory.calls[0]!.since = performance.now();
  await assert.rejects(async () => await answering, {
    name: "GuestTrap",
    kind: "deadline",
  });
  await settle();
  assert.equal(trapped.length, 1);
  assert.equal(factory.alive, 0);
});

Deno.test("tell() resolves when the guest has returned, and keeps it until then", async () => {
  await using opened = await open({ reuse: 10, limit: 1, queueTimeout: 1 });
  const { lane, factory } = opened;
  const telling = lane.tell(CHANGE, "c1");
  await settle();
  assert.equal(factory.calls[0]!.requestId, "c1");
  await assert.rejects(lane.tell(CHANGE, "c2"), LaneBusyError);
  factory.calls[0]!.succeed();
  await telling;
  assert.equal(factory.alive, 1);
});

Deno.test("tell() rejects with the trap, reports it and drops the guest", async () => {
  await using opened = await open({ reuse: 10 });
  const { lane, factory, trapped } = opened;
  const telling = lane.tell(CHANGE, "c1");
  await settle();
  factory.calls[0]!.fail(new WebAssembly.RuntimeError("unreachable"));
  await assert.rejects(telling, {
    name: "GuestTrap",
    message: "The guest trapped: unreachable",
  });
  assert.deepEqual(
    trapped.map(([id, { message }]) => [id, message]),
    [["c1", "The guest trapped: unreachable"]],
  );
  assert.equal(factory.alive, 0);
});

Deno.test("tell() ends a guest that takes too long", async () => {
  await using opened = await open({ requestTimeout: 20 });
  const { lane, factory } = opened;
  const telling = lane.tell(CHANGE, "c1");
  await settle();
  factory.calls[0]!.since = performance.now();
  await assert.rejects(telling, {
    kind: "deadline",
    message: "The guest was at one change for more than 0.02 seconds; " +
      "dev.request_timeout allows more",
  });
});

Deno.test("disposing waits for running and for waiting requests", async () => {
  const { lane, factory } = await open({ limit: 1, ahead: 1 });
  const [first, second] = [
    lane.fetch(REQUEST, "r1"),
    lane.fetch(REQUEST, "r2"),
  ];
  let disposed = false;
  const disposing = lane[Symbol.asyncDispose]().then(() => disposed = true);
  await settle();
  factory.calls[0]!.succeed("first");
  assert.equal(await fetchResponse(await first).text(), "first");
  await settle();
  assert.equal(disposed, false);
  factory.calls[1]!.succeed("second");
  assert.equal(await fetchResponse(await second).text(), "second");
  await disposing;
  assert.equal(factory.alive, 0);
});

Deno.test("disposing waits for a request whose guest is still being made", async () => {
  const { lane, factory } = await open();
  const first = lane.fetch(REQUEST, "r1");
  const gate = Promise.withResolvers<void>();
  factory.gate = gate.promise;
  const second = lane.fetch(REQUEST, "r2");
  const disposing = lane[Symbol.asyncDispose]();
  await settle();
  factory.calls[0]!.succeed();
  await first;
  gate.resolve();
  await settle();
  factory.calls[1]!.succeed("made late");
  assert.equal(await fetchResponse(await second).text(), "made late");
  await disposing;
});

const OK = { status: 200, headers: [], body: null };

/** A lane whose calls were plain so far, and whose guests are reused. */
async function openPlain(): Promise<Opened> {
  const opened = await open({ reuse: 1000 });
  for (let call = 0; call < 8; call++) {
    const answering = opened.lane.fetch(REQUEST, "before");
    const [guest] = opened.factory.made;
    guest!.wasPlain = true;
    guest!.calls.at(-1)!.succeed();
    await answering;
    await settle();
  }
  return opened;
}

Deno.test("fetch() answers in the same turn where the calls before were plain", async () => {
  await using opened = await openPlain();
  const { lane, factory } = opened;
  const [guest] = factory.made;
  guest!.answersPlainly = () => OK;
  assert.equal(lane.fetch(REQUEST, "r1"), OK);
  assert.equal(lane.fetch(REQUEST, "r2"), OK);
  assert.equal(guest!.uses, 10);
  assert.equal(guest!.calls.length, 8);
  assert.deepEqual(lane.underWay(), [0]);
});

Deno.test("fetch() attempts no plain call for a request that asks for something to be done", async () => {
  await using opened = await openPlain();
  const { lane, factory } = opened;
  factory.made[0]!.answersPlainly = () => assert.fail("it was attempted");
  const request = new Request("http://guest.test/", { method: "DELETE" });
  const answering = lane.fetch(request, "r1");
  factory.calls.at(-1)!.succeed("done");
  assert.equal(await fetchResponse(await answering).text(), "done");
});

Deno.test("fetch() begins a request anew that was no plain call, by another guest", async () => {
  await using opened = await openPlain();
  const { lane, factory, trapped } = opened;
  const answering = lane.fetch(REQUEST, "r1");
  await settle();
  const [first, second] = factory.made;
  assert.equal(first!.drops, 1);
  assert.equal(first!.calls.length, 8);
  second!.calls[0]!.succeed("anew");
  assert.equal(second!.calls[0]!.requestId, "r1");
  assert.equal(await fetchResponse(await answering).text(), "anew");
  assert.deepEqual(trapped, []);
  await settle();
  // Now it is not likely any more.
  second!.answersPlainly = () => assert.fail("it was attempted");
  const next = lane.fetch(REQUEST, "r2");
  second!.calls[1]!.succeed("as before");
  assert.equal(await fetchResponse(await next).text(), "as before");
});

Deno.test("fetch() attempts no plain call of a guest whose own last call was none, and keeps it", async () => {
  await using opened = await openPlain();
  const { lane, factory } = opened;
  const [guest] = factory.made;
  guest!.wasPlain = false;
  guest!.answersPlainly = () => assert.fail("it was attempted");
  const answering = lane.fetch(REQUEST, "r1");
  await settle();
  factory.calls.at(-1)!.succeed("by the same");
  assert.equal(await fetchResponse(await answering).text(), "by the same");
  assert.deepEqual([factory.made.length, guest!.drops], [1, 0]);
});

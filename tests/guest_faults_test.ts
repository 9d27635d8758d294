/**
 * Guests that do wrong, in every way that `misbehave` knows: each costs its own request only,
 * and whoever reads the answer learns why.
 *
 * @module
 */

import assert from "node:assert/strict";
import { GuestTrap } from "../src/runtime/trap.ts";
import { eachLane } from "./support/each_lane.ts";
import { expectAnswer, LANE_KINDS, openGuestApp } from "./support/guest_app.ts";

/** Milliseconds that a guest may keep its client waiting, where it is to run out. */
const SHORT = 200;

/** What a route of `misbehave` is answered, and whether its guest ends by a trap. */
interface Fault {
  readonly path: string;
  readonly status: number;
  /** The body's first line; `…` is a number that a rebuild of the guest may change. */
  readonly says: string;
  readonly ends: "by a trap" | "well";
}

const trap = (path: string, says: string, status = 500): Fault => ({
  path,
  status,
  says,
  ends: "by a trap",
});
const stopped = (path: string, why: string): Fault =>
  trap(path, `The guest was stopped: ${why}`);
const failure = (path: string, says: string): Fault => ({
  path,
  status: 500,
  says,
  ends: "well",
});
const answer = (path: string, says: string, status = 200): Fault => ({
  path,
  status,
  says,
  ends: "well",
});

const FAULTS: readonly Fault[] = [
  trap("/trap", "The guest trapped: unreachable"),
  trap("/trap-oob", "The guest trapped: memory access out of bounds"),
  trap("/trap-divide", "The guest trapped: divide by zero"),
  trap("/stack", "The guest trapped: memory access out of bounds"),
  trap("/native-stack", "The guest trapped: its call stack is exhausted"),
  trap("/trap-after-headers", "The guest trapped: unreachable"),
  trap("/trap-after-body", "The guest trapped: unreachable"),
  trap("/panic-message", "The guest trapped: unreachable"),
  trap(
    "/never",
    "The guest kept the client waiting for more than 0.2 seconds; " +
      "dev.request_timeout allows more",
    504,
  ),
  trap("/exit", "The guest called exit(err)"),
  trap("/exit?ok=1", "The guest called exit(ok)"),
  trap("/exit?code=3", "The guest called exit-with-code(3)"),
  trap(
    "/grow",
    "The guest trapped for want of memory: it needed 257 MiB, " +
      "dev.memory_limit_mb is 256",
  ),
  answer("/allocate", "survived"),

  failure(
    "/no-response",
    "The guest dropped its response-outparam without setting a response",
  ),
  failure("/no-response-leak", "The guest returned without setting a response"),
  failure(
    "/error-code",
    "The guest answered with the error code internal-error: the guest's own words",
  ),
  stopped("/set-twice", "2 is no handle of a ResponseOutparam"),
  failure(
    "/too-few-bytes",
    "The body has 3 bytes where content-length says 10",
  ),
  failure(
    "/too-many-bytes",
    "The body has 13 bytes where content-length says 10",
  ),
  failure(
    "/bad-length",
    'The guest set content-length to "10, ten", which is no length',
  ),
  stopped(
    "/finish-early",
    "outgoing-body.finish was called while its stream was still held",
  ),
  failure("/drop-body", "The guest dropped the body without finishing it"),
  failure("/leak-body", "The guest returned without finishing the body"),
  answer("/no-body", ""),
  stopped(
    "/write-unchecked",
    "output-stream.write got 67108864 bytes where check-write allows 131072",
  ),
  stopped(
    "/write-too-much",
    "output-stream.blocking-write-and-flush got 4097 bytes where 4096 are allowed",
  ),
  answer("/big-header", "big header"),
  answer("/many-headers", "many headers"),

  stopped("/bad-handle", "4242 is no handle of a Pollable"),
  stopped("/bad-handle?n=0", "0 is no handle of a Pollable"),
  stopped("/wrong-type", "2 is no handle of a Pollable"),
  stopped("/negative-handle", "4294967295 is no handle of a Pollable"),
  stopped("/bad-handle-in-list", "4242 is no handle of a Pollable"),
  stopped("/double-drop", "1 is no handle of a Pollable"),
  stopped("/use-after-drop", "1 is no handle of a Pollable"),
  stopped("/use-after-move", "1 is no handle of a Fields"),
  failure("/drop-parent", "The guest dropped the body without finishing it"),
  answer("/drop-stream-with-pollable", "survived"),
  stopped("/empty-poll", "wasi:io/poll#poll was called with an empty list"),
  answer("/leak-handles", "survived"),
  stopped(
    "/leak-handles?n=300000",
    "The guest holds 262144 handles, which is the most it may",
  ),

  stopped(
    "/bad-pointer",
    "10 bytes at 4294967280 are outside of the guest's memory",
  ),
  stopped(
    "/over-the-end",
    "2 bytes at 65535 are outside of the guest's memory",
  ),
  stopped(
    "/huge-length",
    "4294967295 bytes at 16 are outside of the guest's memory",
  ),
  stopped(
    "/huge-list",
    "2147483647 bytes at 16 are outside of the guest's memory",
  ),
  stopped(
    "/list-overflow",
    "A list of 1073741825 elements is longer than 1048576",
  ),
  stopped("/misaligned-list", "… is no place for what is aligned to 4"),
  stopped("/bad-utf8", "The string at … is not UTF-8"),
  stopped("/surrogate", "The string at … is not UTF-8"),
  stopped("/bad-utf8-name", "The string at … is not UTF-8"),
  stopped(
    "/bad-realloc",
    "5 bytes at 4294967280 are outside of the guest's memory",
  ),
  trap("/bad-realloc?mode=3", "The guest trapped: unreachable"),
  stopped(
    "/misaligned-realloc",
    "The guest allocated at …, which is not aligned to 4",
  ),
  stopped(
    "/bad-result-pointer",
    "16 bytes at 4294967280 are outside of the guest's memory",
  ),
  stopped("/bad-case", "7 is no case of a variant with 2 cases"),
  stopped("/bad-error-code", "200 is no case of a variant with 39 cases"),
  answer("/wide-status", "", 404),
];

/** A line with a number for each `…`. */
const linePattern = (line: string) =>
  new RegExp(
    `^${line.split("…").map((part) => RegExp.escape(part)).join("\\d+")}$`,
  );

const RUNS = [
  ...LANE_KINDS.map((lane) => ({ lane, before: 1, at: `${lane} lane` })),
  // By then a plain call is attempted.
  { lane: "inline", before: 12, at: "after plain calls" } as const,
].flatMap((run) => FAULTS.map((fault) => ({ ...run, ...fault })));
for (const { lane, before, at, path, status, says, ends } of RUNS) {
  Deno.test(`misbehave ${path} costs its own request only (${at})`, async () => {
    await using app = await openGuestApp("misbehave", {
      lane,
      ...(path === "/never" ? { requestTimeout: SHORT } : {}),
    });
    for (let request = 0; request < before; request++) {
      await expectAnswer(app, "/ok", 200, "ok\n");
      await app.idle();
    }
    assert.equal(app.record.plain > 0, before > 1);
    const response = await app.fetch(path);
    const text = await response.text();
    assert.equal(response.status, status, text);
    assert.match(text.split("\n")[0]!, linePattern(says));
    assert.doesNotMatch(text, /file:|\.ts|\/work|\/home/);
    await app.idle();
    assert.equal(app.record.traps.length, ends === "by a trap" ? 1 : 0);
    assert.deepEqual(app.record.failures, []);
    await expectAnswer(app, "/ok", 200, "ok\n");
    await app.idle();
    assert.equal(app.record.serving, 0);
  });
}

Deno.test("misbehave /never-after-headers breaks its body off", async () => {
  await using app = await openGuestApp("misbehave", { requestTimeout: SHORT });
  const response = await app.fetch("/never-after-headers");
  assert.equal(response.status, 200);
  const reader = response.body!.getReader();
  const { value } = await reader.read();
  assert.equal(new TextDecoder().decode(value), "some of the body\n");
  await assert.rejects(reader.read(), { name: "GuestTrap", kind: "deadline" });
  await app.idle();
  assert.equal(app.record.traps.length, 1);
  await expectAnswer(app, "/ok", 200, "ok\n");
});

/** Guests that never wait, or wait for what is there. */
const SPINNING = ["/spin", "/spin-ready"];
const SPINS = LANE_KINDS.flatMap((lane) =>
  SPINNING.map((path) => ({ lane, path }))
);
for (const { lane, path } of SPINS) {
  Deno.test(`misbehave ${path} costs its own request only, while others are answered (${lane} lane)`, async () => {
    const requestTimeout = 1000;
    await using app = await openGuestApp("misbehave", { lane, requestTimeout });
    const started = performance.now();
    const spinning = Promise.all(
      [1, 2, 3].map(() => app.fetch(path)),
    );
    let ended = false;
    spinning.then(() => ended = true);
    let answered = 0;
    while (!ended) {
      await expectAnswer(app, "/ok", 200, "ok\n");
      answered++;
      // Requests of clients come with turns of the event loop between them.
      await new Promise((resolve) => setTimeout(resolve, 0));
    }
    for (const response of await spinning) {
      assert.equal(response.status, 504);
      assert.match(await response.text(), /^The guest kept the client waiting/);
    }
    assert.ok(answered > 1, `${answered} answered`);
    assert.ok(performance.now() - started < requestTimeout + 1000);
    await app.idle();
    assert.equal(app.record.traps.length, 3);
    assert.deepEqual(app.record.failures, []);
  });
}

Deno.test("every route of misbehave has its row", async () => {
  await using app = await openGuestApp("misbehave");
  const listed = (await (await app.fetch("/")).text()).trimEnd().split("\n");
  const tested = new Set(FAULTS.map(({ path }) => path.split("?")[0]!));
  tested.add("/never-after-headers");
  for (const path of SPINNING) tested.add(path);
  assert.deepEqual([...tested].sort(), listed.sort());
});

Deno.test("a trap is answered with the guest's frames", async () => {
  await using app = await openGuestApp("misbehave");
  await expectAnswer(
    app,
    "/trap",
    500,
    /^The guest trapped: unreachable\n {4}at byte 0x[0-9a-f]+\n {4}at byte 0x[0-9a-f]+\n\(request 1\)\n$/,
  );
  await expectAnswer(
    app,
    "/native-stack",
    500,
    /^.*exhausted\n(?: {4}at byte 0x[0-9a-f]+\n)? {4}at byte 0x[0-9a-f]+ \(\d+ times or more\)\n\(request 2\)\n$/,
  );
});

eachLane.test("the panic of a guest is marked with its request", async (lane) => {
  await using app = await openGuestApp("misbehave", { lane });
  const response = await app.fetch("/panic-message");
  assert.match(
    await response.text(),
    /\nstderr: thread 'main' panicked at src\/lib\.rs:1:1:\nstderr: the guest's own words, no newline at the end\n\(request 1\)\n$/,
  );
  await app.idle();
  assert.deepEqual(app.record.lines, [
    {
      request: "1",
      stream: "stderr",
      text: "thread 'main' panicked at src/lib.rs:1:1:",
    },
    {
      request: "1",
      stream: "stderr",
      text: "the guest's own words, no newline at the end",
    },
  ]);
});

Deno.test("a guest that never returns holds up no one else", async () => {
  await using app = await openGuestApp("misbehave", { requestTimeout: SHORT });
  const started = performance.now();
  const never = app.fetch("/never");
  for (let request = 0; request < 5; request++) {
    await expectAnswer(app, "/ok", 200, "ok\n");
  }
  assert.equal(app.record.serving, 1);
  assert.equal((await never).status, 504);
  assert.ok(performance.now() - started >= SHORT);
  assert.equal(app.record.traps.length, 1);
});

eachLane.test("a guest that wants more memory than it may have costs its own request only", async (lane) => {
  await using app = await openGuestApp("misbehave", {
    lane,
    memoryLimit: 32 * 2 ** 20,
    reuse: 10,
  });
  await expectAnswer(app, "/allocate?mb=16", 200, "survived\n");
  await expectAnswer(
    app,
    "/allocate?mb=64",
    500,
    /^The guest trapped for want of memory: it needed 3\d MiB, dev\.memory_limit_mb is 32\n/,
  );
  await app.idle();
  const [{ trap } = { trap: undefined }] = app.record.traps;
  assert.ok(trap instanceof GuestTrap && trap.kind === "memory");
  await expectAnswer(app, "/ok", 200, "ok\n");
});

eachLane.test("64 requests are answered while others spin", async (lane) => {
  const requestTimeout = 1000;
  await using app = await openGuestApp("misbehave", { lane, requestTimeout });
  const spinning = [1, 2, 3].map(() => app.fetch("/spin"));
  await Promise.all(
    Array.from({ length: 64 }, () => expectAnswer(app, "/ok", 200, "ok\n")),
  );
  for (const response of await Promise.all(spinning)) {
    assert.equal(response.status, 504);
    await response.text();
  }
  await app.idle();
  assert.deepEqual(app.record.replaced, []);
});

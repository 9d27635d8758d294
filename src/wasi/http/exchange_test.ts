import assert from "node:assert/strict";
import { fetchResponse, requestReader } from "../../runtime/fetch_message.ts";
import { GuestTrap, type TrapKind } from "../../runtime/trap.ts";
import type { OutputStream } from "../io/streams.ts";
import { BODY_WINDOW } from "./body_pipe.ts";
import { Exchange } from "./exchange.ts";
import { type FieldEntry, Fields } from "./fields.ts";
import { bytesFrom } from "../../runtime/latin1.ts";
import { OutgoingBody, OutgoingResponse } from "./outgoing.ts";
import { RequestHead } from "./request_head.ts";
import { ResponseOutparam } from "./response_outparam.ts";
import { Turns } from "./turns.ts";

/** A guest's side of one exchange. */
class TestGuest {
  readonly exchange: Exchange;
  readonly outparam: ResponseOutparam;
  readonly #running = Promise.withResolvers<void>();

  constructor(init: RequestInit = {}) {
    const request = new Request("http://a.test/", init);
    const head = new RequestHead(requestReader()(request));
    this.exchange = new Exchange(head, {
      turns: new Turns(),
      body: request.body,
    });
    this.outparam = new ResponseOutparam(this.exchange);
    this.exchange.follow(this.#running.promise);
    // A test may look at the one promise, or at the other.
    this.exchange.response.catch(() => {});
    this.exchange.finished.catch(() => {});
  }

  /** Sets a response and opens its body. */
  respond(
    status = 200,
    ...lines: [name: string, value: string][]
  ): TestReply {
    const response = new OutgoingResponse(
      Fields.fromList(
        lines.map(([name, value]): FieldEntry => [name, bytesFrom(value)]),
      ),
    );
    response.setStatusCode(status);
    const reply = new TestReply(response.body());
    ResponseOutparam.set(this.outparam, { tag: "ok", val: response });
    return reply;
  }

  return(): void {
    this.#running.resolve();
  }

  trap(): WebAssembly.RuntimeError {
    const error = new WebAssembly.RuntimeError("unreachable");
    this.#running.reject(error);
    return error;
  }
}

class TestReply {
  readonly body: OutgoingBody;
  readonly stream: OutputStream;

  constructor(body: OutgoingBody) {
    this.body = body;
    this.stream = body.write();
  }

  write(text: string): this {
    this.stream.write(bytesFrom(text));
    return this;
  }

  finish(): void {
    this.stream[Symbol.dispose]();
    OutgoingBody.finish(this.body, undefined);
  }
}

/** The next turn of the event loop, after those timers that are due. */
/** A whole turn of the event loop: what was due at its end before is done then. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => setTimeout(() => setImmediate(resolve), 0));
}

async function trapOf(promise: Promise<unknown>): Promise<GuestTrap> {
  try {
    await promise;
  } catch (error) {
    assert.ok(error instanceof GuestTrap, `no GuestTrap: ${error}`);
    return error;
  }
  throw new assert.AssertionError({ message: "it did not reject" });
}

async function assertTrap(
  promise: Promise<unknown>,
  kind: TrapKind,
  message: string,
): Promise<void> {
  const trap = await trapOf(promise);
  assert.equal(trap.kind, kind);
  assert.equal(trap.message, message);
}

Deno.test("a body that is finished before the next turn leaves in one piece", async () => {
  const guest = new TestGuest();
  guest.respond().write("one ").write("piece").finish();
  guest.return();
  const response = fetchResponse(await guest.exchange.response);
  await guest.exchange.finished;
  // A response of one buffer, not of a stream, is one that can be read at once.
  const reader = response.body!.getReader();
  assert.equal((await reader.read()).value?.length, "one piece".length);
  assert.equal((await reader.read()).done, true);
});

Deno.test("a body that is not finished by the next turn is streamed", async () => {
  const guest = new TestGuest();
  const reply = guest.respond().write("first ");
  const response = fetchResponse(await guest.exchange.response);
  const text = response.text();
  reply.write("second");
  await nextTurn();
  reply.finish();
  guest.return();
  assert.equal(await text, "first second");
  await guest.exchange.finished;
});

Deno.test("a response without a body is answered while the guest goes on", async () => {
  const guest = new TestGuest();
  const response = new OutgoingResponse(new Fields());
  ResponseOutparam.set(guest.outparam, { tag: "ok", val: response });
  assert.equal((fetchResponse(await guest.exchange.response)).body, null);
  guest.return();
  await guest.exchange.finished;
});

Deno.test("a response is sent when the guest returns before the next turn", async () => {
  const guest = new TestGuest();
  guest.respond(201).finish();
  guest.return();
  let turns = 0;
  const timer = setInterval(() => turns++, 0);
  assert.equal((fetchResponse(await guest.exchange.response)).status, 201);
  clearInterval(timer);
  assert.equal(turns, 0);
});

const NOTHING_SET: readonly [what: string, act: (guest: TestGuest) => void][] =
  [
    ["returned without setting a response", (guest) => guest.return()],
    [
      "dropped its response-outparam without setting a response",
      (guest) => guest.outparam[Symbol.dispose](),
    ],
  ];

for (const [what, act] of NOTHING_SET) {
  Deno.test(`a guest that ${what} is told so`, async () => {
    const guest = new TestGuest();
    act(guest);
    const { response, finished } = guest.exchange;
    await assertTrap(response, "no-response", `The guest ${what}`);
    guest.return();
    await finished;
  });
}

Deno.test("an error code is answered as a failure with its words", async () => {
  const guest = new TestGuest();
  ResponseOutparam.set(guest.outparam, {
    tag: "err",
    val: { tag: "internal-error", val: "out of soup" },
  });
  await assertTrap(
    guest.exchange.response,
    "error-code",
    "The guest answered with the error code internal-error: out of soup",
  );
  guest.return();
  await guest.exchange.finished;
});

Deno.test("only the first response counts", async () => {
  const guest = new TestGuest();
  guest.respond(201).write("first").finish();
  const late = guest.respond(500).write("late");
  guest.return();
  const response = fetchResponse(await guest.exchange.response);
  assert.equal(response.status, 201);
  assert.equal(await response.text(), "first");
  late.finish();
});

Deno.test("a response that cannot be sent is a failure that says why", async () => {
  const guest = new TestGuest();
  guest.respond(100).finish();
  guest.return();
  await assertTrap(
    guest.exchange.response,
    "invalid-response",
    "The guest answered with status 100, which is no final response",
  );
  await guest.exchange.finished;
});

Deno.test("a response that turns out to be none while the guest goes on is a failure", async () => {
  const guest = new TestGuest();
  const reply = guest.respond(200, ["content-length", "ten"]).write("some");
  await assertTrap(
    guest.exchange.response,
    "invalid-response",
    'The guest set content-length to "ten", which is no length',
  );
  assert.throws(() => reply.write("more"));
  guest.return();
  await guest.exchange.finished;
});

Deno.test("a HEAD request is answered without the body", async () => {
  const guest = new TestGuest({ method: "HEAD" });
  const reply = guest.respond(200, ["content-length", "1000"]);
  assert.throws(() => reply.finish()); // the guest is told, as ever
  guest.return();
  const response = fetchResponse(await guest.exchange.response);
  assert.equal(response.headers.get("content-length"), "1000");
  assert.equal(response.body, null);
  await guest.exchange.finished;
});

Deno.test("a trap before the head is sent is answered in its place", async () => {
  const guest = new TestGuest();
  guest.respond().write("some");
  const error = guest.trap();
  const { response, finished } = guest.exchange;
  const trap = await trapOf(response);
  assert.equal(trap.kind, "trapped");
  assert.equal(trap.message, "The guest trapped: unreachable");
  assert.equal(trap.cause, error);
  assert.equal(await trapOf(finished), trap);
});

Deno.test("a trap after the head is sent breaks the body off", async () => {
  const guest = new TestGuest();
  guest.respond().write("some");
  const response = fetchResponse(await guest.exchange.response);
  const reader = response.body!.getReader();
  assert.equal((await reader.read()).value?.length, 4);
  const rest = reader.read();
  guest.trap();
  const trap = await trapOf(rest);
  assert.equal(trap.kind, "trapped");
  assert.equal(await trapOf(guest.exchange.finished), trap);
});

Deno.test("abort() ends a call that has not answered", async () => {
  const guest = new TestGuest({ method: "POST", body: "abc" });
  const reading = guest.exchange.source.whenReady();
  const reason = new GuestTrap("deadline", "too late");
  guest.exchange.abort(reason);
  assert.equal(await trapOf(guest.exchange.response), reason);
  assert.equal(await trapOf(guest.exchange.finished), reason);
  await reading;
  assert.equal(guest.exchange.source.ended, true);
  // What the guest still does changes nothing.
  guest.respond(200).write("late");
  guest.return();
});

Deno.test("abort() breaks off a body under way", async () => {
  const guest = new TestGuest();
  const reply = guest.respond().write("some");
  const response = fetchResponse(await guest.exchange.response);
  const text = response.text();
  const reason = new GuestTrap("deadline", "too late");
  guest.exchange.abort(reason);
  assert.equal(await trapOf(text), reason);
  assert.throws(() => reply.write("more"));
});

Deno.test("a guest that returns with its body open breaks it off, and the log says why", async () => {
  const cause = "The guest returned without finishing the body";
  const streaming = new TestGuest();
  streaming.respond().write("some");
  const response = fetchResponse(await streaming.exchange.response);
  const text = response.text();
  streaming.return();
  await assert.rejects(text, { message: cause });
  await assertTrap(streaming.exchange.finished, "invalid-response", cause);

  // Not sent yet: the client is told.
  const early = new TestGuest();
  early.respond().write("some");
  early.return();
  await assertTrap(early.exchange.response, "invalid-response", cause);
  await early.exchange.finished;
});

Deno.test("a client that goes away is no fault of the guest", async () => {
  const guest = new TestGuest();
  const reply = guest.respond().write("some");
  const response = fetchResponse(await guest.exchange.response);
  await response.body!.cancel();
  assert.throws(() => reply.write("more"));
  reply.finish();
  guest.return();
  await guest.exchange.finished;
});

Deno.test("a client that goes away while it is sent to sends no more either", async () => {
  const guest = new TestGuest({ method: "POST", body: new ReadableStream({}) });
  const reading = guest.exchange.source.whenReady();
  guest.respond().write("some");
  const response = fetchResponse(await guest.exchange.response);
  await response.body!.cancel();
  await reading;
  const { source } = guest.exchange;
  assert.deepEqual(source.failure?.code, { tag: "connection-terminated" });
});

Deno.test("a server that sends no body to a HEAD has not lost its client", async () => {
  const guest = new TestGuest({ method: "HEAD" });
  guest.respond().write("some");
  const response = fetchResponse(await guest.exchange.response);
  await response.body!.cancel();
  assert.equal(guest.exchange.source.failure, undefined);
  guest.return();
  await guest.exchange.finished;
});

Deno.test("waitingSince() counts from the start, and from each byte written", () => {
  const guest = new TestGuest();
  const start = guest.exchange.waitingSince()!;
  assert.ok(start <= performance.now());
  assert.equal(guest.exchange.waitingSince(), start);
  const reply = guest.respond().write("some");
  const afterWrite = guest.exchange.waitingSince()!;
  assert.ok(afterWrite >= start);
  assert.equal(guest.exchange.waitingSince(), afterWrite);
  reply.finish();
});

Deno.test("waitingSince() is undefined while it is the client that is waited for", async () => {
  const slow = new TestGuest({
    method: "POST",
    body: new ReadableStream({}),
  });
  assert.notEqual(slow.exchange.waitingSince(), undefined);
  slow.exchange.source.isReady();
  assert.equal(slow.exchange.waitingSince(), undefined);
  slow.exchange.source.cancel();
  await nextTurn();
  assert.notEqual(slow.exchange.waitingSince(), undefined);

  const full = new TestGuest();
  full.respond().write("x".repeat(BODY_WINDOW));
  assert.equal(full.exchange.waitingSince(), undefined);
  const response = fetchResponse(await full.exchange.response);
  const reader = response.body!.getReader();
  await reader.read();
  assert.notEqual(full.exchange.waitingSince(), undefined);
  await reader.cancel();
});

Deno.test("waitingSince() excuses no wait for a client that is answered", async () => {
  const guest = new TestGuest({ method: "POST", body: new ReadableStream({}) });
  guest.exchange.source.isReady();
  const reply = guest.respond().write("all");
  assert.equal(guest.exchange.waitingSince(), undefined);
  const response = fetchResponse(await guest.exchange.response);
  assert.equal(guest.exchange.waitingSince(), undefined);
  reply.finish();
  assert.equal(await response.text(), "all");
  assert.notEqual(guest.exchange.waitingSince(), undefined);

  const refused = new TestGuest({
    method: "POST",
    body: new ReadableStream({}),
  });
  refused.exchange.source.isReady();
  refused.outparam[Symbol.dispose]();
  assert.notEqual(refused.exchange.waitingSince(), undefined);
});

Deno.test("sendInformational() is refused", () => {
  const guest = new TestGuest();
  assert.throws(() => guest.outparam.sendInformational(103, new Fields()));
});

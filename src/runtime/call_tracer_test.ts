import assert from "node:assert/strict";
import { RecordedInstance } from "../../tests/support/recorded_instance.ts";
import { CallTracer } from "./call_tracer.ts";
import {
  type HostCall,
  type HostInterface,
  MAX_SUBJECT,
  WitError,
} from "./host_interface.ts";

/** What a test looks at; times are another matter. */
type Told = Partial<HostCall> & { readonly request?: string | undefined };

/** An instance whose calls are told, and what was told. */
class TracedInstance extends RecordedInstance {
  readonly told: Told[] = [];
  readonly times: [at: number, duration: number][] = [];
  override readonly output = {
    line: () => {},
    message: () => {},
    call: (
      request: string | undefined,
      { at, duration, ...call }: HostCall,
    ) => {
      this.told.push({ request, ...call });
      this.times.push([at, duration]);
    },
  };
}

const STORE: HostInterface = {
  name: "acme:store/keys",
  version: "1.0.0",
  functions: {},
  types: {},
  resources: {},
  waits: [],
  calls: {
    "[method]box.get": {
      of: (box: string, key: string) => ({ target: box, subject: key }),
      end: (value: number) => ({ result: `${value}` }),
    },
    "open": { of: (name: string) => ({ target: name }) },
    "send": {
      of: () => ({ target: "far" }),
      end: (later: { ended: Promise<{ error: string }> }) => later.ended,
    },
  },
  imports: () => ({}),
};

function tracerOf(instance: TracedInstance): CallTracer {
  const tracer = CallTracer.of(instance);
  assert.ok(tracer);
  return tracer;
}

Deno.test("of() makes no tracer where nobody wants to know", () => {
  assert.equal(CallTracer.of(new RecordedInstance()), undefined);
});

Deno.test("traced() leaves a function alone that nothing is told of", () => {
  const tracer = tracerOf(new TracedInstance());
  assert.equal(tracer.traced(STORE, "close", () => 1), undefined);
  const { calls: _, ...silent } = STORE;
  assert.equal(tracer.traced(silent, "open", () => 1), undefined);
});

Deno.test("traced() tells a call when its promise has settled, of the request it was made for", async () => {
  const instance = new TracedInstance();
  instance.requestId = "1";
  const answer = Promise.withResolvers<number>();
  const get = tracerOf(instance)
    .traced(STORE, "[method]box.get", () => answer.promise)!;
  const before = performance.timeOrigin + performance.now();
  const called = get(["box", "key"]);
  instance.requestId = "2";
  assert.equal(instance.told.length, 0);
  answer.resolve(42);
  assert.equal(await called, 42);
  const after = performance.timeOrigin + performance.now();
  assert.deepEqual(instance.told, [{
    request: "1",
    interface: "acme:store/keys",
    name: "get",
    target: "box",
    subject: "key",
    result: "42",
  }]);
  const [at, duration] = instance.times[0]!;
  assert.ok(before <= at && duration >= 0 && at + duration <= after);
});

const FAILURES: readonly [thrown: unknown, error: string][] = [
  [new WitError({ tag: "access-denied" }), "access-denied"],
  [new WitError({ tag: "other", val: "it is full" }), "other: it is full"],
  [
    new WitError({ tag: "store-error", val: { tag: "other", val: "no" } }),
    "store-error: other: no",
  ],
  [new WitError({ tag: "cas-failed", val: new Date() }), "cas-failed"],
  [new WitError("gone"), "gone"],
  [new WitError(7n), "7"],
  [new WitError(undefined), "refused"],
  [new RangeError("a fault"), "a fault"],
];

for (const [thrown, error] of FAILURES) {
  Deno.test(`traced() tells a failure as the guest was told: ${error}`, async () => {
    const instance = new TracedInstance();
    const tracer = tracerOf(instance);
    const failing = (call: () => unknown) =>
      tracer.traced(STORE, "open", call)!;
    const isThrown = (caught: unknown) => caught === thrown;
    assert.throws(() =>
      failing(() => {
        throw thrown;
      })(["b"]), isThrown);
    const rejected = failing(() => Promise.reject(thrown))(["b"]);
    await assert.rejects(rejected as Promise<unknown>, isThrown);
    const told = {
      request: undefined,
      interface: "acme:store/keys",
      name: "open",
      target: "b",
      error,
    };
    assert.deepEqual(instance.told, [told, told]);
  });
}

Deno.test("traced() tells of a call that goes on when that has ended", async () => {
  const instance = new TracedInstance();
  const ended = Promise.withResolvers<{ error: string }>();
  const send = tracerOf(instance).traced(STORE, "send", () => ({
    ended: ended.promise,
  }))!;
  send([]);
  assert.equal(instance.told.length, 0);
  ended.resolve({ error: "connection-refused" });
  await ended.promise;
  assert.equal(instance.told[0]?.error, "connection-refused");
});

Deno.test("a call that is pending when the instance is dropped is told once, as broken off", async () => {
  const instance = new TracedInstance();
  const answer = Promise.withResolvers<number>();
  const called = tracerOf(instance)
    .traced(STORE, "[method]box.get", () => answer.promise)!(["box", "key"]);
  instance.drop();
  assert.equal(instance.told[0]?.error, "broken off");
  answer.resolve(1);
  await called;
  assert.equal(instance.told.length, 1);
});

Deno.test("traced() tells no more of a name than a caller can keep", () => {
  const instance = new TracedInstance();
  const open = tracerOf(instance).traced(STORE, "open", () => 1)!;
  open(["é".repeat(MAX_SUBJECT)]);
  open(["é".repeat(MAX_SUBJECT + 1)]);
  const [whole, cut] = instance.told;
  assert.equal(whole?.target, "é".repeat(MAX_SUBJECT));
  assert.equal(cut?.target, `${"é".repeat(MAX_SUBJECT - 1)}…`);
});

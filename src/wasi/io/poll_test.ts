import assert from "node:assert/strict";
import { RecordedInstance } from "../../../tests/support/recorded_instance.ts";
import {
  ALWAYS_READY,
  poll,
  Pollable,
  pollInterface,
  type Readiness,
} from "./poll.ts";

/** Ready once it is told so. */
class Switch implements Readiness {
  readonly #on = Promise.withResolvers<void>();
  #ready = false;
  disposed = false;

  on(): void {
    this.#ready = true;
    this.#on.resolve();
  }

  isReady(): boolean {
    return this.#ready;
  }

  whenReady(): Promise<void> {
    return this.#on.promise;
  }

  dispose(): void {
    this.disposed = true;
  }
}

Deno.test("poll() answers at once with every index that is ready", () => {
  const ready = new Pollable(ALWAYS_READY);
  const idle = new Pollable(new Switch());
  assert.deepEqual(poll([ready, idle, ready]), Uint32Array.of(0, 2));
});

Deno.test("poll() waits until one is ready", async () => {
  const source = new Switch();
  const answer = poll([new Pollable(new Switch()), new Pollable(source)]);
  assert.ok(answer instanceof Promise);
  source.on();
  assert.deepEqual(await answer, Uint32Array.of(1));
});

Deno.test("poll() goes on waiting when a source was woken for nothing", async () => {
  const source = new Switch();
  let wakes = 0;
  const answer = poll([
    new Pollable({
      isReady: () => source.isReady(),
      whenReady: () => {
        if (++wakes === 3) source.on();
        return Promise.resolve();
      },
    }),
  ]);
  assert.deepEqual(await answer, Uint32Array.of(0));
  assert.equal(wakes, 3);
});

Deno.test("poll() traps on an empty list", () => {
  assert.throws(() => poll([]), TypeError);
});

Deno.test("poll() gives the event loop a turn though all is always ready", async () => {
  const values = pollInterface.imports(new RecordedInstance());
  const guestPoll = values.poll as typeof poll;
  const pollables = [new Pollable(ALWAYS_READY)];
  let turned = false;
  setImmediate(() => turned = true);
  let polls = 0;
  while (!turned && polls++ < 1000) {
    assert.deepEqual(await guestPoll(pollables), Uint32Array.of(0));
  }
  assert.ok(turned, `not in ${polls} polls`);
});

Deno.test("poll() does not resume a guest that was dropped", async () => {
  const instance = new RecordedInstance();
  const guestPoll = pollInterface.imports(instance).poll as typeof poll;
  const pollables = [new Pollable(ALWAYS_READY)];
  let answer = guestPoll(pollables);
  while (!(answer instanceof Promise)) answer = guestPoll(pollables);
  let resumed = false;
  answer.then(() => resumed = true);
  instance.drop();
  await new Promise((resolve) => setImmediate(resolve));
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(resumed, false);
});

Deno.test("block() waits until the pollable is ready", async () => {
  const source = new Switch();
  const pollable = new Pollable(source);
  assert.equal(pollable.ready(), false);
  const blocked = pollable.block();
  source.on();
  await blocked;
  assert.equal(pollable.ready(), true);
});

Deno.test("dropping a pollable disposes its source", () => {
  const source = new Switch();
  new Pollable(source)[Symbol.dispose]();
  assert.equal(source.disposed, true);
});

Deno.test("a pollable handle that a guest made up traps", async () => {
  const forged: Pollable = Object.create(Pollable.prototype);
  assert.throws(() => forged.ready(), TypeError);
  assert.throws(() => poll([forged]), TypeError);
  await assert.rejects(() => forged.block(), TypeError);
});

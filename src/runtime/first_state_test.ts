import assert from "node:assert/strict";
import { FirstState, type InstanceState } from "./first_state.ts";

const PAGE = 65536;

interface Instance extends InstanceState {
  readonly bytes: Uint8Array;
  readonly counter: WebAssembly.Global;
}

/** An instance of three pages with some content, as its modules would make it. */
function make(content = "content", counter = 5): Instance {
  const memory = new WebAssembly.Memory({ initial: 3 });
  const bytes = new Uint8Array(memory.buffer);
  bytes.set(new TextEncoder().encode(content), PAGE);
  bytes[3 * PAGE - 1] = 7;
  const global = new WebAssembly.Global(
    { value: "i32", mutable: true },
    counter,
  );
  const large = new WebAssembly.Global({ value: "i64", mutable: true }, 6n);
  return {
    memories: [memory],
    globals: [global, large],
    bytes,
    counter: global,
  };
}

/** That two instances were alike is known. */
function known(): FirstState {
  const first = new FirstState();
  first.see(make());
  first.see(make());
  return first;
}

Deno.test("FirstState.restore() puts every byte and every global back", () => {
  const first = known();
  const used = make();
  used.bytes.fill(0xff);
  used.counter.value = -1;
  used.globals[1]!.value = -1n;
  assert.ok(first.restore(used));
  const fresh = make();
  assert.deepEqual(used.bytes, fresh.bytes);
  assert.deepEqual(
    used.globals.map(({ value }) => value),
    fresh.globals.map(({ value }) => value),
  );
});

Deno.test("FirstState.restore() finds a single byte wherever it was changed", () => {
  const first = known();
  const fresh = make().bytes;
  const used = make();
  for (const at of [0, 4095, 4096, PAGE - 1, PAGE, PAGE + 6, 3 * PAGE - 1]) {
    used.bytes[at]! ^= 0xff;
    assert.notDeepEqual(used.bytes, fresh);
    assert.ok(first.restore(used));
    assert.deepEqual(used.bytes, fresh, `${at}`);
  }
});

Deno.test("FirstState is what instances were when they were seen", () => {
  const first = new FirstState();
  const seen = [make(), make()];
  for (const each of seen) first.see(each);
  for (const each of seen) each.bytes.fill(0xff);
  assert.ok(first.restore(seen[0]!));
  assert.deepEqual(seen[0]!.bytes, make().bytes);
});

Deno.test("FirstState.restore() leaves a memory that has grown as it is", () => {
  const first = known();
  const used = make();
  used.bytes[0] = 1;
  used.counter.value = 9;
  used.memories[0]!.grow(1);
  assert.equal(first.restore(used), false);
  assert.equal(new Uint8Array(used.memories[0]!.buffer)[0], 1);
  assert.equal(used.counter.value, 9);
});

const DIFFERENT: Readonly<Record<string, () => Instance>> = {
  "in a byte": () => make("Content"),
  "in a global": () => make("content", 4),
  "in the size of its memory": () => {
    const instance = make();
    instance.memories[0]!.grow(1);
    return instance;
  },
};

for (const [what, other] of Object.entries(DIFFERENT)) {
  Deno.test(`FirstState is never certain where a second instance differs ${what}`, () => {
    const first = new FirstState();
    first.see(make());
    first.see(other());
    for (const again of [make(), make()]) first.see(again);
    assert.equal(first.isCertain, false);
    assert.equal(first.restore(make()), false);
  });
}

Deno.test("FirstState is not certain of one instance", () => {
  const first = new FirstState();
  first.see(make());
  assert.equal(first.isCertain, false);
  assert.equal(first.restore(make()), false);
});

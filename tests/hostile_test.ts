/**
 * A guest that calls every import with anything: whatever it does costs its own request only.
 *
 * A failure prints its seed and the shortest script that fails. `WHARF_FUZZ_SEED` and
 * `WHARF_FUZZ_RUNS` try another seed, and more runs than a daily test can afford;
 * `deno task fuzz` prints figures besides.
 */

import assert from "node:assert/strict";
import fc from "fast-check";
import { wasiInterfaces } from "../src/wasi/mod.ts";
import { fuzzSample } from "./support/fuzz_sample.ts";
import { PLACE } from "./support/hostile_module.ts";
import { hostileScripts, type HostileStep } from "./support/hostile_scripts.ts";
import { makeBlobsInMemory } from "../src/blobstore/in_memory.ts";
import {
  attack,
  type HostileSession,
  makeHostileGuest,
  openHostile,
} from "./support/hostile_session.ts";

Deno.test("the hostile guest imports every function that is offered", async () => {
  const interfaces = wasiInterfaces({
    environment: {},
    config: {},
    blobs: makeBlobsInMemory(),
    buckets: { open: () => Promise.reject(new TypeError("unused")) },
  });
  const { calls, unreachable } = await makeHostileGuest();
  const imported = new Set(calls.map(({ from, name }) => `${from}#${name}`));
  for (const { name, version, functions } of interfaces) {
    if (unreachable.includes(`${name}@${version}`)) continue;
    for (const own of Object.keys(functions)) {
      const label = `${name}@${version.replace("x", "12")}#${own}`;
      assert.ok(imported.has(label), label);
    }
  }
  // Each of them is made of what another version has.
  assert.deepEqual(unreachable, [
    "wasi:config/store@0.2.0-draft-2024-09-27",
    "wasi:config/runtime@0.2.0-draft",
    "wasi:logging/logging@",
  ]);
});

type OwnSession = Awaited<ReturnType<typeof openHostile>>;

/** One waits for the next request, made in a turn of its own; nothing else holds anything. */
async function oneIsAhead({ app: { record } }: OwnSession): Promise<void> {
  while (record.alive < 1) {
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
  assert.equal(record.alive, 1);
}

Deno.test("any script of the hostile guest costs its own request only", async () => {
  await using session = await openHostile();
  const sample = fuzzSample(200);
  const outcomes = await attack(session, hostileScripts(session.calls), sample);
  await session.app.idle();
  assert.equal(session.app.record.serving, 0);
  await oneIsAhead(session);
  assert.ok(outcomes.has("200"), "no script of them came to its end");
  assert.ok(outcomes.size > 10, "they all ended in the same way");
});

Deno.test("what a script leaves behind in a reused instance costs no later request", async () => {
  await using session = await openHostile(1000);
  await attack(session, hostileScripts(session.calls), fuzzSample(100));
  await session.app.idle();
  await oneIsAhead(session);
  // Every script has a request after it; most of those were served by its instance.
  assert.ok(session.app.record.made < session.app.record.answered.length);
});

/** A call of a script by its name. */
function call(
  { calls }: HostileSession,
  name: string,
  ...args: readonly (bigint | number)[]
): HostileStep {
  const index = calls.findIndex((one) => one.name === name);
  assert.ok(index >= 0, name);
  return { kind: "call", call: index, args: args.map(BigInt) };
}

Deno.test("any single call with any core values is answered, refused or trapped", async () => {
  await using session = await openHostile();
  const word = fc.oneof(
    fc.bigInt(0n, 16n),
    fc.bigInt(-(2n ** 31n), 2n ** 32n - 1n),
    fc.bigInt(0n, 2n ** 64n - 1n),
  );
  const calls = session.calls.map(({ parameters }, index) =>
    fc.array(word, {
      minLength: parameters.length,
      maxLength: parameters.length,
    }).map((args) => [{ kind: "call" as const, call: index, args }])
  );
  // All of them, and not those that a sample happens to have.
  for (const one of calls) await attack(session, one, fuzzSample(2));
  await session.app.idle();
  await oneIsAhead(session);
});

Deno.test("a script can call, remember a handle, and answer", async () => {
  await using session = await openHostile();
  const answered = await session.run([
    call(session, "[constructor]fields"),
    call(session, "resolution"),
    { kind: "poke", place: PLACE.scratch, value: 1 },
    { kind: "grow" },
    { kind: "answer" },
  ]);
  assert.deepEqual(answered, { status: 200, says: "" });
  const dropped = call(session, "[resource-drop]fields", 5);
  const twice = await session.run([
    call(session, "[constructor]fields"),
    dropped,
    dropped,
    { kind: "answer" },
  ]);
  assert.deepEqual(twice, {
    status: 500,
    says: "The guest was stopped: N is no handle of a Fields",
  });
});

/**
 * The hostile guest behind an app, and what has to hold of every script that it is given.
 *
 * @module
 */

import assert from "node:assert/strict";
import fc from "fast-check";
import { wasiInterfaces } from "../../src/wasi/mod.ts";
import type { FuzzSample } from "./fuzz_sample.ts";
import { type GuestApp, openGuestApp } from "./guest_app.ts";
import { makeHostile } from "./hostile_guest.ts";
import type { HostileCall } from "./hostile_module.ts";
import {
  describeScript,
  encodeScript,
  type HostileStep,
} from "./hostile_scripts.ts";

/** Milliseconds until a guest that waits for nothing is given up. */
const TIMEOUT = 100;

/**
 * How V8 words a mistake of JavaScript. Wharf's own refusals name what the guest did; one of
 * these means that a value of the guest came further than it should.
 */
const MISTAKE =
  /undefined|null|is not a function|not iterable|^Cannot (?:read|convert|mix|set|destructure)|BigInt|Invalid (?:array|typed|string)|detached|not a constructor/;

/** What came of one script. */
export interface HostileOutcome {
  readonly status: number;
  /** The first line of an answer that is Wharf's, its numbers replaced by `N`. */
  readonly says: string;
}

/** A running guest. */
export interface HostileSession extends AsyncDisposable {
  readonly calls: readonly HostileCall[];
  /** Offered, and with no WIT text that it could be imported by. */
  readonly unreachable: readonly string[];
  readonly app: GuestApp;
  /**
   * Has the guest do it, and holds the host to its promises: an answer, no fault of its own, and
   * a next request that is answered as ever.
   */
  run(script: readonly HostileStep[]): Promise<HostileOutcome>;
}

/** Makes the guest and serves it. */
export async function openHostile(): Promise<HostileSession> {
  const buckets = {
    open: () => Promise.reject(new TypeError("only the types are of interest")),
  };
  const { component, calls, unreachable } = await makeHostile(
    wasiInterfaces({ environment: {}, config: {}, buckets }),
  );
  const file = await Deno.makeTempFile({ suffix: ".wasm" });
  await Deno.writeFile(file, component);
  const app = await openGuestApp(file, {
    requestTimeout: TIMEOUT,
    environment: { NAME: "value" },
    config: { mykey: "value" },
  }).finally(() => Deno.remove(file));
  const send = (script: readonly HostileStep[]) =>
    app.fetch("/", { method: "POST", body: encodeScript(script) });
  return {
    calls,
    unreachable,
    app,
    async run(script) {
      const trapsBefore = app.record.traps.length;
      const response = await send(script);
      const says = await firstLine(response);
      const about = () => `${describeScript(script, calls)}\n=> ${says}`;
      assert.deepEqual(app.record.failures, [], about());
      for (const { trap } of app.record.traps.slice(trapsBefore)) {
        assert.doesNotMatch(ownWords(trap), MISTAKE, about());
      }
      const next = await send([{ kind: "answer" }]);
      assert.equal(next.status, 200, about());
      await next.body?.cancel();
      return { status: response.status, says };
    },
    [Symbol.asyncDispose]: () => app[Symbol.asyncDispose](),
  };
}

/** What the host itself threw; nothing where the guest's code trapped. */
function ownWords({ cause }: Error): string {
  return cause instanceof Error && !(cause instanceof WebAssembly.RuntimeError)
    ? cause.message.replaceAll(/"[^"]*"/g, '"…"')
    : "";
}

/** A body can break off where its guest trapped after it had answered. */
async function firstLine(response: Response): Promise<string> {
  const text = await response.text().catch((error) => `broken off: ${error}`);
  if (response.status === 200) return "";
  return text.split("\n")[0]!
    .replaceAll(/"[^"]*"/g, '"…"').replaceAll(/\d+/g, "N");
}

/**
 * Draws scripts and runs them one after the other. A failure carries the shortest script that
 * fails, and the seed.
 */
export async function attack(
  session: HostileSession,
  scripts: fc.Arbitrary<readonly HostileStep[]>,
  { seed, runs }: FuzzSample,
): Promise<ReadonlyMap<string, number>> {
  const outcomes = new Map<string, number>();
  await fc.assert(
    fc.asyncProperty(scripts, async (script) => {
      const { status, says } = await session.run(script);
      const label = `${status} ${says}`.trim();
      outcomes.set(label, (outcomes.get(label) ?? 0) + 1);
    }),
    { seed, numRuns: runs },
  );
  return outcomes;
}

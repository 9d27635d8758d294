/**
 * The hostile guest behind an app, and what has to hold of every script that it is given.
 *
 * @module
 */

import { makeBlobsInMemory } from "../../src/blobstore/in_memory.ts";
import assert from "node:assert/strict";
import fc from "fast-check";
import { wasiInterfaces } from "../../src/wasi/mod.ts";
import { type ReadyDevProcess, startDev } from "./dev_process.ts";
import type { FuzzSample } from "./fuzz_sample.ts";
import { type GuestApp, openGuestApp } from "./guest_app.ts";
import { type HostileGuest, makeHostile } from "./hostile_guest.ts";
import type { HostileCall } from "./hostile_module.ts";
import {
  describeScript,
  encodeScript,
  type HostileStep,
} from "./hostile_scripts.ts";

/**
 * Milliseconds until a guest that waits for nothing is given up; a busy machine may let a good
 * one wait for some hundreds.
 */
const TIMEOUT = 1000;

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
  /**
   * Has the guest do it, and holds the host to its promises: an answer, no fault of its own, and
   * a next request that is answered as ever.
   */
  run(script: readonly HostileStep[]): Promise<HostileOutcome>;
}

/** Where the guest runs. */
interface HostileHost {
  readonly calls: readonly HostileCall[];
  send(body: Uint8Array<ArrayBuffer>): Promise<Response>;
  /** Faults of Wharf itself, ever. */
  failures(): readonly unknown[];
  /** What the host threw at the guests that ended since the last call. */
  refusals(): readonly string[];
}

/** The guest, made of all that is offered. */
export function makeHostileGuest(): Promise<HostileGuest> {
  const buckets = { open: () => Promise.reject(new TypeError("unused")) };
  return makeHostile(wasiInterfaces({
    environment: {},
    config: {},
    buckets,
    blobs: makeBlobsInMemory(),
  }));
}

/**
 * Serves the guest in this process, where a test can look into the app.
 *
 * @param reuse How many requests an instance serves, if it does not trap before.
 */
export async function openHostile(reuse = 1): Promise<
  HostileSession & { readonly app: GuestApp }
> {
  const { component, calls } = await makeHostileGuest();
  const file = await Deno.makeTempFile({ suffix: ".wasm" });
  await Deno.writeFile(file, component);
  const app = await openGuestApp(file, {
    reuse,
    requestTimeout: TIMEOUT,
    environment: { NAME: "value" },
    config: { mykey: "value" },
  }).finally(() => Deno.remove(file));
  let seen = 0;
  const run = runner({
    calls,
    send: (body) => app.fetch("/", { method: "POST", body }),
    failures: () => app.record.failures,
    refusals() {
      const traps = app.record.traps.slice(seen);
      seen += traps.length;
      return traps.map(({ trap }) => ownWords(trap));
    },
  });
  return {
    calls,
    app,
    run,
    [Symbol.asyncDispose]: () => app[Symbol.asyncDispose](),
  };
}

/** Serves the guest by `dev`, in a process of its own whose memory is that of the host alone. */
export async function openHostileDev(): Promise<
  HostileSession & { readonly dev: ReadyDevProcess }
> {
  const { component, calls } = await makeHostileGuest();
  const folder = await Deno.makeTempDir();
  const file = `${folder}/hostile.wasm`;
  await Deno.writeFile(file, component);
  const dev = await startDev({
    args: ["--component", file, "--request-timeout", `${TIMEOUT}ms`],
  }).finally(() => Deno.remove(folder, { recursive: true }));
  let seen = 0;
  const run = runner({
    calls,
    send: (body) => fetch(dev.url, { method: "POST", body }),
    failures: () => dev.events.filter(({ event }) => event === "error"),
    refusals() {
      const events = dev.events.slice(seen);
      seen += events.length;
      return events.flatMap((event) =>
        event.event === "guest-trap"
          ? [/^The guest was stopped: ([^\n"]*)/.exec(event.text)?.[1] ?? ""]
          : []
      );
    },
  });
  return {
    calls,
    dev,
    run,
    [Symbol.asyncDispose]: () => dev[Symbol.asyncDispose](),
  };
}

function runner(host: HostileHost): HostileSession["run"] {
  const { calls, send, failures, refusals } = host;
  const answer = encodeScript([{ kind: "answer" }]);
  return async (script) => {
    const response = await send(encodeScript(script));
    const says = await firstLine(response);
    const about = () => `${describeScript(script, calls)}\n=> ${says}`;
    const next = await send(answer);
    assert.equal(next.status, 200, about());
    await next.body?.cancel();
    assert.deepEqual(failures(), [], about());
    for (const text of refusals()) assert.doesNotMatch(text, MISTAKE, about());
    return { status: response.status, says };
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

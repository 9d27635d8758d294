/**
 * Guests of one component without an app, and all that can be seen of the core instances that they
 * are made of.
 *
 * @module
 */

import { hash } from "node:crypto";
import { makeBlobsInMemory } from "../../src/blobstore/in_memory.ts";
import { makeBuckets } from "../../src/keyvalue/buckets.ts";
import { linkComponent } from "../../src/runtime/component.ts";
import type { Guest } from "../../src/runtime/guest.ts";
import { GuestTrap } from "../../src/runtime/trap.ts";
import { incomingHandler, wasiInterfaces } from "../../src/wasi/mod.ts";
import { guestArtifact } from "./guest_app.ts";

const MIB = 2 ** 20;

/** Core instances that were made while it is held. */
class CoreInstances implements Disposable {
  readonly made: WebAssembly.Instance[] = [];
  readonly #instantiate = WebAssembly.instantiate;

  constructor() {
    const instantiate = this.#instantiate as (
      module: WebAssembly.Module,
      imports: WebAssembly.Imports,
    ) => Promise<WebAssembly.Instance>;
    const watched = async (
      module: WebAssembly.Module,
      imports: WebAssembly.Imports,
    ) => {
      const instance = await instantiate(module, imports);
      this.made.push(instance);
      return instance;
    };
    Object.assign(WebAssembly, { instantiate: watched });
  }

  [Symbol.dispose](): void {
    Object.assign(WebAssembly, { instantiate: this.#instantiate });
  }
}

/** All that can be seen of core instances: every byte, every global, every entry of a table. */
export function snapshot(
  instances: readonly WebAssembly.Instance[],
): unknown {
  return instances.map(({ exports }) =>
    Object.entries(exports).map(([name, value]) => {
      if (value instanceof WebAssembly.Memory) {
        // Of two memories that differ, a megabyte each, nobody wants to see how.
        const bytes = new Uint8Array(value.buffer);
        return [name, bytes.length, hash("sha256", bytes)];
      }
      if (value instanceof WebAssembly.Global) return [name, value.value];
      if (value instanceof WebAssembly.Table) {
        const entries = Array.from(
          { length: value.length },
          (_, index) => value.get(index)?.name,
        );
        return [name, entries];
      }
      return [name, "function"];
    })
  );
}

/** A new guest, and its core instances. */
export interface MadeGuest {
  readonly guest: Guest;
  readonly instances: readonly WebAssembly.Instance[];
}

/** Makes guests of one component. */
export interface WatchedFactory extends AsyncDisposable {
  make(): Promise<MadeGuest>;
}

/**
 * @param name As for {@linkcode guestArtifact}.
 * @param beside The components beside it, likewise.
 */
export async function openWatchedFactory(
  name: string,
  beside: readonly string[] = [],
): Promise<WatchedFactory> {
  const [artifact, ...others] = await Promise.all(
    [name, ...beside].map((each) =>
      guestArtifact(each, { memoryLimit: 64 * MIB })
    ),
  );
  const buckets = makeBuckets();
  const cores = new CoreInstances();
  const interfaces = wasiInterfaces({
    environment: { NAME: "value" },
    config: {},
    buckets,
    blobs: makeBlobsInMemory(),
  });
  const factory = linkComponent(artifact!, {
    interfaces,
    entry: incomingHandler(),
    siblings: beside.map((name, index) => ({
      name,
      artifact: others[index]!,
      interfaces,
    })),
    output: { line() {}, message() {} },
  });
  return {
    async make() {
      const before = cores.made.length;
      const guest = await factory.make();
      return { guest, instances: cores.made.slice(before) };
    },
    async [Symbol.asyncDispose]() {
      cores[Symbol.dispose]();
      await buckets[Symbol.asyncDispose]();
    },
  };
}

/** How long a guest's code may take, in milliseconds. */
const DEADLINE = 1000;

/** Sends a guest a request; false where its code did not return. */
export async function ask(guest: Guest, request: Request): Promise<boolean> {
  const call = guest.handle(request, "1");
  const trap = new GuestTrap("deadline", "The guest took too long");
  const timer = setTimeout(() => {
    guest.drop();
    call.abort(trap);
  }, DEADLINE);
  const answered = call.response.then(async ({ body }) => {
    await new Response(body as BodyInit | null).arrayBuffer();
  }).catch(() => {});
  const returned = await call.finished.then(() => true, () => false);
  clearTimeout(timer);
  if (!returned) guest.drop();
  await answered;
  return returned;
}

/**
 * What core modules import of the host, made from a link plan.
 *
 * @module
 */

import type { GuestState } from "./abi/guest_memory.ts";
import {
  GuestResource,
  type GuestResourceClass,
} from "./abi/guest_resource.ts";
import { type Lowered, lowerFunction } from "./abi/lowering.ts";
import {
  LATER,
  type MakeTrampolines,
  prepareTrampolines,
  type WaitingSignature,
} from "./abi/trampolines.ts";
import type { HostInterface, ResourceClass } from "./host_interface.ts";
import type { InstanceSlot } from "./instance_slot.ts";
import type { CoreFunction, CoreImport } from "./jspi.ts";
import type { CoreImportPlan } from "./link_plan.ts";

/** Finds the class of a resource that the component exports. */
export type OwnResources = (
  label: string,
  resource: string,
) => GuestResourceClass;

/** Makes the core import of one instance. */
export type MakeImport = (slot: InstanceSlot) => CoreImport;

/** Prepares core imports; what all instances share is done once. */
export function preparer(
  hosts: ReadonlyMap<string, HostInterface>,
  own: OwnResources,
): (plan: CoreImportPlan, waiting: WaitingImports) => MakeImport {
  const hostOf = (label: string): HostInterface => {
    const host = hosts.get(label);
    if (host === undefined) {
      throw new TypeError(`Cannot find what satisfies "${label}"`);
    }
    return host;
  };
  return (plan, waiting) => {
    switch (plan.kind) {
      case "export":
        return (slot) => slot.export(plan.of);
      case "drop":
        return dropper(resourceOf(hostOf(plan.label), plan.resource), waiting);
      case "unreachable":
        return refuser(plan.resource);
      case "own":
        return ownResource(plan, own(plan.label, plan.resource), waiting);
      case "lower":
        return caller(plan, hostOf(plan.label), waiting);
    }
  };
}

function resourceOf(host: HostInterface, resource: string): ResourceClass {
  const found = host.resources[resource];
  if (found === undefined) {
    throw new TypeError(`${host.name} has no resource "${resource}"`);
  }
  return found;
}

function dropper(
  resource: ResourceClass,
  waiting: WaitingImports,
): MakeImport {
  if (resource.prototype instanceof GuestResource) {
    return waiting.add(
      { parameters: ["i32"], result: "none" },
      (slot) => (handle) => {
        const { state } = slot;
        // Before anything of it is done.
        state.act();
        state.answerLater(destroy(state, handle!, resource));
        return LATER.none;
      },
    );
  }
  return (slot) => (handle: number) => slot.state.drop(handle >>> 0, resource);
}

/** The destructor is another guest's, or the guest's own: it may have to wait. */
async function destroy(
  state: GuestState,
  handle: number | bigint,
  resource: ResourceClass,
): Promise<void> {
  const owned = state.use((handles) =>
    handles.release(Number(handle) >>> 0, resource)
  );
  if (!(owned instanceof GuestResource)) return;
  try {
    await state.wait(Promise.resolve(owned.destroy()));
  } catch (error) {
    state.fault(error);
    throw error;
  }
}

/** CanonicalABI.md, "`canon resource.new`" and those after it. */
function ownResource(
  plan: CoreImportPlan & { readonly kind: "own" },
  resource: GuestResourceClass,
  waiting: WaitingImports,
): MakeImport {
  switch (plan.act) {
    case "new":
      return (slot) => {
        const destructor = slot.destructor(plan.label, plan.resource);
        return (representation: number) => {
          const { state } = slot;
          return state.use((handles) =>
            handles.add(new resource(state, representation, destructor))
          );
        };
      };
    case "rep":
      return (slot) => (handle: number) =>
        slot.state.use((handles) =>
          (handles.get(handle >>> 0, resource) as GuestResource).representation
        );
    case "drop":
      return dropper(resource, waiting);
  }
}

function refuser(resource: string): MakeImport {
  return (slot) => (handle: number) => {
    const error = new TypeError(
      `${handle >>> 0} is no handle of a ${resource}`,
    );
    slot.state.fault(error);
    throw error;
  };
}

function caller(
  plan: CoreImportPlan & { readonly kind: "lower" },
  host: HostInterface,
  waiting: WaitingImports,
): MakeImport {
  const lowered: Lowered = lowerFunction(host, plan.function);
  const { memory, realloc, late } = plan;
  const key = JSON.stringify([memory, realloc]);
  const bind = (slot: InstanceSlot) =>
    lowered.bind(
      slot.functionsOf(host),
      late === true
        ? slot.lateMemory(key, memory, realloc)
        : slot.memory(key, memory, realloc),
      slot.tracer,
    );
  return lowered.waits === undefined ? bind : waiting.add(lowered.waits, bind);
}

/** The imports of one core module that may wait: one instance of trampolines serves them all. */
export class WaitingImports {
  readonly #signatures: WaitingSignature[] = [];
  readonly #binds: ((slot: InstanceSlot) => CoreFunction)[] = [];
  readonly #made = new WeakMap<InstanceSlot, readonly CoreImport[]>();
  #make: MakeTrampolines | undefined;

  /** Another import; all are added before any is made. */
  add(
    signature: WaitingSignature,
    bind: (slot: InstanceSlot) => CoreFunction,
  ): MakeImport {
    const index = this.#signatures.push(signature) - 1;
    this.#binds.push(bind);
    return (slot) => this.#of(slot)[index]!;
  }

  #of(slot: InstanceSlot): readonly CoreImport[] {
    let made = this.#made.get(slot);
    if (made === undefined) {
      this.#make ??= prepareTrampolines(this.#signatures);
      made = this.#make({
        begin: this.#binds.map((bind) => bind(slot)),
        wait: () => slot.state.takeLater(),
      });
      this.#made.set(slot, made);
    }
    return made;
  }
}

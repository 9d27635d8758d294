/**
 * Follows a link plan: core modules in, one instance of the component out.
 *
 * @module
 */

import type { GuestState } from "./abi/guest_memory.ts";
import type { Lifted } from "./abi/lifting.ts";
import type { Artifact } from "./artifact.ts";
import { type OwnResources, preparer, WaitingImports } from "./core_imports.ts";
import { FirstState, type InstanceState, stateOf } from "./first_state.ts";
import type { InstanceContext } from "./host_interface.ts";
import { type ExportEntry, InstanceSlot } from "./instance_slot.ts";
import { Interrupts, isInterruptible } from "./interrupts.ts";
import type { CoreFunction } from "./jspi.ts";
import type { CoreExport } from "./link_plan.ts";
import type { Link } from "./linker.ts";
import { memoryTrap } from "./memory_trap.ts";

/** Makes instances; fails only for what the guest does while it is instantiated. */
export type MakeInstance = (
  context: InstanceContext,
  state: GuestState,
) => Promise<ComponentInstance>;

/** What is not so with most components. */
export interface PrepareOptions extends ModuleLimits {
  /** The classes of the component's own resources. */
  readonly own?: OwnResources;
  /** Whether {@linkcode ComponentInstance.restart} is of use; default not. */
  readonly restarts?: boolean;
}

/** What core modules were compiled to; for messages. */
export interface ModuleLimits {
  /** The most memory that each may take, in bytes. */
  readonly memoryLimit?: number;
}

/**
 * Prepares everything that instances of one component share.
 *
 * @param links What satisfies each of the component's imports.
 */
export function prepareInstances(
  artifact: Artifact,
  links: readonly Link[],
  { own = noResources, memoryLimit, restarts = false }: PrepareOptions = {},
): MakeInstance {
  const hosts = new Map(
    links.map(({ wanted, offered }) => [wanted.label, offered]),
  );
  const prepare = preparer(hosts, own);
  const interrupts = new Interrupts();
  const steps = artifact.plan.instances.map(({ module, imports }) => {
    const waiting = new WaitingImports();
    return {
      module: coreModule(artifact, module),
      interruptible: isInterruptible(coreModule(artifact, module)),
      imports: Object.entries(imports).map(([namespace, values]) => ({
        namespace,
        values: Object.entries(values).map(([name, plan]) => ({
          name,
          make: prepare(plan, waiting),
        })),
      })),
    };
  });
  const first = restarts && artifact.isRestorable === true
    ? new FirstState()
    : undefined;
  const shared: InstancesShare = {
    exports: artifact.plan.exports,
    interrupts,
    memoryLimit,
    first,
  };
  return async (context, state) => {
    const slot = new InstanceSlot(context, state, first !== undefined);
    const interruptible: WebAssembly.Instance[] = [];
    for (const { module, imports, interruptible: isOne } of steps) {
      const given: WebAssembly.Imports = {};
      for (const { namespace, values } of imports) {
        const entries: WebAssembly.ModuleImports = given[namespace] = {};
        for (const { name, make } of values) entries[name] = make(slot);
      }
      const instance = await WebAssembly.instantiate(module, given);
      slot.instances.push(instance);
      if (isOne) interruptible.push(instance);
    }
    slot.complete();
    // Not before all are made: what runs meanwhile cannot be suspended.
    for (const each of interruptible) state.cores.push(interrupts.attach(each));
    const cores = stateOf(first === undefined ? [] : slot.instances);
    first?.see(cores);
    return new ComponentInstance(slot, cores, shared);
  };
}

function noResources(label: string, resource: string): never {
  throw new TypeError(`There is no class for "${resource}" of ${label}`);
}

function coreModule(artifact: Artifact, name: string): WebAssembly.Module {
  const module = artifact.coreModules.get(name);
  if (module === undefined) {
    throw new TypeError(`Cannot find core module "${name}"`);
  }
  return module;
}

/** What all instances of a component have in common. */
interface InstancesShare {
  readonly exports: Readonly<Record<string, CoreExport>>;
  readonly interrupts: Interrupts;
  /** The most memory that their modules were compiled to take, in bytes. */
  readonly memoryLimit: number | undefined;
  /** Absent where they cannot be put back to it. */
  readonly first: FirstState | undefined;
}

/** One instance of a component. */
export class ComponentInstance {
  readonly #slot: InstanceSlot;
  readonly #cores: InstanceState;
  readonly #shared: InstancesShare;
  readonly #state: GuestState;
  /** Calls that have not returned, those that never will among them. */
  #open = 0;
  /** Whether the guest still held handles when the last call returned. */
  #keepsHandles = false;

  constructor(
    slot: InstanceSlot,
    cores: InstanceState,
    shared: InstancesShare,
  ) {
    this.#slot = slot;
    this.#cores = cores;
    this.#shared = shared;
    this.#state = slot.state;
  }

  /** How many core values an export takes; `undefined` when there is none of that name. */
  parameterCount(name: string): number | undefined {
    const place = this.#shared.exports[name];
    if (place === undefined) return undefined;
    return (this.#slot.export(place) as CoreFunction).length;
  }

  /**
   * Calls an export. The guest owns the resources among the arguments from then on, but for
   * those that its type borrows. Rejects when it traps.
   *
   * @returns What its WIT type says; a `result` as `{ tag, val }`.
   */
  async call(
    name: string,
    lifted: Lifted,
    args: readonly unknown[],
  ): Promise<unknown> {
    const entry = this.#begin(name);
    const state = this.#state;
    state.begin();
    let result: unknown;
    try {
      const { call, memory } = entry;
      const returned = await call(...lifted.lower(memory, args));
      result = this.#lift(lifted, entry, returned);
    } catch (error) {
      // What a host function threw says more than what became of it in the guest.
      state.check();
      throw memoryTrap(error, state.cores, this.#shared.memoryLimit) ?? error;
    }
    this.#end();
    return result;
  }

  /**
   * The same in this turn, where the guest waits for nothing and does nothing that outlasts it.
   *
   * @throws {unknown} It would have to, or it traps. It MUST NOT be called again.
   */
  callPlainly(
    name: string,
    lifted: Lifted,
    args: readonly unknown[],
  ): unknown {
    // What it kept of an earlier call outlasts this one.
    if (this.#keepsHandles) throw new TypeError("The guest holds handles");
    const entry = this.#begin(name);
    const result = this.#state.attempt(() => {
      const { plain, memory } = entry;
      return this.#lift(lifted, entry, plain(...lifted.lower(memory, args)));
    });
    this.#end();
    return result;
  }

  /** Whether the last call waited for nothing and did nothing that outlasts the instance. */
  get wasPlain(): boolean {
    return !this.#keepsHandles && this.#state.wasPlain;
  }

  #begin(name: string): ExportEntry {
    const { exports, interrupts } = this.#shared;
    const place = exports[name];
    if (place === undefined) {
      throw new TypeError(`Cannot find the export "${name}"`);
    }
    this.#state.check();
    this.#open++;
    interrupts.begin();
    return this.#slot.entry(place);
  }

  #lift(lifted: Lifted, entry: ExportEntry, returned: unknown): unknown {
    const { memory, after } = entry;
    const state = this.#state;
    state.check();
    const result = lifted.lift(memory, returned);
    if (after !== undefined) this.#afterReturn(after, returned);
    state.handles.checkReturned();
    return result;
  }

  #end(): void {
    this.#state.check();
    this.#open--;
    this.#keepsHandles = this.#state.handles.size > 0;
  }

  /**
   * Makes of it, when it has been dropped, one that nothing tells from a new one; `undefined`
   * where that cannot be had: where a call trapped or is under way, where it kept handles, where
   * its memory has grown, or where its modules have state that cannot be reached. This one MUST NOT
   * be used any more.
   */
  restart(
    context: InstanceContext,
    state: GuestState,
  ): ComponentInstance | undefined {
    const isCurrent = this.#slot.state === this.#state;
    if (!isCurrent || this.#open > 0 || this.#keepsHandles) return undefined;
    if (this.#shared.first?.restore(this.#cores) !== true) return undefined;
    this.#slot.restart(context, state);
    return new ComponentInstance(this.#slot, this.#cores, this.#shared);
  }

  #afterReturn(after: CoreFunction, returned: unknown): void {
    const values = returned === undefined ? [] : [returned as number | bigint];
    this.#state.unsuspended(() => after(...values));
  }
}

/**
 * Follows a link plan: core modules in, one instance of the component out.
 *
 * @module
 */

import {
  GuestMemory,
  type GuestState,
  type Realloc,
} from "./abi/guest_memory.ts";
import type { Lifted } from "./abi/lifting.ts";
import { type Lowered, lowerFunction } from "./abi/lowering.ts";
import type { Artifact } from "./artifact.ts";
import type {
  HostFunction,
  HostInterface,
  InstanceContext,
  ResourceClass,
} from "./host_interface.ts";
import { Interrupts, isInterruptible } from "./interrupts.ts";
import { type CoreFunction, type CoreImport, promising } from "./jspi.ts";
import type { CoreExport, CoreImportPlan } from "./link_plan.ts";
import type { Link } from "./linker.ts";

/** Makes instances; fails only for what the guest does while it is instantiated. */
export type MakeInstance = (
  context: InstanceContext,
  state: GuestState,
) => Promise<ComponentInstance>;

/**
 * Prepares everything that instances of one component share.
 *
 * @param links What satisfies each of the component's imports.
 */
export function prepareInstances(
  artifact: Artifact,
  links: readonly Link[],
): MakeInstance {
  const hosts = new Map(
    links.map(({ wanted, offered }) => [wanted.label, offered]),
  );
  const prepare = preparer(hosts);
  const interrupts = new Interrupts();
  const steps = artifact.plan.instances.map(({ module, imports }) => ({
    module: coreModule(artifact, module),
    interruptible: isInterruptible(coreModule(artifact, module)),
    imports: Object.entries(imports).map(([namespace, values]) => ({
      namespace,
      values: Object.entries(values).map(([name, plan]) => ({
        name,
        make: prepare(plan),
      })),
    })),
  }));
  return async (context, state) => {
    const making = new Making(context, state);
    const interruptible: WebAssembly.Instance[] = [];
    for (const { module, imports, interruptible: isOne } of steps) {
      const given: WebAssembly.Imports = {};
      for (const { namespace, values } of imports) {
        const entries: WebAssembly.ModuleImports = given[namespace] = {};
        for (const { name, make } of values) entries[name] = make(making);
      }
      const instance = await WebAssembly.instantiate(module, given);
      making.instances.push(instance);
      if (isOne) interruptible.push(instance);
    }
    // Not before all are made: what runs meanwhile cannot be suspended.
    for (const each of interruptible) state.cores.push(interrupts.attach(each));
    return new ComponentInstance(making, artifact.plan.exports, interrupts);
  };
}

function coreModule(artifact: Artifact, name: string): WebAssembly.Module {
  const module = artifact.coreModules.get(name);
  if (module === undefined) {
    throw new TypeError(`Cannot find core module "${name}"`);
  }
  return module;
}

/** An instance that is being made, or is. */
class Making {
  readonly instances: WebAssembly.Instance[] = [];
  readonly state: GuestState;
  readonly #context: InstanceContext;
  readonly #imports = new Map<
    HostInterface,
    Readonly<Record<string, HostFunction>>
  >();
  readonly #memories = new Map<string, GuestMemory>();

  constructor(context: InstanceContext, state: GuestState) {
    this.#context = context;
    this.state = state;
  }

  export({ instance, name }: CoreExport): WebAssembly.ExportValue {
    const value = this.instances[instance]?.exports[name];
    if (value === undefined) {
      throw new TypeError(`Cannot find core export "${name}"`);
    }
    return value;
  }

  /** Two patch versions of one interface are one thing to the host. */
  importsOf(host: HostInterface): Readonly<Record<string, HostFunction>> {
    let imports = this.#imports.get(host);
    if (imports === undefined) {
      imports = host.imports(this.#context);
      this.#imports.set(host, imports);
    }
    return imports;
  }

  memory(key: string, memory?: CoreExport, realloc?: CoreExport): GuestMemory {
    let found = this.#memories.get(key);
    if (found === undefined) {
      found = new GuestMemory(
        this.state,
        memory === undefined
          ? undefined
          : this.export(memory) as WebAssembly.Memory,
        realloc === undefined ? undefined : this.export(realloc) as Realloc,
      );
      this.#memories.set(key, found);
    }
    return found;
  }
}

type MakeImport = (making: Making) => CoreImport;

function preparer(
  hosts: ReadonlyMap<string, HostInterface>,
): (plan: CoreImportPlan) => MakeImport {
  const hostOf = (label: string): HostInterface => {
    const host = hosts.get(label);
    if (host === undefined) {
      throw new TypeError(`Cannot find what satisfies "${label}"`);
    }
    return host;
  };
  return (plan) => {
    switch (plan.kind) {
      case "export":
        return (making) => making.export(plan.of);
      case "drop":
        return dropper(resourceOf(hostOf(plan.label), plan.resource));
      case "unreachable":
        return refuser(plan.resource);
      case "lower":
        return caller(plan, hostOf(plan.label));
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

function dropper(resource: ResourceClass): MakeImport {
  return ({ state }) => (handle: number) => state.drop(handle >>> 0, resource);
}

function refuser(resource: string): MakeImport {
  return ({ state }) => (handle: number) => {
    const error = new TypeError(
      `${handle >>> 0} is no handle of a ${resource}`,
    );
    state.fault(error);
    throw error;
  };
}

function caller(
  plan: CoreImportPlan & { readonly kind: "lower" },
  host: HostInterface,
): MakeImport {
  const lowered: Lowered = lowerFunction(host, plan.function);
  const { memory, realloc } = plan;
  const key = JSON.stringify([memory, realloc]);
  return (making) =>
    lowered.bind(making.importsOf(host), making.memory(key, memory, realloc));
}

/** One instance of a component. */
export class ComponentInstance {
  readonly #making: Making;
  readonly #exports: Readonly<Record<string, CoreExport>>;
  readonly #interrupts: Interrupts;

  constructor(
    making: Making,
    exports: Readonly<Record<string, CoreExport>>,
    interrupts: Interrupts,
  ) {
    this.#making = making;
    this.#exports = exports;
    this.#interrupts = interrupts;
  }

  /** How many core values an export takes; `undefined` when there is none of that name. */
  parameterCount(name: string): number | undefined {
    const place = this.#exports[name];
    if (place === undefined) return undefined;
    return (this.#making.export(place) as CoreFunction).length;
  }

  /**
   * Calls an export that gives nothing back. The guest owns the resources among the arguments
   * from then on. Rejects when it traps.
   */
  async call(
    name: string,
    lifted: Lifted,
    args: readonly unknown[],
  ): Promise<void> {
    const place = this.#exports[name];
    if (place === undefined) {
      throw new TypeError(`Cannot find the export "${name}"`);
    }
    const { state } = this.#making;
    state.check();
    this.#interrupts.begin();
    try {
      const values = lifted.lower(this.#memoryOf(place), args);
      await promising(this.#making.export(place) as CoreFunction)(...values);
      this.#afterReturn(place);
    } catch (error) {
      // What a host function threw says more than what became of it in the guest.
      state.check();
      throw error;
    }
    state.check();
  }

  /** What wit-component lifts a module's exports with: the module's own memory and allocator. */
  #memoryOf({ instance }: CoreExport): GuestMemory {
    const exports = this.#making.instances[instance]?.exports ?? {};
    const part = (name: string) =>
      name in exports ? { instance, name } : undefined;
    return this.#making.memory(
      `exports of ${instance}`,
      part("memory"),
      part("cabi_realloc"),
    );
  }

  /** CanonicalABI.md, `post-return`: the guest frees what it returned. */
  #afterReturn({ instance, name }: CoreExport): void {
    const { instances, state } = this.#making;
    const after = instances[instance]?.exports[`cabi_post_${name}`];
    if (after === undefined) return;
    state.unsuspended(() => (after as CoreFunction)());
  }
}

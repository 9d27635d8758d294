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
import {
  type Destructor,
  GuestResource,
  type GuestResourceClass,
} from "./abi/guest_resource.ts";
import type { Lifted } from "./abi/lifting.ts";
import { type Lowered, lowerFunction } from "./abi/lowering.ts";
import type { Artifact } from "./artifact.ts";
import { CallTracer } from "./call_tracer.ts";
import type {
  HostFunction,
  HostInterface,
  InstanceContext,
  ResourceClass,
} from "./host_interface.ts";
import { Interrupts, isInterruptible } from "./interrupts.ts";
import {
  type CoreFunction,
  type CoreImport,
  promising,
  suspending,
} from "./jspi.ts";
import type { CoreExport, CoreImportPlan } from "./link_plan.ts";
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
  { own = noResources, memoryLimit }: PrepareOptions = {},
): MakeInstance {
  const hosts = new Map(
    links.map(({ wanted, offered }) => [wanted.label, offered]),
  );
  const prepare = preparer(hosts, own);
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
    return new ComponentInstance(making, artifact.plan.exports, {
      interrupts,
      memoryLimit,
    });
  };
}

/** Finds the class of a resource that the component exports. */
export type OwnResources = (
  label: string,
  resource: string,
) => GuestResourceClass;

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

/** An instance that is being made, or is. */
class Making {
  readonly instances: WebAssembly.Instance[] = [];
  readonly state: GuestState;
  /** Absent where nobody wants to know of calls. */
  readonly tracer: CallTracer | undefined;
  readonly #context: InstanceContext;
  readonly #imports = new Map<
    HostInterface,
    Readonly<Record<string, HostFunction>>
  >();
  readonly #memories = new Map<string, GuestMemory>();

  constructor(context: InstanceContext, state: GuestState) {
    this.#context = context;
    this.state = state;
    this.tracer = CallTracer.of(context);
  }

  export({ instance, name }: CoreExport): WebAssembly.ExportValue {
    const value = this.instances[instance]?.exports[name];
    if (value === undefined) {
      throw new TypeError(`Cannot find core export "${name}"`);
    }
    return value;
  }

  /** The destructor in the core instance that comes next, which exports it if it has one. */
  destructor(label: string, resource: string): Destructor {
    const place = this.instances.length;
    const name = `${label}#[dtor]${resource}`;
    return async (representation) => {
      const found = this.instances[place]?.exports[name];
      if (found === undefined) return;
      this.state.check();
      await promising(found as CoreFunction)(representation);
    };
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
  own: OwnResources,
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
      case "own":
        return ownResource(plan, own(plan.label, plan.resource));
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
  if (resource.prototype instanceof GuestResource) {
    return ({ state }) =>
      suspending((handle) => destroy(state, handle, resource));
  }
  return ({ state }) => (handle: number) => state.drop(handle >>> 0, resource);
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
): MakeImport {
  switch (plan.act) {
    case "new":
      return (making) => {
        const { state } = making;
        const destructor = making.destructor(plan.label, plan.resource);
        return (representation: number) =>
          state.use((handles) =>
            handles.add(new resource(state, representation, destructor))
          );
      };
    case "rep":
      return ({ state }) => (handle: number) =>
        state.use((handles) =>
          (handles.get(handle >>> 0, resource) as GuestResource).representation
        );
    case "drop":
      return dropper(resource);
  }
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
    lowered.bind(
      making.importsOf(host),
      making.memory(key, memory, realloc),
      making.tracer,
    );
}

/** What all instances of a component have in common. */
interface InstancesShare {
  readonly interrupts: Interrupts;
  /** The most memory that their modules were compiled to take, in bytes. */
  readonly memoryLimit: number | undefined;
}

/** One instance of a component. */
export class ComponentInstance {
  readonly #making: Making;
  readonly #exports: Readonly<Record<string, CoreExport>>;
  readonly #interrupts: Interrupts;
  readonly #memoryLimit: number | undefined;

  constructor(
    making: Making,
    exports: Readonly<Record<string, CoreExport>>,
    { interrupts, memoryLimit }: InstancesShare,
  ) {
    this.#making = making;
    this.#exports = exports;
    this.#interrupts = interrupts;
    this.#memoryLimit = memoryLimit;
  }

  /** How many core values an export takes; `undefined` when there is none of that name. */
  parameterCount(name: string): number | undefined {
    const place = this.#exports[name];
    if (place === undefined) return undefined;
    return (this.#making.export(place) as CoreFunction).length;
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
    const place = this.#exports[name];
    if (place === undefined) {
      throw new TypeError(`Cannot find the export "${name}"`);
    }
    const { state } = this.#making;
    state.check();
    this.#interrupts.begin();
    for (const core of state.cores) core.begin();
    let result: unknown;
    try {
      const memory = this.#memoryOf(place);
      const values = lifted.lower(memory, args);
      const returned = await promising(
        this.#making.export(place) as CoreFunction,
      )(...values);
      state.check();
      result = lifted.lift(memory, returned);
      this.#afterReturn(place, returned);
      state.handles.checkReturned();
    } catch (error) {
      // What a host function threw says more than what became of it in the guest.
      state.check();
      throw memoryTrap(error, state.cores, this.#memoryLimit) ?? error;
    }
    state.check();
    return result;
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
  #afterReturn({ instance, name }: CoreExport, returned: unknown): void {
    const { instances, state } = this.#making;
    const after = instances[instance]?.exports[`cabi_post_${name}`];
    if (after === undefined) return;
    const values = returned === undefined ? [] : [returned as number | bigint];
    state.unsuspended(() => (after as CoreFunction)(...values));
  }
}

/**
 * The core instances of one instance of a component, and what the host keeps for them. An instance
 * that is put back to its first state gets a new life: new handles and new host functions, behind
 * the same core imports.
 *
 * @module
 */

import { GuestMemory, GuestState, type Realloc } from "./abi/guest_memory.ts";
import type { Destructor } from "./abi/guest_resource.ts";
import type { TracedBinding } from "./abi/lowering.ts";
import { type Callee, CallTracer } from "./call_tracer.ts";
import type {
  HostFunction,
  HostInterface,
  InstanceContext,
} from "./host_interface.ts";
import { type CoreFunction, promising } from "./jspi.ts";
import type { CoreExport } from "./link_plan.ts";

/** A host interface's functions for one instance. */
type Functions = Readonly<Record<string, HostFunction>>;

/** An export that the host calls. */
export interface ExportEntry {
  /** It cannot wait. */
  readonly plain: CoreFunction;
  /** It may wait. */
  readonly call: ReturnType<typeof promising>;
  /** What wit-component lifts a module's exports with: the module's own memory and allocator. */
  readonly memory: GuestMemory;
  /** CanonicalABI.md, `post-return`: the guest frees what it returned. */
  readonly after: CoreFunction | undefined;
}

/** What a guest is while it is made: nothing that is called by a table is in it yet. */
class UnfilledState extends GuestState {
  /** What was thrown. A guest can catch it, which it could not a trap. */
  trap: WebAssembly.RuntimeError | undefined;

  override check(): void {
    this.trap = new WebAssembly.RuntimeError(
      "a host function was called before all core modules were there",
    );
    throw this.trap;
  }
}

/** Core instances that are being made, or are. */
export class InstanceSlot {
  readonly instances: WebAssembly.Instance[] = [];
  readonly #canRestart: boolean;
  readonly #memories = new Map<string, GuestMemory>();
  readonly #late: (() => void)[] = [];
  readonly #unfilled = new UnfilledState();
  readonly #forwarding = new Map<HostInterface, Functions>();
  readonly #entries = new Map<CoreExport, ExportEntry>();
  #context: InstanceContext;
  #state: GuestState;
  #tracer: CallTracer | undefined;
  #functions = new Map<HostInterface, Functions>();

  /** @param canRestart Whether {@linkcode InstanceSlot.restart} may be called. */
  constructor(
    context: InstanceContext,
    state: GuestState,
    canRestart: boolean,
  ) {
    this.#context = context;
    this.#state = state;
    this.#tracer = CallTracer.of(context);
    this.#canRestart = canRestart;
  }

  /** Of the present life. */
  get state(): GuestState {
    return this.#state;
  }

  /** What makes calls known; absent where nobody wants to know of them. */
  get tracer(): TracedBinding | undefined {
    if (!this.#canRestart || this.#tracer === undefined) return this.#tracer;
    return {
      traced: (host, wit, call) =>
        host.calls?.[wit] === undefined
          ? undefined
          : this.#tracedAlways(host, wit, call),
    };
  }

  /** All core instances are made: what comes late can be called. */
  complete(): void {
    const { trap } = this.#unfilled;
    if (trap !== undefined) throw trap;
    for (const attach of this.#late.splice(0)) attach();
  }

  /** Begins another life; the one before MUST have ended. */
  restart(context: InstanceContext, state: GuestState): void {
    this.#context = context;
    state.cores.push(...this.#state.cores.splice(0));
    this.#state = state;
    this.#tracer = CallTracer.of(context);
    this.#functions = new Map();
    for (const memory of this.#memories.values()) memory.state = state;
  }

  export({ instance, name }: CoreExport): WebAssembly.ExportValue {
    const value = this.instances[instance]?.exports[name];
    if (value === undefined) {
      throw new TypeError(`Cannot find core export "${name}"`);
    }
    return value;
  }

  /** What it takes to call an export; found once. */
  entry(place: CoreExport): ExportEntry {
    let found = this.#entries.get(place);
    if (found === undefined) {
      const { instance, name } = place;
      const exports = this.instances[instance]?.exports ?? {};
      const part = (name: string) =>
        name in exports ? { instance, name } : undefined;
      const plain = this.export(place) as CoreFunction;
      found = {
        plain,
        call: promising(plain),
        memory: this.memory(
          `exports of ${instance}`,
          part("memory"),
          part("cabi_realloc"),
        ),
        after: exports[`cabi_post_${name}`] as CoreFunction | undefined,
      };
      this.#entries.set(place, found);
    }
    return found;
  }

  /** The destructor in the core instance that comes next, which exports it if it has one. */
  destructor(label: string, resource: string): Destructor {
    const place = this.instances.length;
    const name = `${label}#[dtor]${resource}`;
    return async (representation) => {
      const found = this.instances[place]?.exports[name];
      if (found === undefined) return;
      this.#state.check();
      await promising(found as CoreFunction)(representation);
    };
  }

  /** Functions to bind to core imports, that stay the same from life to life. */
  functionsOf(host: HostInterface): Functions {
    if (!this.#canRestart) return this.#functionsNow(host);
    let forwarding = this.#forwarding.get(host);
    if (forwarding === undefined) {
      forwarding = Object.fromEntries(
        Object.keys(this.#functionsNow(host))
          .map((name) => [name, this.#forward(host, name)]),
      );
      this.#forwarding.set(host, forwarding);
    }
    return forwarding;
  }

  memory(key: string, memory?: CoreExport, realloc?: CoreExport): GuestMemory {
    return this.#memory(key, () => {
      const made = new GuestMemory(this.#state);
      this.#attach(made, memory, realloc);
      return made;
    });
  }

  /** A memory that can be used when all core instances are made. */
  lateMemory(
    key: string,
    memory?: CoreExport,
    realloc?: CoreExport,
  ): GuestMemory {
    return this.#memory(`late ${key}`, () => {
      const made = new GuestMemory(this.#unfilled);
      this.#late.push(() => {
        made.state = this.#state;
        this.#attach(made, memory, realloc);
      });
      return made;
    });
  }

  #memory(key: string, make: () => GuestMemory): GuestMemory {
    let found = this.#memories.get(key);
    if (found === undefined) {
      found = make();
      this.#memories.set(key, found);
    }
    return found;
  }

  #attach(made: GuestMemory, memory?: CoreExport, realloc?: CoreExport): void {
    made.attach(
      memory && this.export(memory) as WebAssembly.Memory,
      realloc && this.export(realloc) as Realloc,
    );
  }

  /** Two patch versions of one interface are one thing to the host. */
  #functionsNow(host: HostInterface): Functions {
    let functions = this.#functions.get(host);
    if (functions === undefined) {
      functions = host.imports(this.#context);
      this.#functions.set(host, functions);
    }
    return functions;
  }

  #forward(host: HostInterface, name: string): HostFunction {
    let life: GuestState | undefined;
    let found: HostFunction;
    return (...args: unknown[]) => {
      if (life !== this.#state) {
        found = this.#functionsNow(host)[name]!;
        life = this.#state;
      }
      return found(...args);
    };
  }

  #tracedAlways(host: HostInterface, wit: string, call: Callee): Callee {
    let tracer: CallTracer | undefined;
    let traced: Callee = call;
    return (args) => {
      if (tracer !== this.#tracer) {
        tracer = this.#tracer;
        traced = tracer?.traced(host, wit, call) ?? call;
      }
      return traced(args);
    };
  }
}

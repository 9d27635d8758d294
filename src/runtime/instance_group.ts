/**
 * The instances that serve one request together: that of the component that was asked, and
 * those of the components it reaches. Each is made when it is first called, and all of them
 * are dropped at once.
 *
 * @module
 */

import { GuestState } from "./abi/guest_memory.ts";
import type { ComponentInstance, MakeInstance } from "./component_instance.ts";
import { HeldOutput } from "./held_output.ts";
import type {
  CallSpans,
  GuestOutput,
  InstanceContext,
} from "./host_interface.ts";

/** All instances of one request. */
export class InstanceGroup {
  /** Of what is served; `undefined` between requests. */
  requestId: string | undefined = undefined;
  /** Of the request that is served, if it has a valid one. */
  traceparent: string | undefined = undefined;
  /** What its guests write. */
  readonly output: HeldOutput;
  readonly #spans: CallSpans | undefined;
  readonly #contexts: GroupContext[] = [];
  readonly #instances = new Map<MakeInstance, Promise<ComponentInstance>>();

  constructor(output: GuestOutput, spans?: CallSpans) {
    this.output = new HeldOutput(output);
    this.#spans = spans;
  }

  /** Whether its calls are recorded as they begin. */
  get isRecorded(): boolean {
    return this.#spans !== undefined;
  }

  /** The group's instance of a component. Rejects when it traps while it is instantiated. */
  instanceOf(make: MakeInstance): Promise<ComponentInstance> {
    let instance = this.#instances.get(make);
    if (instance === undefined) {
      const context = new GroupContext(this, this.output, this.#spans);
      this.#contexts.push(context);
      instance = make(context, context.state);
      this.#instances.set(make, instance);
    }
    return instance;
  }

  /**
   * Takes over the only instance of a group that was dropped, put back to its first state;
   * `undefined` where that cannot be had.
   */
  restart(
    make: MakeInstance,
    instance: ComponentInstance,
  ): ComponentInstance | undefined {
    const context = new GroupContext(this, this.output, this.#spans);
    const restarted = instance.restart(context, context.state);
    if (restarted === undefined) return undefined;
    this.#contexts.push(context);
    this.#instances.set(make, Promise.resolve(restarted));
    return restarted;
  }

  /** Lets go of all that the instances hold. */
  drop(): void {
    for (const context of this.#contexts) context.drop();
  }
}

/** One instance of a group, as its host functions see it. */
export class GroupContext implements InstanceContext {
  readonly group: InstanceGroup;
  readonly output: GuestOutput;
  readonly spans: CallSpans | undefined;
  readonly state = new GuestState();
  readonly #dropCallbacks: (() => void)[] = [];
  #isDropped = false;

  constructor(group: InstanceGroup, output: GuestOutput, spans?: CallSpans) {
    this.group = group;
    this.output = output;
    this.spans = spans;
  }

  get requestId(): string | undefined {
    return this.group.requestId;
  }

  get traceparent(): string | undefined {
    return this.group.traceparent;
  }

  set traceparent(told: string | undefined) {
    this.group.traceparent = told;
  }

  onDrop(callback: () => void): void {
    // The group can end while one of its instances is still being made.
    if (this.#isDropped) callback();
    else this.#dropCallbacks.push(callback);
  }

  drop(): void {
    if (this.#isDropped) return;
    this.#isDropped = true;
    this.state.dispose();
    for (const callback of this.#dropCallbacks.splice(0)) callback();
  }
}

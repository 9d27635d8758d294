/**
 * Makes instances of a component: an artifact and the interfaces it is linked with.
 *
 * @module
 */

import type { Artifact } from "./artifact.ts";
import { GuestState } from "./abi/guest_memory.ts";
import {
  type ComponentInstance,
  prepareInstances,
} from "./component_instance.ts";
import type {
  Guest,
  GuestCall,
  GuestExport,
  GuestFactory,
  HttpEntry,
} from "./guest.ts";
import type {
  GuestOutput,
  HostInterface,
  InstanceContext,
} from "./host_interface.ts";
import { link, LinkError } from "./linker.ts";
import { splitLabel, versionServes } from "./version.ts";

/** What a component is linked with. */
export interface ComponentOptions {
  readonly interfaces: readonly HostInterface[];
  readonly entry: HttpEntry;
  readonly output: GuestOutput;
}

/**
 * Links a component. Every import is checked here, so that {@linkcode GuestFactory.make}
 * can fail only for what the guest itself does.
 *
 * @throws {LinkError} Imports that nothing offers, or no export that can be called.
 */
export function linkComponent(
  artifact: Artifact,
  options: ComponentOptions,
): GuestFactory {
  const { interfaces, entry, output } = options;
  const links = link(artifact.imports, interfaces);
  const exportLabel = findExport(artifact, entry);
  const makeInstance = prepareInstances(artifact, links);
  return {
    async make() {
      const context = new Context(output);
      const instance = await makeInstance(context, context.state);
      return new ComponentGuest(
        context,
        new Export(instance, exportLabel),
        entry,
      );
    },
  };
}

function findExport(artifact: Artifact, entry: HttpEntry): string {
  for (const label of artifact.exports) {
    const { name, version } = splitLabel(label);
    if (name === entry.name && versionServes(entry.version, version)) {
      return label;
    }
  }
  const exports = artifact.exports.length > 0
    ? artifact.exports.join(", ")
    : "nothing";
  throw new LinkError([{
    import: `${entry.name}@${entry.version}`,
    reason: `the component does not export it, it exports ${exports}; ` +
      `only components that answer HTTP requests can be served`,
  }]);
}

class Context implements InstanceContext {
  requestId: string | undefined = undefined;
  readonly output: GuestOutput;
  readonly state = new GuestState();
  readonly #dropCallbacks: (() => void)[] = [];

  constructor(output: GuestOutput) {
    this.output = output;
  }

  onDrop(callback: () => void): void {
    this.#dropCallbacks.push(callback);
  }

  drop(): void {
    this.state.end(new Error("The instance was dropped"));
    for (const callback of this.#dropCallbacks.splice(0)) callback();
  }
}

class Export implements GuestExport {
  readonly #instance: ComponentInstance;
  readonly #label: string;

  constructor(instance: ComponentInstance, label: string) {
    this.#instance = instance;
    this.#label = label;
  }

  call(name: string, resources: readonly object[]): Promise<void> {
    return this.#instance.call(`${this.#label}#${name}`, resources);
  }
}

class ComponentGuest implements Guest {
  uses = 0;
  readonly #context: Context;
  readonly #exported: GuestExport;
  readonly #entry: HttpEntry;

  constructor(context: Context, exported: GuestExport, entry: HttpEntry) {
    this.#context = context;
    this.#exported = exported;
    this.#entry = entry;
  }

  handle(request: Request, requestId: string): GuestCall {
    this.uses++;
    this.#context.requestId = requestId;
    return this.#entry.call(this.#exported, request);
  }

  drop(): void {
    this.#context.drop();
  }
}

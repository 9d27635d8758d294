/**
 * Makes instances of a component: an artifact and the interfaces it is linked with.
 *
 * @module
 */

import type { Artifact } from "./artifact.ts";
import type { ComponentInstance } from "./component_instance.ts";
import {
  compose,
  MAIN,
  type Part,
  survey,
  type SurveyedPart,
} from "./composition.ts";
import { type Lifted, liftExports } from "./abi/lifting.ts";
import type {
  BucketChange,
  ChangeEntry,
  ExportedInterface,
  Guest,
  GuestCall,
  GuestExport,
  GuestFactory,
  GuestRun,
  HttpEntry,
} from "./guest.ts";
import type {
  CallSpans,
  GuestOutput,
  HostInterface,
} from "./host_interface.ts";
import type { HttpRequest, HttpResponse } from "./http_message.ts";
import { InstanceGroup } from "./instance_group.ts";
import { LinkError, type MissingImport } from "./linker.ts";
import { splitLabel, versionServes } from "./version.ts";

/** What a component is linked with. */
export interface ComponentOptions {
  readonly interfaces: readonly HostInterface[];
  readonly entry: HttpEntry;
  /** How changes reach a component, the version that is preferred first. */
  readonly watchers?: readonly ChangeEntry[];
  readonly output: GuestOutput;
  /** Who records calls; default: nobody. */
  readonly spans?: CallSpans | undefined;
  /** Components whose exports satisfy imports, before the interfaces do. */
  readonly siblings?: readonly Part[];
  /** What the modules of all of them were limited to, in bytes; for messages. */
  readonly memoryLimit?: number;
}

/** A component that is linked. */
export interface LinkedComponent extends GuestFactory {
  /** Whether its guests answer requests; {@linkcode Guest.handle} fails otherwise. */
  readonly answersHttp: boolean;
  /** Whether its guests are told of changes; {@linkcode Guest.tell} fails otherwise. */
  readonly takesChanges: boolean;
  /** Names of the siblings that none of its calls can reach. */
  readonly unreached: readonly string[];
}

/** What linking a component comes to. */
export interface ComponentSurvey {
  /** The component, and those beside it. */
  readonly parts: readonly SurveyedPart[];
  /** The export that answers requests, as the component spells it. */
  readonly http?: string;
  /** The export that is told of changes. */
  readonly change?: string;
  /** What {@linkcode linkComponent} refuses it for; empty where it does not. */
  readonly missing: readonly MissingImport[];
}

/**
 * What {@linkcode linkComponent} finds, and all that it would refuse. No instance is made, so
 * the types of exports are not looked at.
 */
export function surveyComponent(
  artifact: Artifact,
  options: Omit<ComponentOptions, "output">,
): ComponentSurvey {
  const { interfaces, entry, siblings = [] } = options;
  const { http, change } = findEntries(artifact, options);
  const { parts, missing } = survey(
    { name: MAIN, artifact, interfaces },
    siblings,
  );
  const isServable = http !== undefined || change !== undefined;
  return {
    parts,
    ...(http !== undefined && { http: http.label }),
    ...(change !== undefined && { change: change.label }),
    missing: isServable
      ? missing
      : [...notServable(artifact, entry).missing, ...missing],
  };
}

/**
 * Links a component. Every import is checked here, so that {@linkcode GuestFactory.make}
 * can fail only for what the guest itself does, and at the first time for exports of
 * another type.
 *
 * @throws {LinkError} Imports that nothing offers, or no export that can be called.
 */
export function linkComponent(
  artifact: Artifact,
  options: ComponentOptions,
): LinkedComponent {
  const { interfaces, entry, output, spans, siblings = [] } = options;
  const { http, change } = findEntries(artifact, options);
  if (http === undefined && change === undefined) {
    throw notServable(artifact, entry);
  }
  const { make: makeInstance, unreached } = compose(
    { name: MAIN, artifact, interfaces },
    siblings,
    options,
  );
  const called = [http, change].filter((found) => found !== undefined);
  const newGroup = () => new InstanceGroup(output, spans);
  const shared: GuestsShare = {
    http,
    change,
    restart(instance) {
      const group = newGroup();
      const restarted = group.restart(makeInstance, instance);
      return restarted && new ComponentGuest(group, restarted, shared);
    },
  };
  let checked = false;
  return {
    answersHttp: http !== undefined,
    takesChanges: change !== undefined,
    unreached,
    async make() {
      const group = newGroup();
      const instance = await group.instanceOf(makeInstance);
      if (!checked) checkExports(instance, called);
      checked = true;
      return new ComponentGuest(group, instance, shared);
    },
  };
}

/** An export of the component that the host calls. */
interface Called<Entry extends ExportedInterface> {
  readonly entry: Entry;
  /** As the component spells it. */
  readonly label: string;
  readonly functions: ReadonlyMap<string, CalledFunction>;
}

interface CalledFunction {
  readonly lifted: Lifted;
  /** What the core module calls it. */
  readonly core: string;
}

/** The exports that the host calls. */
function findEntries(
  artifact: Artifact,
  { entry, watchers = [] }: Pick<ComponentOptions, "entry" | "watchers">,
): {
  readonly http: Called<HttpEntry> | undefined;
  readonly change: Called<ChangeEntry> | undefined;
} {
  return {
    http: findExport(artifact, entry),
    change: watchers.map((watcher) => findExport(artifact, watcher))
      .find((found) => found !== undefined),
  };
}

function findExport<Entry extends ExportedInterface>(
  artifact: Artifact,
  entry: Entry,
): Called<Entry> | undefined {
  for (const label of artifact.exports) {
    const { name, version } = splitLabel(label);
    if (name === entry.name && versionServes(entry.version, version)) {
      const functions = liftExports(entry);
      return {
        entry,
        label,
        functions: new Map(
          [...functions].map(([name, lifted]) => [
            name,
            { lifted, core: `${label}#${name}` },
          ]),
        ),
      };
    }
  }
  return undefined;
}

function notServable(artifact: Artifact, entry: HttpEntry): LinkError {
  const exports = artifact.exports.length > 0
    ? artifact.exports.join(", ")
    : "nothing";
  return new LinkError([{
    import: `${entry.name}@${entry.version}`,
    reason: `the component does not export it, it exports ${exports}; ` +
      `only components that answer HTTP requests can be served`,
  }]);
}

/**
 * An artifact says nothing of its exports' types. What there is to see of them is how many
 * core values each function takes.
 */
function checkExports(
  instance: ComponentInstance,
  exports: readonly Called<ExportedInterface>[],
): void {
  const wrong: MissingImport[] = [];
  for (const { entry, functions } of exports) {
    for (const [name, { lifted: { flatCount }, core }] of functions) {
      const found = instance.parameterCount(core);
      if (found === flatCount) continue;
      wrong.push({
        import: core,
        reason: found === undefined
          ? "the component does not export this function"
          : `the component's takes ${found} core values where ` +
            `${entry.functions[name]} takes ${flatCount}`,
      });
    }
  }
  if (wrong.length > 0) throw new LinkError(wrong);
}

class Export implements GuestExport {
  readonly #instance: ComponentInstance;
  readonly #called: Called<ExportedInterface>;

  constructor(instance: ComponentInstance, called: Called<ExportedInterface>) {
    this.#instance = instance;
    this.#called = called;
  }

  call(name: string, args: readonly unknown[]): Promise<void> {
    const { label, functions } = this.#called;
    const found = functions.get(name);
    if (found === undefined) {
      return Promise.reject(
        new TypeError(`Cannot call "${name}": ${label} has no such function`),
      );
    }
    // None of them gives anything back.
    return this.#instance.call(found.core, found.lifted, args) as Promise<void>;
  }

  callPlainly(name: string, args: readonly unknown[]): void {
    const found = this.#called.functions.get(name);
    if (found === undefined) throw new TypeError(`Cannot call "${name}"`);
    this.#instance.callPlainly(found.core, found.lifted, args);
  }
}

/** The line that the request's trace was read from. */
function traceparentOf({ headers }: HttpRequest): string | undefined {
  for (const [name, value] of headers) {
    if (name.toLowerCase() === "traceparent") return value;
  }
  return undefined;
}

/** What all guests of a component have in common. */
interface GuestsShare {
  readonly http: Called<HttpEntry> | undefined;
  readonly change: Called<ChangeEntry> | undefined;
  restart(instance: ComponentInstance): Guest | undefined;
}

class ComponentGuest implements Guest {
  uses = 0;
  readonly #group: InstanceGroup;
  readonly #instance: ComponentInstance;
  readonly #shared: GuestsShare;

  constructor(
    group: InstanceGroup,
    instance: ComponentInstance,
    shared: GuestsShare,
  ) {
    this.#group = group;
    this.#instance = instance;
    this.#shared = shared;
  }

  handle(request: HttpRequest, requestId: string): GuestCall {
    const { entry, exported } = this.#begin(this.#shared.http, requestId);
    this.#group.traceparent = request.trace === undefined
      ? undefined
      : traceparentOf(request);
    return entry.call(exported, request);
  }

  get wasPlain(): boolean {
    return !this.#group.isRecorded && this.#instance.wasPlain;
  }

  handlePlainly(request: HttpRequest, requestId: string): HttpResponse {
    const { output } = this.#group;
    const { entry, exported } = this.#begin(this.#shared.http, requestId);
    output.hold(requestId);
    try {
      const response = entry.callPlainly(exported, request);
      output.release();
      return response;
    } catch (error) {
      output.drop();
      throw error;
    }
  }

  tell(change: BucketChange, changeId: string): GuestRun {
    const { entry, exported } = this.#begin(this.#shared.change, changeId);
    return entry.call(exported, change);
  }

  #begin<Entry extends ExportedInterface>(
    called: Called<Entry> | undefined,
    id: string,
  ): { readonly entry: Entry; readonly exported: GuestExport } {
    if (called === undefined) {
      throw new TypeError("The component does not export what is called");
    }
    this.uses++;
    this.#group.requestId = id;
    return {
      entry: called.entry,
      exported: new Export(this.#instance, called),
    };
  }

  drop(): void {
    this.#group.drop();
  }

  restart(): Guest | undefined {
    this.drop();
    return this.#shared.restart(this.#instance);
  }
}

/**
 * Joins components: an import that another component exports is served by that one, every
 * other by the host. All is checked before anything is instantiated.
 *
 * @module
 */

import {
  type GuestResourceClass,
  guestResourceClass,
} from "./abi/guest_resource.ts";
import type { Artifact, WantedInterface } from "./artifact.ts";
import {
  type MakeInstance,
  type ModuleLimits,
  prepareInstances,
} from "./component_instance.ts";
import type { HostInterface, ResourceClass } from "./host_interface.ts";
import {
  type Finding,
  findLink,
  type Link,
  LinkError,
  type MissingImport,
} from "./linker.ts";
import { isSiblingInterface, siblingInterface } from "./sibling_interface.ts";
import { differingFunctions } from "./signature_match.ts";

/** A component that is joined with others. */
export interface Part {
  /** What it is called in messages. */
  readonly name: string;
  readonly artifact: Artifact;
  /** What the host offers it. */
  readonly interfaces: readonly HostInterface[];
  /**
   * The name of the component that it was composed into one file with, and that exports what
   * the file does. What this one exports is for the others in the file alone.
   */
  readonly partOf?: string;
}

/** What the component is called that is served. */
export const MAIN = "the component";

/** Components that are joined. */
export interface Composition {
  /** Makes instances of the first one. */
  readonly make: MakeInstance;
  /** Names of the components that no request can reach. */
  readonly unreached: readonly string[];
}

/** One of several components, and what was found for each of its imports. */
export interface SurveyedPart {
  readonly part: Part;
  readonly findings: readonly Finding[];
  /** Whether a request can reach it. */
  readonly reached: boolean;
}

/** What joining components comes to. */
export interface Survey {
  /** The first one is the one that is served. */
  readonly parts: readonly SurveyedPart[];
  /** What {@linkcode compose} refuses them for; empty where it does not. */
  readonly missing: readonly MissingImport[];
}

/**
 * Joins components, of which the first is the one that is served.
 *
 * @throws {LinkError} Imports that nothing offers or that two components export, or components
 * that import each other.
 */
export function compose(
  main: Part,
  siblings: readonly Part[],
  limits: ModuleLimits = {},
): Composition {
  const { make, missing, parts } = joinAll(main, siblings, limits);
  if (missing.length > 0) throw new LinkError(missing);
  const unreached = parts.filter(({ reached }) => !reached)
    .map(({ part }) => part.name);
  return { make, unreached };
}

/** What {@linkcode compose} finds, and what it would refuse. No instance is made. */
export function survey(main: Part, siblings: readonly Part[]): Survey {
  const { parts, missing } = joinAll(main, siblings, {});
  return { parts, missing };
}

function joinAll(
  main: Part,
  siblings: readonly Part[],
  limits: ModuleLimits,
): Survey & Pick<Composition, "make"> {
  const all = [main, ...siblings];
  const joining = new Joining(all, limits);
  const { make } = joining.join(main, []);
  const reached = joining.joined;
  // What no request reaches must be able to run all the same: it was asked for.
  const parts = all.map((part) => ({
    part,
    findings: joining.join(part, []).findings,
    reached: reached.has(part),
  }));
  return { make, parts, missing: joining.missing };
}

/** A component whose imports are satisfied. */
interface Joined {
  readonly make: MakeInstance;
  readonly findings: readonly Finding[];
  /** The interfaces that it exports, by name. */
  readonly exports: Map<string, HostInterface>;
  /** The classes of its resources, by their number. */
  readonly resources: readonly ResourceClass[];
}

class Joining {
  readonly missing: MissingImport[] = [];
  readonly #parts: readonly Part[];
  readonly #limits: ModuleLimits;
  readonly #joined = new Map<Part, Joined>();

  constructor(parts: readonly Part[], limits: ModuleLimits) {
    this.#parts = parts;
    this.#limits = limits;
  }

  get joined(): ReadonlySet<Part> {
    return new Set(this.#joined.keys());
  }

  /** @param path The components that asked for this one, the first that did in front. */
  join(part: Part, path: readonly Part[]): Joined {
    const found = this.#joined.get(part);
    if (found !== undefined) return found;
    const findings = part.artifact.imports.map((wanted) => {
      const finding = this.#find(part, wanted, path);
      this.#tell(part, path, finding);
      return finding;
    });
    const joined = this.#prepare(part, findings, path);
    this.#joined.set(part, joined);
    return joined;
  }

  #find(
    part: Part,
    wanted: WantedInterface,
    path: readonly Part[],
  ): Finding {
    const [provider, ...others] = this.#exporters(part, wanted);
    if (provider === undefined) return findLink(wanted, part.interfaces);
    if (others.length > 0) {
      const names = [provider, ...others].map(({ name }) => quoted(name));
      return refused(
        wanted,
        `${names.join(" and ")} export it; take out all but one`,
      );
    }
    const way = [...path, part];
    const start = way.indexOf(provider);
    if (start >= 0) {
      const cycle = [...way.slice(start), provider].map(({ name }) =>
        quoted(name)
      );
      return refused(
        wanted,
        `the components import each other: ${cycle.join(" from ")}`,
      );
    }
    const joined = this.join(provider, way);
    return exported(wanted, { part: provider, joined });
  }

  /** The components that export what is wanted. One does not serve itself. */
  #exporters(part: Part, { label, labelled }: WantedInterface): Part[] {
    if (labelled === true) return [];
    const exporters = this.#parts.filter((other) =>
      other !== part &&
      other.artifact.signatures?.exports[label] !== undefined
    );
    const composed = exporters.filter((other) =>
      wholeOf(other) === wholeOf(part)
    );
    return composed.length > 0
      ? composed
      : exporters.filter(({ partOf }) => partOf === undefined);
  }

  #prepare(
    part: Part,
    findings: readonly Finding[],
    path: readonly Part[],
  ): Joined {
    const { artifact, name } = part;
    const links = findings.filter(({ missing }) => missing.length === 0)
      .flatMap(({ link }) => link ?? []);
    const own = ownClasses(artifact);
    const resources = resourceClasses(artifact, links, own);
    const exports = new Map<string, HostInterface>();
    if (links.length < artifact.imports.length) {
      // An error says so; what depends on this one is looked at all the same.
      const make = () =>
        Promise.reject(new TypeError(`${name} has no imports`));
      return { make, findings, exports, resources };
    }
    // Alone with the host, a component was compared by name; joined, resources can be others'.
    const compared = this.#parts.length === 1 ? findings : links.map((link) => {
      const missing = differingFunctions(artifact, link, resources);
      return { wanted: link.wanted, link, missing };
    });
    for (const finding of compared) this.#tell(part, path, finding);
    const { memoryLimit } = this.#limits;
    const make = prepareInstances(artifact, links, {
      // What several instances know of each other is more than one can put back.
      restarts: !links.some(({ offered }) => isSiblingInterface(offered)),
      ...(memoryLimit !== undefined && { memoryLimit }),
      own(label, resource) {
        const number = artifact.signatures?.exports[label]?.resources[resource];
        const found = number === undefined ? undefined : own.get(number);
        if (found !== undefined) return found;
        throw new TypeError(`There is no class for "${resource}" of ${label}`);
      },
    });
    return { make, findings: compared, exports, resources };
  }

  /** Of a component that is not served itself, the error says how it is reached. */
  #tell(part: Part, path: readonly Part[], { missing }: Finding): void {
    const way = [...path, part].map(({ name }) => quoted(name));
    for (const { import: label, reason } of missing) {
      this.missing.push({
        import: part === this.#parts[0]
          ? label
          : `${way.join(" -> ")} -> ${label}`,
        reason,
      });
    }
  }
}

function refused(wanted: WantedInterface, reason: string): Finding {
  return { wanted, missing: [{ import: wanted.label, reason }] };
}

/** What another component exports, as what serves an import. */
function exported(
  wanted: WantedInterface,
  provider: { readonly part: Part; readonly joined: Joined },
): Finding {
  const { exports, make, resources } = provider.joined;
  const { name, artifact } = provider.part;
  const { label } = wanted;
  let offered = exports.get(label);
  if (offered === undefined) {
    const signatures = artifact.signatures!.exports[label]!;
    try {
      offered = siblingInterface({ name, make, label, signatures, resources });
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      return refused(
        wanted,
        `${quoted(name)} exports it with types that cannot be ` +
          `passed between components: ${error.message}`,
      );
    }
    exports.set(label, offered);
  }
  return { wanted, link: { wanted, offered, exporter: name }, missing: [] };
}

function wholeOf({ name, partOf }: Part): string {
  return partOf ?? name;
}

/** A class for each resource that the component makes, by its number. */
function ownClasses(
  { signatures }: Artifact,
): ReadonlyMap<number, GuestResourceClass> {
  const names = new Map(
    Object.values(signatures?.exports ?? {}).flatMap(({ resources }) =>
      Object.entries(resources).map(([name, number]) => [number, name] as const)
    ),
  );
  const classes = new Map<number, GuestResourceClass>();
  for (const [number, { kind }] of signatures?.resources.entries() ?? []) {
    const name = names.get(number) ?? "resource";
    if (kind === "own") classes.set(number, guestResourceClass(name));
  }
  return classes;
}

/** The class of every resource of a component, by its number. */
function resourceClasses(
  { signatures }: Artifact,
  links: readonly Link[],
  own: ReadonlyMap<number, GuestResourceClass>,
): readonly ResourceClass[] {
  return (signatures?.resources ?? []).map((origin, number) => {
    if (origin.kind === "own") return own.get(number)!;
    const giver = links.find(({ wanted }) => wanted.label === origin.label);
    // No function of the giver has to do with a resource that it has no class for.
    return giver?.offered.resources[origin.resource] ??
      guestResourceClass(origin.resource);
  });
}

function quoted(name: string): string {
  return JSON.stringify(name);
}

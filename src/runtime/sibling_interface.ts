/**
 * An export of one component as an interface that others can import. Values are lifted from
 * the caller's memory and lowered into the callee's; resources of the host are handed over, and
 * those that the callee makes stand for themselves.
 *
 * @module
 */

import { liftExports } from "./abi/lifting.ts";
import type { ExportSignatures } from "./artifact.ts";
import type { MakeInstance } from "./component_instance.ts";
import {
  type HostFunction,
  type HostInterface,
  type InstanceContext,
  type ResourceClass,
  WitError,
} from "./host_interface.ts";
import { GroupContext } from "./instance_group.ts";
import { GuestTrap, trapFrom } from "./trap.ts";
import { splitLabel } from "./version.ts";

/** What exports an interface. */
export interface Exporter {
  /** What the component is called in messages. */
  readonly name: string;
  readonly make: MakeInstance;
  /** The export as the component spells it: `acme:text/upper@1.0.0`. */
  readonly label: string;
  readonly signatures: ExportSignatures;
  /** The classes of the component's resources, by their number. */
  readonly resources: readonly ResourceClass[];
}

/** What another component offers. */
export interface SiblingInterface extends HostInterface {
  /** What that is called in messages. */
  readonly exporter: string;
}

/** Whether an interface is another component's, and not the host's. */
export function isSiblingInterface(
  offered: HostInterface,
): offered is SiblingInterface {
  return "exporter" in offered;
}

/**
 * Makes the interface.
 *
 * @throws {SyntaxError} A function takes or gives a type that is not supported.
 */
export function siblingInterface(exporter: Exporter): SiblingInterface {
  const { label, signatures: { functions } } = exporter;
  const shape = {
    ...splitLabel(label),
    functions,
    ...resourcesOf(exporter),
  };
  const lifted = liftExports(shape);
  const call = async (
    group: GroupContext["group"],
    name: string,
    args: readonly unknown[],
  ) => {
    const instance = await group.instanceOf(exporter.make);
    return await instance.call(`${label}#${name}`, lifted.get(name)!, args);
  };
  return {
    ...shape,
    exporter: exporter.name,
    // Whether the callee waits is not known before it does.
    waits: Object.keys(functions),
    imports(context) {
      const { group } = groupContext(context);
      const imports: Record<string, HostFunction> = {};
      for (const [name, { isResult }] of lifted) {
        imports[name] = async (...args: readonly unknown[]) => {
          const result = await call(group, name, args).catch((error) => {
            throw trapOf(exporter.name, error);
          });
          return isResult ? unwrap(result) : result;
        };
      }
      return imports;
    },
  };
}

/** The resources under their numbers, as functions name them, and under their own names. */
function resourcesOf({ signatures, resources }: Exporter): {
  readonly types: Readonly<Record<string, string>>;
  readonly resources: Readonly<Record<string, ResourceClass>>;
} {
  const classes: Record<string, ResourceClass> = {};
  for (const [number, found] of resources.entries()) {
    classes[resourceWord(number)] = found;
  }
  const types = Object.fromEntries(
    Object.keys(classes).map((word) => [word, "resource"]),
  );
  for (const [name, number] of Object.entries(signatures.resources)) {
    const found = resources[number];
    if (found !== undefined) classes[name] = found;
  }
  return { types, resources: classes };
}

/** How function types write resources. */
export const RESOURCE_WORD = /\bresource_\d+\b/g;

/** How function types write a resource. */
export function resourceWord(number: number): string {
  return `resource_${number}`;
}

/** Whoever lowers a `result` for the caller takes its error arm as an exception. */
function unwrap(result: unknown): unknown {
  const { tag, val } = result as { readonly tag: string; val?: unknown };
  if (tag === "err") throw new WitError(val);
  return val;
}

function groupContext(context: InstanceContext): GroupContext {
  if (context instanceof GroupContext) return context;
  throw new TypeError("Only instances of a group can call one another");
}

/** Says which component it was; through several, the way there. */
function trapOf(name: string, error: unknown): GuestTrap {
  const { kind, message, cause } = trapFrom(error);
  return new GuestTrap(kind, `In component "${name}": ${message}`, {
    cause: cause ?? error,
  });
}

/**
 * Whether the functions of two sides fit, whatever either calls its types: records by their
 * fields, resources by their class.
 *
 * @module
 */

import { nearest } from "../nearest.ts";
import { parseFunction, type WitFunction } from "./abi/wit_type.ts";
import type { Artifact } from "./artifact.ts";
import type { HostInterface, ResourceClass } from "./host_interface.ts";
import type { Link, MissingImport } from "./linker.ts";
import { RESOURCE_WORD, resourceWord } from "./sibling_interface.ts";

/**
 * What a component imports otherwise than it is offered, of one import.
 *
 * @param resources The classes of the component's resources, by their number.
 */
export function differingFunctions(
  { signatures }: Artifact,
  { wanted: { label }, offered, exporter }: Link,
  resources: readonly ResourceClass[],
): readonly MissingImport[] {
  const own: Side = {
    types: Object.fromEntries(
      resources.keys().map((number) => [resourceWord(number), "resource"]),
    ),
    resources: Object.fromEntries(
      resources.map((found, number) => [resourceWord(number), found]),
    ),
  };
  return Object.entries(signatures?.imports[label] ?? {}).flatMap(
    ([name, text]) => {
      const side = exporter === undefined ? "Wharf" : `"${exporter}"`;
      const reason = difference(name, { text, own, offered, side });
      return reason === undefined
        ? []
        : [{ import: `${label}#${name}`, reason }];
    },
  );
}

/** The names that one side's function types go by. */
type Side = Pick<HostInterface, "types" | "resources">;

interface Comparison {
  /** The function's type on the importing side. */
  readonly text: string;
  readonly own: Side;
  readonly offered: HostInterface;
  /** Who offers it, in messages. */
  readonly side: string;
}

function difference(
  name: string,
  { text, own, offered, side }: Comparison,
): string | undefined {
  const { functions } = offered;
  const found = Object.hasOwn(functions, name) ? functions[name] : undefined;
  if (found === undefined) {
    const meant = nearest(name, Object.keys(functions));
    const hint = meant === undefined ? "" : `; the nearest is ${meant}`;
    return `${side} has no such function${hint}`;
  }
  const wanted = parseFunction(text, own.types);
  const given = parseFunction(found, offered.types);
  if (isSame(wanted, given, own, offered)) return undefined;
  const [ours, theirs] = [named(text, own), named(found, offered)];
  return ours === theirs
    ? `its resources are not those that ${side} has`
    : `the component has ${ours} where ${side} has ${theirs}`;
}

function isSame(
  a: WitFunction,
  b: WitFunction,
  sideA: Side,
  sideB: Side,
): boolean {
  // A resource is its class; all else is plain data.
  const classes = new Map<ResourceClass | undefined, number>();
  const form = (type: WitFunction, { resources }: Side) =>
    JSON.stringify(type, (key, value) => {
      if (key !== "resource") return value;
      const found = resources[String(value)];
      if (!classes.has(found)) classes.set(found, classes.size);
      return classes.get(found);
    });
  return form(a, sideA) === form(b, sideB);
}

/** A function type for people. */
function named(text: string, { resources }: Side): string {
  return text.replaceAll(
    RESOURCE_WORD,
    (word) => resources[word]?.name ?? word,
  );
}

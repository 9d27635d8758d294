/**
 * Matches what a component imports with what the host offers, by name, version and type,
 * before anything is instantiated.
 *
 * @module
 */

import { byDistance, nearest } from "../nearest.ts";
import type { WantedInterface } from "./artifact.ts";
import type { HostInterface } from "./host_interface.ts";
import { versionServes } from "./version.ts";

/** One import, and what satisfies it. */
export interface Link {
  readonly wanted: WantedInterface;
  readonly offered: HostInterface;
  /** The component that exports it; absent where the host has it. */
  readonly exporter?: string;
}

/** An import that nothing satisfies. */
export interface MissingImport {
  /**
   * `wasi:random/random@0.2.12`, or with `#get-random-bits` where only a function is missing;
   * of a labelled import `cache: wasi:keyvalue/store@0.2.0-draft`.
   */
  readonly import: string;
  /** What is wrong, and the nearest thing that is offered. */
  readonly reason: string;
}

/** What is found for one import. */
export interface Finding {
  readonly wanted: WantedInterface;
  /** What was found; it serves the import only where nothing is missing. */
  readonly link?: Link;
  /** What stands in the way; empty where nothing does. */
  readonly missing: readonly MissingImport[];
}

/** A component that cannot be linked; `missing` lists everything that stands in the way. */
export class LinkError extends Error {
  override readonly name = "LinkError";

  constructor(readonly missing: readonly MissingImport[]) {
    const count = missing.length === 1
      ? "one import is"
      : `${missing.length} imports are`;
    const lines = missing.map((item) => `  ${item.import}: ${item.reason}`);
    super(
      `Cannot link the component: ${count} not offered\n${lines.join("\n")}`,
    );
  }
}

/**
 * Finds what satisfies each import.
 *
 * @throws {LinkError} Something is not offered.
 */
export function link(
  wanted: readonly WantedInterface[],
  offered: readonly HostInterface[],
): readonly Link[] {
  const findings = wanted.map((want) => findLink(want, offered));
  const missing = findings.flatMap((finding) => finding.missing);
  if (missing.length > 0) throw new LinkError(missing);
  return findings.flatMap(({ link }) => link ?? []);
}

/** Finds what satisfies one import. */
export function findLink(
  wanted: WantedInterface,
  offered: readonly HostInterface[],
): Finding {
  const found = findOffer(wanted, offered);
  return "offered" in found
    ? { wanted, link: { wanted, ...found }, missing: [] }
    : { wanted, ...found };
}

type Found =
  | { readonly offered: HostInterface }
  | { readonly missing: readonly MissingImport[] };

function findOffer(
  want: WantedInterface,
  offered: readonly HostInterface[],
): Found {
  const candidates = offered.filter((offer) =>
    offer.name === want.name && versionServes(offer.version, want.version)
  );
  if (candidates.length === 0) {
    return {
      missing: [{
        import: spelling(want),
        reason: unknownInterface(want, offered),
      }],
    };
  }
  // Two interfaces can share name and version and differ in type (the drafts of
  // wasi:keyvalue do): the one whose types fit is meant.
  let fewest: readonly MissingImport[] | undefined;
  for (const offer of candidates) {
    const problems = [
      ...missingFunctions(want, offer),
      ...differingTypes(want, offer),
    ];
    if (problems.length === 0) return labelledOffer(want, offer);
    if (fewest === undefined || problems.length < fewest.length) {
      fewest = problems;
    }
  }
  return { missing: fewest ?? [] };
}

/** An offer for the label that the component gives the import, if it gives one. */
function labelledOffer(want: WantedInterface, offer: HostInterface): Found {
  if (want.labelled !== true) return { offered: offer };
  if (offer.forLabel !== undefined) {
    return { offered: offer.forLabel(want.label) };
  }
  return {
    missing: [{
      import: spelling(want),
      reason: "offered without a label only; import it without one",
    }],
  };
}

/** The import as it stands in the component's WIT. */
function spelling({ name, version, label, labelled }: WantedInterface): string {
  if (labelled !== true) return label;
  return `${label}: ${name}${version === "" ? "" : `@${version}`}`;
}

function unknownInterface(
  want: WantedInterface,
  offered: readonly HostInterface[],
): string {
  const sameName = offered.filter((offer) => offer.name === want.name);
  if (sameName.length > 0) {
    const versions = new Set(
      sameName.map((offer) => offer.version || "no version"),
    );
    return `this version is not offered; offered are ${
      [...versions].join(", ")
    }`;
  }
  if (want.name === "") {
    return "functions imported by the world itself are not offered; import an interface";
  }
  const names = [...new Set(offered.map((offer) => offer.name))];
  const meant = nearest(want.name, names);
  return meant === undefined
    ? "not offered"
    : `not offered; the nearest is ${meant}`;
}

function missingFunctions(
  want: WantedInterface,
  offer: HostInterface,
): MissingImport[] {
  const missing: MissingImport[] = [];
  for (const [name, type] of Object.entries(want.functions)) {
    const offeredType = entryOf(offer.functions, name);
    if (offeredType === type) continue;
    missing.push({
      import: `${spelling(want)}#${name}`,
      reason: offeredType === undefined
        ? unknownFunction(name, Object.keys(offer.functions))
        : `the component has ${type} where Wharf has ${offeredType}`,
    });
  }
  return missing;
}

function unknownFunction(name: string, offered: readonly string[]): string {
  const [closest] = byDistance(name, offered);
  return closest === undefined
    ? "no such function; the interface has none"
    : `no such function; the nearest is ${closest.name}`;
}

/** The component chooses the names: one can be that of something every object has. */
function entryOf(
  table: Readonly<Record<string, string>>,
  name: string,
): string | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}

function differingTypes(
  want: WantedInterface,
  offer: HostInterface,
): MissingImport[] {
  const differing: MissingImport[] = [];
  for (const [name, definition] of Object.entries(want.types)) {
    const offered = entryOf(offer.types, name);
    // A type that only its own package names cannot differ in what crosses the border.
    if (offered === undefined || offered === definition) continue;
    differing.push({
      import: `${spelling(want)}#${name}`,
      reason: `the component has ${definition} where Wharf has ${offered}`,
    });
  }
  return differing;
}

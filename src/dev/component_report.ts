/**
 * What Wharf makes of a project's components: what each imports and what it is given, what of
 * it is called, and its world. For `inspect` and the explorer.
 *
 * The linker says what serves an import; nothing is judged a second time here.
 *
 * @module
 */

import { type Host, laneCount, siblingParts } from "../assemble.ts";
import type { Config } from "../config/mod.ts";
import type {
  ComponentFacts,
  ComponentReport,
  ExportFacts,
  ImportFacts,
  LimitedFunction,
} from "../explorer/api.ts";
import { type ComponentSurvey, surveyComponent } from "../runtime/component.ts";
import { MAIN, type SurveyedPart } from "../runtime/composition.ts";
import type { WantedInterface } from "../runtime/artifact.ts";
import type { HostInterface } from "../runtime/host_interface.ts";
import type { Finding, MissingImport } from "../runtime/linker.ts";
import { listCoreModules } from "../transpile/core_modules.ts";
import { type Composed, decompose } from "../transpile/decompose.ts";
import type { BuildError } from "./build_error.ts";
import { messageOf, unservable } from "./component_file.ts";
import type { ComponentSource, LoadedArtifacts } from "./load_app.ts";

/** One import, with all that is known of it. */
export type DescribedImport =
  & ImportFacts
  & Required<Pick<ImportFacts, "limits">>;

/** One component, with all that is known of it. */
export interface DescribedComponent extends Required<ComponentFacts> {
  readonly imports: readonly DescribedImport[];
}

/** A report with all that is known. */
export interface DescribedProject extends Required<ComponentReport> {
  readonly components: readonly DescribedComponent[];
}

/** What {@linkcode describeComponents} describes. */
export interface DescribeOptions {
  readonly loaded: LoadedArtifacts;
  readonly host: Host;
  readonly config: Config;
  /** Requests in flight in each lane; none where nothing is served. */
  readonly underWay?: readonly number[];
}

/**
 * Describes components that are loaded. Makes no instance and runs nothing of theirs; what
 * prints WIT is loaded only here, and takes half a second of this thread where a component has
 * an engine in it.
 *
 * @throws {BuildError} A component has a world that cannot be printed.
 */
export async function describeComponents(
  { loaded, host, config, underWay = [] }: DescribeOptions,
): Promise<DescribedProject> {
  const survey = surveyLoaded(loaded, host);
  const components = await Promise.all(
    survey.parts.map((surveyed, index) =>
      describeComponent(surveyed, loaded.sources[index]!, {
        survey,
        watched: host.watched,
        mainName: config.dev.componentPath,
      })
    ),
  );
  return {
    components,
    lanes: laneCount(config),
    underWay,
    instanceReuse: config.dev.instanceReuse,
    refused: survey.missing,
  };
}

/** What the linker makes of components that are loaded. */
export function surveyLoaded(
  { artifact, siblings }: Pick<LoadedArtifacts, "artifact" | "siblings">,
  host: Host,
): ComponentSurvey {
  return surveyComponent(artifact, {
    ...host,
    siblings: siblingParts(siblings, host),
  });
}

interface Surroundings {
  readonly survey: ComponentSurvey;
  /** The buckets that are watched. */
  readonly watched: readonly string[];
  /** What the report calls the component that is served. */
  readonly mainName: string;
}

async function describeComponent(
  { part, findings, reached }: SurveyedPart,
  source: ComponentSource,
  surroundings: Surroundings,
): Promise<DescribedComponent> {
  const { path, bytes, size, adapted } = source;
  const { exports } = part.artifact;
  return {
    name: nameOf(part.name, surroundings),
    file: path,
    size,
    adapted,
    reached,
    modules: listCoreModules(bytes),
    imports: findings.map((finding) => describeImport(finding, surroundings)),
    exports,
    uses: exports.map((label) =>
      describeExport(part.name, label, surroundings)
    ),
    wit: await witText(source),
  };
}

/**
 * The WIT text of a component's world.
 *
 * @throws {BuildError} The component is damaged, or newer than what prints it.
 */
export async function witText(
  { path, bytes }: Pick<ComponentSource, "path" | "bytes">,
): Promise<string> {
  const { componentWitText } = await import("../transpile/wit_text.ts");
  try {
    return await componentWitText(bytes);
  } catch (error) {
    // What wasm-tools throws has no type of its own.
    throw notPrintable(path, error);
  }
}

/**
 * The same of each component of a file that was composed of several.
 *
 * @throws {BuildError} As {@linkcode witText}.
 */
export async function witTexts(
  { path, bytes }: Pick<ComponentSource, "path" | "bytes">,
): Promise<readonly string[]> {
  let parts: Composed;
  try {
    parts = decompose(bytes);
  } catch (error) {
    throw notPrintable(path, error);
  }
  const texts: string[] = [];
  for (const part of parts) texts.push(await witText({ path, bytes: part }));
  return texts;
}

function notPrintable(path: string, error: unknown): BuildError {
  const state = `its types cannot be printed: ${messageOf(error)}`;
  return unservable("not-transpilable", path, state, error);
}

function describeImport(
  { wanted, link, missing }: Finding,
  surroundings: Surroundings,
): DescribedImport {
  const facts = {
    name: nameOfImport(wanted),
    ...(wanted.labelled === true && { label: wanted.label }),
    limits: [],
  };
  if (link === undefined || missing.length > 0) {
    return { ...facts, by: "nothing", detail: missing.map(reason).join("\n") };
  }
  if (link.exporter !== undefined) {
    const detail = nameOf(link.exporter, surroundings);
    return { ...facts, by: "component", detail };
  }
  return {
    ...facts,
    by: "wharf",
    offered: versioned(link.offered),
    limits: limitsOf(wanted, link.offered),
  };
}

function nameOfImport(wanted: WantedInterface): string {
  // A function that the world itself imports is of no interface.
  return wanted.name === "" ? wanted.label : versioned(wanted);
}

function versioned(
  { name, version }: Pick<HostInterface, "name" | "version">,
): string {
  return version === "" ? name : `${name}@${version}`;
}

/** Of a function that is missing, its name too; that of the interface stands beside it. */
function reason({ import: label, reason }: MissingImport): string {
  const hash = label.lastIndexOf("#");
  return hash < 0 ? reason : `${label.slice(hash + 1)}: ${reason}`;
}

function limitsOf(
  wanted: WantedInterface,
  { limits }: HostInterface,
): readonly LimitedFunction[] {
  return Object.keys(wanted.functions).flatMap((name) => {
    const limit = typeof limits === "string" ? limits : limits?.[name];
    return limit === undefined ? [] : [{ function: name, limit }];
  });
}

function describeExport(
  part: string,
  name: string,
  { survey, watched, mainName }: Surroundings,
): ExportFacts {
  if (part === MAIN && name === survey.http) {
    return { name, by: "wharf", detail: "answers requests" };
  }
  if (part === MAIN && name === survey.change) {
    const detail = watched.length > 0
      ? "is told of changes"
      : "is told of no change; set dev.keyvalue.buckets.NAME.watch";
    return { name, by: "wharf", detail };
  }
  const callers = survey.parts.filter(({ findings }) =>
    findings.some(({ link, missing }) =>
      link?.exporter === part && link.wanted.label === name &&
      missing.length === 0
    )
  ).map((caller) => nameOf(caller.part.name, { mainName }));
  return callers.length === 0
    ? { name, by: "nothing" }
    : { name, by: "component", detail: callers.join(", ") };
}

function nameOf(
  part: string,
  { mainName }: Pick<Surroundings, "mainName">,
): string {
  return part === MAIN ? mainName : part;
}

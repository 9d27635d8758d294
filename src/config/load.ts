import { formatAddress, parseAddress } from "./address.ts";
import { misplacedBuckets } from "./bucket_places.ts";
import { findSharedBuckets } from "./bucket_sharing.ts";
import type { NotSupported } from "./check.ts";
import { componentTables, misplacedComponents } from "./component_check.ts";
import type { Config } from "./config.ts";
import { CONFIG_FILE_NAMES } from "./config_document.ts";
import {
  ConfigError,
  configError,
  type ConfigIssue,
  formatIssue,
} from "./config_error.ts";
import { withFollowing } from "./defaults.ts";
import {
  type DeployTarget,
  ephemeralNames,
  type PlatformApp,
  platformApp,
  withDeployment,
} from "./deployment.ts";
import { findConfig, folderProblem, type FoundConfig } from "./find_config.ts";
import { PORT_FLAG, readPortFlag } from "./flags.ts";
import { readGuestEnvironment } from "./guest_environment.ts";
import { formatKey } from "./key_path.ts";
import { type LayerFindings, readLayers, userConfigFolder } from "./layers.ts";
import { masked } from "./mask.ts";
import { missingKeys } from "./missing_keys.ts";
import { resolvePath } from "./paths.ts";
import { formatPlace, type Place } from "./place.ts";
import { SCHEMA } from "./schema.ts";
import { findSecrets, type SecretText } from "./secret_texts.ts";
import { readSeeds } from "./seed.ts";
import { type SettingTable, valueAt, withSetting } from "./setting.ts";
import { type ShownSetting, shownSettings } from "./setting_list.ts";
import { toConfig } from "./to_config.ts";
import type { Scalar } from "./value_rule.ts";
import type { SourcedValue } from "./value_source.ts";

/** What the configuration is read from, beside the files. */
export interface LoadOptions {
  /** The working directory, absolute. */
  readonly cwd: string;
  /** The project's folder; without it, the nearest one from `cwd` upwards that has a `.wash/config.*`. */
  readonly project?: string;
  /** The process's environment. */
  readonly env: Readonly<Record<string, string>>;
  /** The flags that `configFlags()` lists, by name without `--`. With `component`, no file is needed. */
  readonly flags: Readonly<Record<string, Scalar>>;
  /** The folder of the user's own configuration; without it, `wash` in `XDG_CONFIG_HOME`. */
  readonly userConfigDir?: string;
  /** Where the project is deployed to: what `deploy` says holds over `dev`. */
  readonly deployTo?: DeployTarget;
}

/** A configuration, and where it came from. */
export interface LoadedConfig {
  /** What the rest of Wharf reads. */
  readonly config: Config;
  /** Every value that holds, in the order of the schema, as it may be shown. */
  readonly settings: readonly ShownSetting[];
  /** The component's environment variables, as they may be shown. */
  readonly environment: readonly ShownSetting[];
  /** Where each value came from, by its key path. */
  readonly origins: Readonly<Record<string, Place>>;
  /** What a person should hear of although all goes on. */
  readonly warnings: readonly string[];
  /** Texts of the configuration that must not be told. */
  readonly secrets: readonly SecretText[];
  /** `deploy.allow_ephemeral`. */
  readonly ephemeral: readonly string[];
  /** `deploy.org` and `deploy.app`. */
  readonly platformApp: PlatformApp;
  /**
   * Absolute paths of the files that were read, and of those that would be if they were there.
   * Whoever wants to hear of another configuration looks at them.
   */
  readonly files: readonly string[];
}

/**
 * Reads the configuration of a project: files, environment and flags, checked, merged and
 * with its defaults filled in.
 *
 * @throws {ConfigError} All that is wrong, at once.
 */
export async function loadConfig(options: LoadOptions): Promise<LoadedConfig> {
  const findings = {
    issues: [] as ConfigIssue[],
    notSupported: [] as NotSupported[],
    warnings: [] as string[],
  } satisfies LayerFindings;
  const { issues, warnings } = findings;
  const found = findProject(options, issues);
  const merged = await readLayers(options, found, findings);
  const followed = withFollowing(merged);
  const deployed = options.deployTo === undefined
    ? followed
    : withDeployment(followed, options.deployTo);
  const settings = withPort(deployed, options, findings);
  issues.push(
    ...missingKeys(settings, SCHEMA),
    ...misplacedBuckets(settings),
    ...misplacedComponents(settings),
  );
  findSharedBuckets(settings, findings);
  const sources = {
    cwd: options.cwd,
    project: found.project,
    env: options.env,
    issues,
    files: configPlaces(options, found),
  };
  const environment = await readGuestEnvironment(settings, sources);
  const componentEnvironments: ReadonlyMap<string, SourcedValue>[] = [];
  for (const [key] of componentTables(settings)) {
    const own = await readGuestEnvironment(settings, sources, [
      ...key,
      "environment",
    ]);
    componentEnvironments.push(new Map([...environment, ...own]));
  }
  const seeds = await readSeeds(settings, sources);
  const files = [...new Set(sources.files)];
  if (issues.length > 0) throw errorOf(issues, files);
  warnings.push(...notSupportedWarning(findings.notSupported));
  const [file] = found.files;
  const shown = [...shownSettings(settings, SCHEMA)];
  return {
    config: toConfig({
      settings,
      project: found.project,
      file,
      environment: textsOf(environment),
      componentEnvironments: componentEnvironments.map(textsOf),
      seeds,
    }),
    settings: shown,
    environment: [...environment].map(shownVariable),
    origins: Object.fromEntries(shown.map(({ key, place }) => [key, place])),
    warnings,
    secrets: findSecrets({ settings, environment, componentEnvironments }),
    ephemeral: ephemeralNames(settings),
    platformApp: platformApp(settings),
    files,
  };
}

/** Where configuration files can stand. */
function configPlaces(
  { env, userConfigDir }: LoadOptions,
  { project }: FoundProject,
): string[] {
  const user = userConfigDir ?? userConfigFolder(env);
  const folders = [
    resolvePath(project, ".wash"),
    ...(user === undefined ? [] : [user]),
  ];
  return folders.flatMap((folder) =>
    CONFIG_FILE_NAMES.map((name) => resolvePath(folder, name))
  );
}

interface FoundProject {
  readonly project: string;
  readonly files: readonly string[];
}

function findProject(
  options: LoadOptions,
  issues: ConfigIssue[],
): FoundProject {
  const { cwd, project } = options;
  const folder = project === undefined ? cwd : resolvePath(cwd, project);
  const problem = folderProblem(folder);
  if (problem !== undefined) {
    const place: Place = project === undefined
      ? { kind: "folder", path: cwd }
      : { kind: "flag", name: "project" };
    const remedy = "name the folder that holds .wash";
    issues.push({ place, problem: `"${folder}": ${problem}`, remedy });
    return { project: folder, files: [] };
  }
  const found = findConfig(folder, project === undefined);
  switch (found.kind) {
    case "file":
      return { project: found.project, files: [found.file, ...found.ignored] };
    case "none":
      if (options.flags["component"] === undefined) {
        issues.push(noConfig(folder, project === undefined));
      }
      return { project: folder, files: [] };
    case "unreadable":
      issues.push(unreadable(found));
      return { project: folder, files: [] };
  }
}

function noConfig(path: string, upwards: boolean): ConfigIssue {
  const where = upwards ? `"${path}" or above` : `"${path}"`;
  return {
    place: { kind: "folder", path },
    problem: `Cannot find ".wash/config.yaml" in ${where}: no such file`,
    remedy: 'make a project with "deno task new NAME", ' +
      "name one with --project DIR, or name a component with --component FILE",
  };
}

function unreadable(
  { path, problem }: Extract<FoundConfig, { kind: "unreadable" }>,
): ConfigIssue {
  return { place: { kind: "folder", path }, problem };
}

/** The address with the port of `--port`, if that is given. */
function withPort(
  settings: SettingTable,
  { flags, cwd }: LoadOptions,
  findings: LayerFindings,
): SettingTable {
  const resolve = (path: string) => resolvePath(cwd, path);
  const port = readPortFlag(flags, { ...findings, resolvePath: resolve });
  const key = ["dev", "address"];
  const setting = valueAt(settings, key);
  if (port === undefined || setting === undefined) return settings;
  const address = parseAddress(String(setting.value));
  if ("refused" in address) return settings;
  const value = formatAddress({ ...address, port });
  const place = { kind: "flag", name: PORT_FLAG.name } as const;
  return withSetting(settings, key, { ...setting, value, place });
}

/** The one warning on all keys that are set and not supported. */
function notSupportedWarning(
  notSupported: readonly NotSupported[],
): readonly string[] {
  if (notSupported.length === 0) return [];
  const keys = notSupported.map(({ key, place }) =>
    `${formatKey(key)} (${formatPlace(place)})`
  );
  return [`not supported yet and ignored: ${keys.join(", ")}`];
}

function textsOf(
  values: Iterable<readonly [string, SourcedValue]>,
): ReadonlyMap<string, string> {
  return new Map([...values].map(([name, { value }]) => [name, value]));
}

function shownVariable(
  [name, { value, place, secret }]: readonly [string, SourcedValue],
): ShownSetting {
  return { key: formatKey([name]), shown: masked(value, secret), place };
}

/** One error for all issues, those of one source together and from top to bottom. */
function errorOf(
  found: readonly ConfigIssue[],
  files: readonly string[],
): ConfigError {
  // An entry that several components refer to is read for each of them.
  const issues = [
    ...new Map(found.map((issue) => [formatIssue(issue), issue])).values(),
  ];
  const [only] = issues;
  // No file at all is not a fault in a file, so it is said in its own words.
  if (issues.length === 1 && only?.place.kind === "folder") {
    const { problem = "", remedy } = only;
    if (remedy !== undefined) {
      return new ConfigError(`${problem}; ${remedy}`, issues, files);
    }
  }
  const sources = issues.map(sourceOf);
  const rank = (issue: ConfigIssue) => sources.indexOf(sourceOf(issue));
  const line = ({ place }: ConfigIssue) =>
    place.kind === "file" ? place.line : 0;
  const column = ({ place }: ConfigIssue) =>
    place.kind === "file" ? place.column : 0;
  return configError(
    issues.toSorted((a, b) =>
      rank(a) - rank(b) || line(a) - line(b) || column(a) - column(b)
    ),
    files,
  );
}

function sourceOf({ place }: ConfigIssue): string {
  return place.kind === "file" ? place.file : place.kind;
}

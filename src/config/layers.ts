import { check, type CheckContext, type NotSupported } from "./check.ts";
import { readConfigDocument } from "./config_document.ts";
import type { ConfigIssue } from "./config_error.ts";
import { defaultSettings } from "./defaults.ts";
import { readEnvironment } from "./environment.ts";
import { configFilesIn } from "./find_config.ts";
import { readFlags } from "./flags.ts";
import type { LoadOptions } from "./load.ts";
import { isAbsolute, resolvePath, shownPath } from "./paths.ts";
import { SCHEMA } from "./schema.ts";
import { EMPTY_TABLE, merge, type SettingTable } from "./setting.ts";
import type { PathResolver } from "./value_rule.ts";

/** Where settings come from, each over those before it. */
export const LAYERS = [
  "defaults",
  "user file",
  "project file",
  "environment",
  "flags",
] as const;

/** A source of settings. */
export type Layer = typeof LAYERS[number];

/** What reading the layers adds to. */
export interface LayerFindings {
  readonly issues: ConfigIssue[];
  readonly notSupported: NotSupported[];
  readonly warnings: string[];
}

/** The project that the layers are read for. */
export interface LayerProject {
  readonly project: string;
  /** Its configuration file, and those beside it that are not read. */
  readonly files: readonly string[];
}

/** The settings of all layers, merged. */
export async function readLayers(
  options: LoadOptions,
  { project, files }: LayerProject,
  findings: LayerFindings,
): Promise<SettingTable> {
  const { cwd, env, flags } = options;
  const { warnings } = findings;
  const inProject = {
    ...findings,
    resolvePath: pathResolver(project, env),
  };
  const inCwd = { ...findings, resolvePath: pathResolver(cwd, env) };
  const userFiles = userConfigFiles(options, warnings);
  const settings: Record<Layer, SettingTable> = {
    "defaults": defaultSettings(project),
    "user file": await readFirst(userFiles, options, inProject, warnings),
    "project file": await readFirst(files, options, inProject, warnings),
    "environment": fromEnvironment(env, inCwd, warnings),
    "flags": readFlags(flags, inCwd),
  };
  return LAYERS.reduce(
    (lower, layer) => merge(lower, settings[layer]),
    EMPTY_TABLE,
  );
}

/** What a relative path and `~` mean in a layer. */
function pathResolver(
  base: string,
  env: Readonly<Record<string, string>>,
): PathResolver {
  const home = homeOf(env);
  return (path) =>
    home !== undefined && /^~(?:$|[\\/])/.test(path)
      ? resolvePath(home, `.${path.slice(1)}`)
      : resolvePath(base, path);
}

function homeOf(env: Readonly<Record<string, string>>): string | undefined {
  return env["HOME"] || env["USERPROFILE"] || undefined;
}

function userConfigFiles(
  { env, userConfigDir }: LoadOptions,
  warnings: string[],
): readonly string[] {
  const folder = userConfigDir ?? userConfigFolder(env);
  if (folder === undefined) return [];
  try {
    return configFilesIn(folder);
  } catch {
    // The user's file is an extra; a project must start without access to it.
    warnings.push(`${folder}: not readable, so no user configuration is used`);
    return [];
  }
}

/** The folder of the user's own configuration, where the environment names one. */
export function userConfigFolder(
  env: Readonly<Record<string, string>>,
): string | undefined {
  const base = env["XDG_CONFIG_HOME"];
  if (base !== undefined && isAbsolute(base)) return resolvePath(base, "wash");
  const home = homeOf(env);
  return home === undefined ? undefined : resolvePath(home, ".config/wash");
}

async function readFirst(
  files: readonly string[],
  { cwd }: LoadOptions,
  context: CheckContext,
  warnings: string[],
): Promise<SettingTable> {
  const [file, ...ignored] = files.map((path) => ({
    path,
    shown: shownPath(path, cwd),
  }));
  if (file === undefined) return EMPTY_TABLE;
  if (ignored.length > 0) {
    const names = ignored.map(({ shown }) => shown).join(", ");
    warnings.push(`${names}: ignored, because ${file.shown} is read`);
  }
  const { root, issues } = await readConfigDocument(file.path, file.shown);
  context.issues.push(...issues);
  if (root === undefined) return EMPTY_TABLE;
  const settings = check(root, SCHEMA, {
    key: [],
    keyPlace: root.place,
  }, context);
  return settings?.kind === "table" ? settings : EMPTY_TABLE;
}

function fromEnvironment(
  env: Readonly<Record<string, string>>,
  context: CheckContext,
  warnings: string[],
): SettingTable {
  const reading = readEnvironment(env, context);
  warnings.push(...reading.warnings);
  return reading.settings;
}

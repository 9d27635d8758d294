/**
 * `build`: makes what a server or Deno Deploy runs.
 *
 * @module
 */

import { relative, resolve } from "node:path";
import { makeHost, VolumeError } from "../assemble.ts";
import { ConfigError, formatPlace, type LoadedConfig } from "../config/mod.ts";
import { checkFitness } from "../deploy/fitness.ts";
import {
  type MadeDeployment,
  makeDeployment,
} from "../deploy/make_deployment.ts";
import { DeploymentError, type Target, TARGETS } from "../deploy/mod.ts";
import { storesOf } from "../deploy/stores.ts";
import { BuildError } from "../dev/build_error.ts";
import { surveyLoaded } from "../dev/component_report.ts";
import {
  buildProject,
  loadArtifacts,
  type LoadedArtifacts,
} from "../dev/load_app.ts";
import {
  formatText,
  type Log,
  makeLog,
  printable,
  printableLines,
} from "../log.ts";
import { LinkError } from "../runtime/linker.ts";
import { artifactFiles } from "../transpile/cache.ts";
import {
  type Arguments,
  type Flag,
  flagHelp,
  parseArguments,
} from "./arguments.ts";
import { cacheDirectory } from "./cache_directory.ts";
import { type Command, type CommandContext, UsageError } from "./command.ts";
import { loadProject, projectFlags } from "./project_flags.ts";
import { stopSignals } from "./stop_signals.ts";

/** Beside what a guest's own build puts into `dist`, and ignored with it. */
const DEFAULT_OUT = "dist/wharf";

const OWN_FLAGS: readonly Flag[] = [
  {
    name: "target",
    value: "TARGET",
    doc: `Where it is to run: ${TARGETS.join(" or ")}; default server`,
  },
  {
    name: "out",
    short: "o",
    value: "DIR",
    doc: `The folder to write; default ${DEFAULT_OUT} in the project`,
  },
  {
    name: "no-build",
    doc: "Take the component as it lies there, without the build command",
  },
  { name: "help", short: "h", doc: "Show this" },
];

export const command: Command = {
  run,
  userFaults: [
    UsageError,
    ConfigError,
    BuildError,
    LinkError,
    VolumeError,
    DeploymentError,
  ],
};

async function run(
  args: readonly string[],
  context: CommandContext,
): Promise<number> {
  const flags = [...projectFlags(), ...OWN_FLAGS];
  const given = parseArguments(args, flags);
  if (given.flags["help"] === true) {
    context.print(
      "Build a project's component, and make the folder that a server or Deno " +
        `Deploy runs.\n\n${flagHelp(flags)}`,
    );
    return 0;
  }
  const [positional] = given.positionals;
  if (positional !== undefined) {
    throw new UsageError(
      `Cannot read "${positional}": build takes flags only; --help lists all`,
    );
  }
  const target = targetOf(given);
  const loaded = await loadProject(given, context, target);
  const log = makeLog(formatText, "info", context.printError);
  const warn = (text: string) => log.emit({ event: "warning", text });
  loaded.warnings.forEach(warn);
  await buildComponent(given, loaded, { context, log });
  const components = await loadArtifacts({
    config: loaded.config,
    cacheDirectory: cacheDirectory(context.env),
    build: given.flags["no-build"] !== true,
  });
  const out = outOf(given, loaded, context);
  const made = await deploy({ loaded, components, target, out, warn, context });
  context.print(
    printableLines(
      renderMade(made, target, relative(context.cwd, out) || "."),
    ),
  );
  return 0;
}

interface DeployOptions {
  readonly loaded: LoadedConfig;
  readonly components: LoadedArtifacts;
  readonly target: Target;
  readonly out: string;
  readonly warn: (text: string) => void;
  readonly context: CommandContext;
}

async function deploy(
  { loaded, components, target, out, warn, context }: DeployOptions,
): Promise<MadeDeployment> {
  const { config, secrets, ephemeral, origins } = loaded;
  // Nothing of it is used: it is asked what guests would be given.
  const host = makeHost(config, { emit() {} });
  await using _client = host.clients;
  await using _folder = host.blobFolder;
  await using _buckets = host.buckets;
  const { missing } = surveyLoaded(components, host);
  if (missing.length > 0) throw new LinkError(missing);
  const { artifact, siblings, sources } = components;
  const artifacts = [artifact, ...siblings.map(({ artifact }) => artifact)];
  checkFitness({
    config,
    host,
    target,
    artifacts,
    ephemeral,
    placeOf: (key) => {
      const place = origins[key];
      return place === undefined || place.kind === "default"
        ? undefined
        : formatPlace(place);
    },
  }).forEach(warn);
  const { memoryLimit } = config.dev;
  return await makeDeployment({
    config,
    secrets,
    target,
    out,
    artifacts: await Promise.all(
      sources.map(({ bytes }) =>
        artifactFiles(cacheDirectory(context.env), bytes, { memoryLimit })
      ),
    ),
    siblings,
    stores: storesOf({ config, host, artifacts }),
  });
}

/** Runs the build command, if the project has one and it is wanted. */
async function buildComponent(
  { flags }: Arguments,
  { config }: LoadedConfig,
  { context, log }: { readonly context: CommandContext; readonly log: Log },
): Promise<void> {
  if (flags["no-build"] === true || flags["component"] !== undefined) return;
  using stop = stopSignals();
  const ending = new AbortController();
  stop.requested.then(() => ending.abort());
  await buildProject({
    config,
    log,
    searchPath: context.env["PATH"] ?? context.env["Path"] ?? "",
    signal: ending.signal,
  });
}

function targetOf({ flags }: Arguments): Target {
  const target = flags["target"] ?? "server";
  const known = TARGETS.find((each) => each === target);
  if (known !== undefined) return known;
  throw new UsageError(
    `Cannot use --target "${target}": it is none of ${TARGETS.join(", ")}`,
  );
}

function outOf(
  { flags }: Arguments,
  { config }: LoadedConfig,
  { cwd }: CommandContext,
): string {
  const { out } = flags;
  return typeof out === "string"
    ? resolve(cwd, out)
    : resolve(config.project, DEFAULT_OUT);
}

function renderMade(
  { sizes, environment }: MadeDeployment,
  target: Target,
  out: string,
): string {
  const total = Object.values(sizes).reduce((sum, size) => sum + size, 0);
  const rows = [...Object.entries(sizes), ["total", total] as const];
  const width = Math.max(...rows.map(([name]) => name.length));
  const place = target === "server" ? "a server" : "Deno Deploy";
  return [
    `Built ${printable(out)} for ${place}:`,
    ...rows.map(([name, size]) =>
      `  ${name.padEnd(width)}  ${(size / 1024).toFixed(1).padStart(9)} KiB`
    ),
    ...(environment.length === 0 ? [] : [
      "It needs these environment variables:",
      ...environment.map(({ name, keys }) => `  ${name}  ${keys.join(", ")}`),
    ]),
  ].join("\n");
}

/**
 * `deploy`: builds for Deno Deploy, tries what was built, and hands it to `deno deploy`.
 *
 * @module
 */

import { makeHost } from "../assemble.ts";
import type { LoadedConfig, PlatformApp } from "../config/mod.ts";
import { DeploymentError } from "../deploy/mod.ts";
import { uploadArguments, uploadLine } from "../deploy/platform_command.ts";
import { type GateReport, passGate } from "../deploy/platform_gate.ts";
import { variableValues } from "../deploy/platform_variables.ts";
import { StoreHealth } from "../serve/store_health.ts";
import { printableLines } from "../log.ts";
import type { Arguments, Flag } from "./arguments.ts";
import { type Command, type CommandContext, UsageError } from "./command.ts";
import {
  BUILD_FAULTS,
  BUILD_FLAGS,
  deployProject,
  type ProjectDeployment,
} from "./project_deployment.ts";
import { readFlags } from "./project_flags.ts";
import { stopSignals } from "./stop_signals.ts";

const OWN_FLAGS: readonly Flag[] = [
  {
    name: "org",
    value: "ORG",
    doc: "The organization; default deploy.org, or DENO_DEPLOY_ORG",
  },
  {
    name: "app",
    value: "APP",
    doc: "The app; default deploy.app, or DENO_DEPLOY_APP",
  },
  {
    name: "prod",
    doc: "Serve it at the app's own address, not at a preview's alone",
  },
  {
    name: "dry-run",
    doc: "Build, try, and print the command that would upload it",
  },
  { name: "no-gate", doc: "Do not try what was built" },
  {
    name: "gate-path",
    value: "PATH",
    doc: "What the gate asks the component for; default /",
  },
  { name: "no-wait", doc: "Do not wait until the platform has it ready" },
  ...BUILD_FLAGS,
  { name: "help", short: "h", doc: "Show this" },
];

/** What a deployment may have, in bytes. */
const LARGEST = 2 ** 30;

/** How long the gate waits beyond the project's own deadline, for the component to start. */
const START = 30_000;

/** What `deno deploy` signs in with. */
const TOKEN = "DENO_DEPLOY_TOKEN";

export const command: Command = { run, userFaults: BUILD_FAULTS };

async function run(
  args: readonly string[],
  context: CommandContext,
): Promise<number> {
  const given = readFlags(args, context, {
    name: "deploy",
    about:
      "Build a project for Deno Deploy, try what was built as the platform runs it, " +
      'and upload it by "deno deploy".',
    flags: OWN_FLAGS,
  });
  if (given === undefined) return 0;
  const path = gatePath(given);
  const isDry = given.flags["dry-run"] === true;
  const deployment = await deployProject(given, context, {
    target: "deno-deploy",
    check: (loaded) => {
      const named = namedApp(given, loaded, context);
      if (!isDry) checkNamed(named, context);
    },
  });
  checkSize(deployment);
  const named = namedApp(given, deployment.loaded, context);
  using stop = stopSignals();
  const ending = new AbortController();
  stop.requested.then(() => ending.abort());
  const signal = ending.signal;
  // A copy elsewhere: `deno deploy` leaves out what .gitignore files above it name, and
  // replaces the section "deploy" of the deno.json that it finds.
  const copy = await Deno.makeTempDir({ prefix: "wharf-deploy-" });
  try {
    await copyFolder(deployment.out, copy);
    if (given.flags["no-gate"] !== true) {
      await gate({
        deployment,
        dist: `${copy}/`,
        path,
        named,
        context,
        signal,
      });
    }
    const { terminals } = context.streams;
    const isNamed = named.org !== undefined && named.app !== undefined;
    const upload = uploadArguments({
      ...named,
      production: given.flags["prod"] === true,
      asks: terminals.stdin || !isNamed,
      waits: given.flags["no-wait"] !== true,
    });
    if (isDry) {
      context.print(renderDryRun(deployment, named, upload));
      return 0;
    }
    context.print(printableLines(`Running: deno ${upload.join(" ")}`));
    return await uploadFrom(copy, upload, { context, signal });
  } finally {
    await Deno.remove(copy, { recursive: true });
  }
}

function gatePath({ flags }: Arguments): string {
  const path = flags["gate-path"] ?? "/";
  if (typeof path === "string" && path.startsWith("/")) return path;
  throw new UsageError(
    `Cannot use --gate-path "${path}": it does not begin with a slash`,
  );
}

function checkSize({ made: { sizes } }: ProjectDeployment): void {
  const total = Object.values(sizes).reduce((sum, size) => sum + size, 0);
  if (total <= LARGEST) return;
  throw new DeploymentError(
    "unfit",
    `Cannot deploy: the deployment has ${total} bytes, and Deno Deploy takes ${LARGEST}; build a smaller component`,
  );
}

/** The app as flags name it, then the configuration, then the variables of `deno deploy`. */
function namedApp(
  { flags }: Arguments,
  { platformApp }: LoadedConfig,
  { env }: CommandContext,
): PlatformApp {
  const text = (name: "org" | "app", variable: string) => {
    const value = flags[name] ?? platformApp[name] ?? env[variable];
    if (typeof value !== "string" || value === "") return {};
    // `deno deploy` would take it for a flag.
    if (!value.startsWith("-")) return { [name]: value };
    throw new UsageError(
      `Cannot deploy to ${name} "${value}": it begins with a dash`,
    );
  };
  return {
    ...text("org", "DENO_DEPLOY_ORG"),
    ...text("app", "DENO_DEPLOY_APP"),
  };
}

/** Where nobody can be asked, both have to be said. */
function checkNamed(
  { org, app }: PlatformApp,
  { streams: { terminals } }: CommandContext,
): void {
  if (terminals.stdin) return;
  const missing = [
    ...(org === undefined ? ["--org ORG (or deploy.org)"] : []),
    ...(app === undefined ? ["--app APP (or deploy.app)"] : []),
  ];
  if (missing.length === 0) return;
  throw new UsageError(
    `Cannot deploy: nobody said where to; add ${missing.join(" and ")}`,
  );
}

interface GateStep {
  readonly deployment: ProjectDeployment;
  readonly dist: string;
  readonly path: string;
  readonly named: PlatformApp;
  readonly context: CommandContext;
  readonly signal: AbortSignal;
}

async function gate(
  { deployment, dist, path, named, context, signal }: GateStep,
): Promise<void> {
  const { loaded: { config }, made: { environment, stores } } = deployment;
  const untried = await storesAway(deployment);
  if (untried.length > 0) {
    context.printError(printableLines(untried.join("\n")));
  }
  const { app = "app", org = "org" } = named;
  const report = await passGate({
    dist,
    surroundings: context.env,
    variables: variableValues(config, environment),
    usesDenoKv: stores.has("deno_kv"),
    path,
    host: `${app}.${org}.deno.net`,
    answerWithin: config.dev.requestTimeout + START,
    signal,
  });
  context.print(renderGate(report, path));
}

/** A line for each server that cannot be used from here: what is kept there stays untried. */
async function storesAway(
  { loaded: { config }, made: { stores } }: ProjectDeployment,
): Promise<readonly string[]> {
  if (!stores.has("nats") && !stores.has("redis")) return [];
  const host = makeHost(config, { emit() {} });
  await using _client = host.clients;
  await using _folder = host.blobFolder;
  await using buckets = host.buckets;
  const reports = await new StoreHealth({ buckets }).report();
  return reports
    .filter(({ usable }) => !usable)
    .map(({ location, problem }) =>
      `Warning: The gate does not try ${location}, which cannot be used from here: ${problem}`
    );
}

function renderGate(
  { status, milliseconds, stopMilliseconds }: GateReport,
  path: string,
): string {
  return printableLines(
    `Tried as on Deno Deploy: GET ${path} answered ${status} ${
      Math.round(milliseconds)
    } ms after the start, stopped in ${Math.round(stopMilliseconds)} ms`,
  );
}

function renderDryRun(
  { out, made: { environment } }: ProjectDeployment,
  { org, app }: PlatformApp,
  upload: readonly string[],
): string {
  const unsaid = org === undefined || app === undefined
    ? ["It would ask where to: --org and --app say so."]
    : [];
  return printableLines([
    "Nothing is uploaded. This would be run:",
    uploadLine(out, upload),
    `It signs in with ${TOKEN}, or asks in a browser.`,
    ...unsaid,
    ...(environment.length === 0 ? [] : [
      `The app needs ${environment.map(({ name }) => name).join(", ")}.`,
    ]),
  ].join("\n"));
}

/** Runs `deno deploy` in a folder; resolves to its exit code. */
async function uploadFrom(
  cwd: string,
  args: readonly string[],
  { context: { env }, signal }: {
    readonly context: CommandContext;
    readonly signal: AbortSignal;
  },
): Promise<number> {
  const child = spawnDeno(args, { cwd, env });
  const stop = () => child.kill("SIGTERM");
  if (signal.aborted) stop();
  signal.addEventListener("abort", stop);
  try {
    return (await child.status).code;
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

/** The Deno that a shell would find; else the one that runs this. */
function spawnDeno(
  args: readonly string[],
  { cwd, env }: {
    readonly cwd: string;
    readonly env: Readonly<Record<string, string>>;
  },
): Deno.ChildProcess {
  const spawn = (program: string) =>
    new Deno.Command(program, { args: [...args], cwd, clearEnv: true, env })
      .spawn();
  try {
    return spawn("deno");
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    return spawn(Deno.execPath());
  }
}

async function copyFolder(from: string, to: string): Promise<void> {
  for await (const { name, isDirectory } of Deno.readDir(from)) {
    if (!isDirectory) {
      await Deno.copyFile(`${from}/${name}`, `${to}/${name}`);
      continue;
    }
    await Deno.mkdir(`${to}/${name}`);
    await copyFolder(`${from}/${name}`, `${to}/${name}`);
  }
}

// deno-lint-ignore-file no-console -- its progress is for the person who runs it
/**
 * `deno run -A bench/start_bench.ts`: how long a built deployment takes from the spawn of its
 * process to the first byte of its first answer, and where the time goes. Writes a dated page
 * into `bench/results`; what stands there from {@linkcode NOTES} on stays.
 *
 * @module
 */

import { fileURLToPath, pathToFileURL } from "node:url";
import { buildDeployment, projectOf } from "../tests/support/deployment.ts";
import { run } from "../tests/support/run_main.ts";
import {
  type ColdStart,
  coldStart,
  type ColdStartOptions,
  MARKS,
  runToEnd,
} from "./cold_start.ts";
import { machine, median, ms, table } from "./report.ts";

const ROUNDS = 15;

/** Runs with an empty code cache, as the first one behind a build is. */
const FIRST_RUNS = 3;

/** What people write below the tables. */
const NOTES = "## What it says";

const ON_DENO_KV =
  "deploy: { keyvalue: { default: deno_kv, buckets: { in_memory: { store: deno_kv } } } }\n";

/** The marks of {@linkcode markedProgram}, in the order they are shown. */
const STEPS = ["program", "code", "listening", "compiled", "opened"] as const;

/** One program, run in one way. */
interface Scenario {
  readonly name: string;
  /** The way: which Deno, how many cores. */
  readonly way: string;
  readonly options: ColdStartOptions;
  /** The same with marks. */
  readonly marked?: ColdStartOptions;
}

/** What was seen of one. */
interface Seen {
  readonly starts: ColdStart[];
  readonly marked: ColdStart[];
  readonly first: number[];
}

/** A program that is started in each way. */
interface Program {
  readonly name: string;
  readonly args: readonly string[];
  readonly markedArgs?: readonly string[];
}

interface Way {
  readonly name: string;
  readonly deno: string;
  readonly prefix?: readonly string[];
}

async function main(): Promise<void> {
  await using stack = new AsyncDisposableStack();
  const folder = await Deno.realPath(await Deno.makeTempDir());
  stack.defer(() => Deno.remove(folder, { recursive: true }));
  const dists: [string, string][] = [
    ["small guest", await build(stack, "hello", "")],
    ["small guest on Deno KV", await build(stack, "kv_get", ON_DENO_KV)],
    ["TypeScript template", await buildTemplate(folder)],
  ];
  const programs: Program[] = [
    {
      name: "Deno.serve alone",
      args: [fileURLToPath(new URL("raw_server.ts", import.meta.url))],
    },
    ...await Promise.all(dists.map(async ([name, dist], index) => {
      const marked = `${folder}/marked${index}.js`;
      await Deno.writeTextFile(marked, markedProgram(dist));
      return {
        name,
        // Deno 2.5 does not know how the platform provides Deno KV.
        args: ["--unstable-kv", `${dist}main.js`],
        markedArgs: ["--unstable-kv", marked],
      };
    })),
  ];
  const ways = await waysHere();
  const scenarios = ways.flatMap((way, index) =>
    programs.map((each) => scenarioOf(each, way, `${folder}/deno${index}`))
  );
  const seen = scenarios.map((): Seen => ({
    starts: [],
    marked: [],
    first: [],
  }));
  const empty: number[] = [];
  await Deno.writeTextFile(`${folder}/empty.js`, "");
  for (let round = 0; round < FIRST_RUNS; round++) {
    for (const [index, { name, way, options }] of scenarios.entries()) {
      console.log(`first run ${round + 1}/${FIRST_RUNS}: ${name}, ${way}`);
      const denoDir = await Deno.makeTempDir({ dir: folder });
      const { firstByte } = await coldStart({ ...options, denoDir });
      seen[index]!.first.push(firstByte);
    }
  }
  for (let round = 0; round <= ROUNDS; round++) {
    console.log(`round ${round}/${ROUNDS}`);
    const emptyRun = await runToEnd({
      deno: Deno.execPath(),
      args: [`${folder}/empty.js`],
      denoDir: `${folder}/deno0`,
    });
    if (round > 0) empty.push(emptyRun);
    for (const [index, { options, marked }] of scenarios.entries()) {
      const start = await coldStart(options);
      const steps = marked === undefined ? undefined : await coldStart(marked);
      // The one before the first fills the code cache.
      if (round === 0) continue;
      seen[index]!.starts.push(start);
      if (steps !== undefined) seen[index]!.marked.push(steps);
    }
  }
  await write([
    `An empty program takes ${ms(median(empty))} from its spawn to its end.`,
    "",
    ...startTable(scenarios, seen),
    "",
    "## Where the time goes",
    "",
    "Medians of the same program with marks, from the spawn of the process. Modules are compiled " +
    "in threads of their own; the first request is sent when it listens, and waits.",
    "",
    ...stepTable(scenarios, seen),
    "",
    "## What is loaded",
    "",
    ...await sizeTable(dists),
    "",
  ]);
}

async function build(
  stack: AsyncDisposableStack,
  guest: string,
  config: string,
): Promise<string> {
  const project = stack.use(
    await projectOf(guest, `build: { component_path: guest.wasm }\n${config}`),
  );
  return await buildDeployment(project, "--target", "deno-deploy");
}

/** The template as `deno task new` gives it. */
async function buildTemplate(folder: string): Promise<string> {
  const path = `${folder}/template`;
  const env = Deno.env.toObject();
  const made = await run(["new", "template"], { cwd: folder, env });
  if (made.code !== 0) throw new Error(made.stderr);
  const config = `${path}/.wash/config.yaml`;
  await Deno.writeTextFile(config, `\n${ON_DENO_KV}`, { append: true });
  const args = ["build", "-C", path, "--target", "deno-deploy"];
  const { code, stderr } = await run(args, { env });
  if (code !== 0) throw new Error(stderr);
  return `${path}/dist/wharf/`;
}

/** What `main.js` of a deployment does, and marks between. */
function markedProgram(dist: string): string {
  const url = (path: string) => JSON.stringify(pathToFileURL(dist).href + path);
  return `
const now = () => performance.timeOrigin + performance.now();
const marks = { program: now() };
const serve = Deno.serve;
Deno.serve = (...args) => {
  const server = serve(...args);
  marks.listening = now();
  return server;
};
const { loadDeployment } = await import(${
    url("code/deploy/load_deployment.js")
  });
const dist = new URL(${url("")});
const loading = loadDeployment(dist);
loading.then(({ artifacts }) => artifacts).then(() => marks.compiled = now());
const { run } = await import(${url("code/deploy/entry.js")});
marks.code = now();
await run(dist, loading, new URL(${url("code/lane/entry.js")}));
marks.opened = now();
console.log(${JSON.stringify(MARKS)} + JSON.stringify(marks));
`;
}

async function waysHere(): Promise<Way[]> {
  const here = { name: `Deno ${Deno.version.deno}`, deno: Deno.execPath() };
  const old = Deno.env.get("WHARF_DENO_2_5") ?? "";
  return [
    here,
    ...(await hasTaskset()
      ? [{
        ...here,
        name: `${here.name}, one core`,
        prefix: ["taskset", "-c", "0"],
      }]
      : []),
    ...(old === "" ? [] : [{ name: "Deno 2.5", deno: old }]),
  ];
}

/** Of util-linux. */
async function hasTaskset(): Promise<boolean> {
  try {
    const { success } = await new Deno.Command("taskset", { args: ["-V"] })
      .output();
    return success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

function scenarioOf(
  { name, args, markedArgs }: Program,
  way: Way,
  denoDir: string,
): Scenario {
  const { deno, prefix = [] } = way;
  const env = { DENO_KV_DEFAULT_PATH: `${denoDir}.db` };
  const options = { deno, prefix, denoDir, env, args };
  return {
    name,
    way: way.name,
    options,
    ...(markedArgs !== undefined &&
      { marked: { ...options, args: markedArgs } }),
  };
}

function startTable(
  scenarios: readonly Scenario[],
  seen: readonly Seen[],
): string[] {
  return table(
    [
      "",
      "",
      "first byte, median",
      "fastest",
      "worst",
      "× Deno.serve alone",
      "processor time, median",
      "least",
      "first run",
    ],
    scenarios.map(({ name, way }, index) => {
      const { starts, first } = seen[index]!;
      const base = seen[
        scenarios.findIndex((each) => each.way === way)
      ]!.starts;
      const times = starts.map(({ firstByte }) => firstByte);
      const processor = starts.map(({ processor }) => processor);
      const ratios = times.map((time, round) => time / base[round]!.firstByte);
      return [
        name,
        way,
        ms(median(times)),
        ms(Math.min(...times)),
        ms(Math.max(...times)),
        median(ratios).toFixed(1),
        ms(median(processor)),
        ms(Math.min(...processor)),
        ms(median(first)),
      ];
    }),
  );
}

function stepTable(
  scenarios: readonly Scenario[],
  seen: readonly Seen[],
): string[] {
  return table(
    [
      "",
      "",
      "program begins",
      "code is there",
      "listens",
      "modules compiled",
      "app opened",
      "first byte",
    ],
    scenarios.flatMap(({ name, way, marked }, index) => {
      if (marked === undefined) return [];
      const starts = seen[index]!.marked;
      const steps = STEPS.map((step) =>
        ms(median(starts.map(({ marks }) => marks[step]!)))
      );
      const answered = ms(median(starts.map(({ firstByte }) => firstByte)));
      return [[name, way, ...steps, answered]];
    }),
  );
}

async function sizeTable(
  dists: readonly (readonly [string, string])[],
): Promise<string[]> {
  const rows = await Promise.all(dists.map(async ([name, dist]) => {
    const code = await sizes(`${dist}code`);
    const modules = await sizes(`${dist}components`);
    return [
      name,
      `${code.length} files, ${kib(code)}`,
      `${modules.length} files, ${kib(modules)}`,
    ];
  }));
  return table(["", "code", "components"], rows);
}

function kib(sizes: readonly number[]): string {
  const sum = sizes.reduce((sum, size) => sum + size, 0);
  return `${(sum / 1024).toFixed(0)} KiB`;
}

async function sizes(folder: string): Promise<number[]> {
  const found: number[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = `${folder}/${name}`;
    if (isDirectory) found.push(...await sizes(path));
    else found.push((await Deno.stat(path)).size);
  }
  return found;
}

async function write(tables: readonly string[]): Promise<void> {
  const date = new Date().toISOString().slice(0, 10);
  const file = `bench/results/${date}-start.md`;
  const page = [
    `# Cold starts, ${date}`,
    "",
    `\`deno run -A bench/start_bench.ts\` on ${await machine()}, load average ` +
    `${Deno.loadavg()[0]!.toFixed(1)} at its end.`,
    "",
    "Deployments as `deno task build --target deno-deploy` makes them, from the spawn of the process " +
    `to the first byte of the first answer, ${ROUNDS} rounds by turns, with V8's code cache of Wharf's ` +
    "modules. The first run, behind a build, has none. Processor time is of all threads until the first " +
    "byte, and says more than the clock where the machine is busy. The ratio is the median of those of " +
    "the rounds.",
    "",
    ...tables,
    ...await notesOf(file),
  ].join("\n");
  await Deno.writeTextFile(file, page);
  console.log(`\n${page}\nWritten to ${file}`);
}

async function notesOf(file: string): Promise<string[]> {
  try {
    const text = await Deno.readTextFile(file);
    const start = text.indexOf(NOTES);
    return start === -1 ? [] : [text.slice(start)];
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

if (import.meta.main) await main();

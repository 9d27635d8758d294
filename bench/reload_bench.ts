// deno-lint-ignore-file no-console -- its progress is for the person who runs it
/**
 * `deno run -A bench/reload_bench.ts`: how long it takes from a save to the first answer of what
 * was saved, and where the time goes. Writes a dated page into `bench/results`.
 *
 * @module
 */

import { startDev } from "../tests/support/dev_process.ts";
import type { SwapSteps } from "../src/log.ts";
import { makeGenerations } from "../tests/support/generations.ts";
import { run } from "../tests/support/run_main.ts";
import { machine, median, ms, table } from "./report.ts";

/** One way from a save to its answer, in milliseconds. */
interface Reload {
  readonly total: number;
  readonly steps: SwapSteps;
}

/** A project that is edited. */
interface Edited extends AsyncDisposable {
  readonly path: string;
  save(generation: number): Promise<void>;
  marker(generation: number): string;
}

/** Milliseconds before the first save: nobody saves in the moment of the start. */
const THINKING = 3000;

/** Milliseconds after which a save is given up. */
const LONGEST = 120_000;

const SCENARIOS: readonly {
  readonly name: string;
  readonly saves: number;
  readonly make: () => Promise<Edited>;
}[] = [
  { name: "small guest", saves: 40, make: () => makeGenerations("hello") },
  { name: "TypeScript template", saves: 8, make: makeTemplate },
];

/** The template as `deno task new` gives it; a save changes the text of a refusal. */
async function makeTemplate(): Promise<Edited> {
  const folder = await Deno.realPath(await Deno.makeTempDir());
  const path = `${folder}/edited`;
  const { code, stderr } = await run(["new", "edited"], { cwd: folder });
  if (code !== 0) throw new Error(stderr);
  const source = `${path}/src/handler.ts`;
  const text = await Deno.readTextFile(source);
  const word = "Missing required query parameter";
  if (!text.includes(word)) throw new Error(`${source} does not say "${word}"`);
  const marker = (generation: number) => `Missing for the ${generation}. time`;
  return {
    path,
    marker,
    save: (generation) =>
      Deno.writeTextFile(source, text.replace(word, marker(generation))),
    async [Symbol.asyncDispose]() {
      await Deno.remove(folder, { recursive: true });
    },
  };
}

/** Resolves with the first answer that shows the marker: no event stands in for it. */
async function shown(url: string, marker: string): Promise<void> {
  const until = performance.now() + LONGEST;
  while (!(await (await fetch(url)).text()).includes(marker)) {
    if (performance.now() > until) throw new Error(`No answer shows ${marker}`);
    // Whoever asks without a pause takes a core from what is measured.
    await pause(2);
  }
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

async function makeCache(): Promise<AsyncDisposable & { path: string }> {
  const path = await Deno.makeTempDir();
  return {
    path,
    [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }),
  };
}

async function measure({ saves, make }: typeof SCENARIOS[number]) {
  await using project = await make();
  await using cache = await makeCache();
  await using dev = await startDev({
    args: ["--project", project.path],
    // What another run has transpiled would not be transpiled.
    env: { WHARF_CACHE_DIR: cache.path },
  });
  const failed = dev.event("build-failed").then(({ text, output = "" }) => {
    throw new Error(`${text}\n${output}`);
  });
  // It goes on when `dev` ends, and nobody waits for it then.
  failed.catch(() => {});
  await pause(THINKING);
  const reloads: Reload[] = [];
  for (let generation = 1; generation <= saves; generation++) {
    const start = performance.now();
    await project.save(generation);
    const marker = project.marker(generation);
    await Promise.race([shown(dev.url, marker), failed]);
    const total = performance.now() - start;
    const { steps } = await dev.event("swapped", generation);
    if (steps.transpile === undefined) {
      throw new Error(`Generation ${generation} was in the cache`);
    }
    reloads.push({ total, steps });
  }
  return reloads;
}

function row(name: string, reloads: readonly Reload[]): string[] {
  const totals = reloads.map(({ total }) => total);
  const step = (step: keyof SwapSteps) =>
    ms(median(reloads.map(({ steps }) => steps[step] ?? 0)));
  const own = reloads.map(({ steps }) =>
    (steps.transpile ?? 0) + (steps.start ?? 0)
  );
  return [
    name,
    String(reloads.length),
    ms(totals[0]!),
    ms(median(totals)),
    ms(Math.max(...totals)),
    step("build"),
    step("transpile"),
    step("start"),
    ms(median(own)),
    ms(Math.max(...own)),
  ];
}

async function main(): Promise<void> {
  const rows: string[][] = [];
  for (const scenario of SCENARIOS) {
    console.log(scenario.name);
    rows.push(row(scenario.name, await measure(scenario)));
  }
  const date = new Date().toISOString().slice(0, 10);
  const page = [
    `# Reloads, ${date}`,
    "",
    `\`deno run -A bench/reload_bench.ts\` on ${await machine()}.`,
    "",
    "From a save to the first answer that shows it, while the server is asked all the time. " +
    "Wharf's part is from the artifact of the build to the swap: transpile and start.",
    "",
    ...table(
      [
        "",
        "saves",
        "first",
        "median",
        "worst",
        "build",
        "transpile",
        "start",
        "Wharf's part",
        "its worst",
      ],
      rows,
    ),
    "",
  ].join("\n");
  const file = `bench/results/${date}-reload.md`;
  await Deno.writeTextFile(file, page);
  console.log(`\n${page}\nWritten to ${file}`);
}

if (import.meta.main) await main();

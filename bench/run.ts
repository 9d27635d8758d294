// deno-lint-ignore-file no-console -- its progress is for the person who runs it
/**
 * `deno task bench [--quick] [--only NAME] [--memory]`: Wharf beside `Deno.serve`, Hono and other
 * hosts of components. Writes a dated page and a plot into `bench/results`; with `--quick` or
 * `--only` it prints. Rounds are interleaved and medians shown, because machines are noisy;
 * ratios within one run say more than its figures.
 *
 * @module
 */

import { type Contender, openContenders, TEMPLATE } from "./contenders.ts";
import {
  load,
  type LoadRun,
  measureMemory,
  type MemoryRun,
  startContender,
} from "./load.ts";
import {
  loadPlot,
  loadTable,
  type Measured,
  memoryTable,
  targetTable,
} from "./load_report.ts";
import { runMemory } from "./memory_bench.ts";
import { today, writePage } from "./page.ts";
import { machine, median, ms, table } from "./report.ts";
import {
  rawServer,
  type ServerOptions,
  startServer,
  wharf,
} from "./server_process.ts";
import { runSession } from "./session.ts";
import { wrk } from "./wrk.ts";

/** How much is measured. */
interface Extent {
  readonly rounds: number;
  /** Seconds of load, by the number of connections. */
  readonly seconds:
    readonly (readonly [connections: number, seconds: number])[];
  readonly starts: number;
  /** Requests after which memory is looked at again. */
  readonly requests: number;
}

const WHOLE: Extent = {
  rounds: 5,
  seconds: [[1, 1], [64, 2]],
  starts: 7,
  requests: 10_000,
};

const QUICK: Extent = {
  rounds: 2,
  seconds: [[1, 1], [64, 1]],
  starts: 2,
  requests: 1000,
};

async function main(args: readonly string[]): Promise<void> {
  const only = optionOf(args, "--only");
  const isQuick = args.includes("--quick");
  const extent = isQuick ? QUICK : WHOLE;
  await buildTemplate();
  await runSession(async (stack, folder) => {
    if (args.includes("--memory")) return await runMemory(folder, isQuick);
    const begun = performance.now();
    const { list, remarks } = await openContenders(stack, folder, only);
    const { measured, failed } = await measureAll(list, extent);
    const starts = only === undefined ? await measureStarts(extent) : [];
    const minutes = (performance.now() - begun) / 60_000;
    const plot = `${today()}-load.svg`;
    const page = [
      `# ${today()}`,
      "",
      `\`deno task bench\` on ${await machine()}, load average ${
        Deno.loadavg()[0]!.toFixed(1)
      } at its end, ${minutes.toFixed(1)} minutes. How to read it: ` +
      "[the README of the benchmarks](../README.md).",
      "",
      "## Where it must arrive",
      "",
      ...targetTable(measured),
      "",
      `## Load`,
      "",
      `\`wrk -t1\`, ${extent.rounds} interleaved rounds, each with a process of its own: ` +
      extent.seconds.map(([connections, seconds]) =>
        `${seconds} s at ${connections} connection${connections > 1 ? "s" : ""}`
      ).join(", ") + ". Medians; in brackets the least and the most.",
      "",
      `![Requests a second, in parts of those of Deno.serve](${plot})`,
      "",
      ...loadTable(measured),
      "",
      ...[...failed, ...remarks].map((remark) => `- ${remark}`),
      "",
      "## Memory",
      "",
      ...memoryTable(measured),
      "",
      ...starts,
    ];
    if (isQuick || only !== undefined) {
      console.log(`\n${page.join("\n")}\nNot written`);
      return;
    }
    const file = await writePage(today(), page);
    await Deno.writeTextFile(`bench/results/${plot}`, loadPlot(measured));
    console.log(`\n${page.join("\n")}\nWritten to ${file}`);
  });
}

/** The text behind a flag. */
function optionOf(args: readonly string[], flag: string): string | undefined {
  const at = args.indexOf(flag);
  if (at < 0) return undefined;
  const value = args[at + 1];
  if (value === undefined) {
    throw new TypeError(
      `Cannot read "${flag}": it has no value; name a server`,
    );
  }
  return value;
}

/** Builds it where its sources have changed. */
async function buildTemplate(): Promise<void> {
  console.log("the TypeScript template is built");
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["task", "--cwd", "templates/http-kv-handler", "build"],
    stdout: "null",
  }).output();
  if (success) return;
  throw new Error(
    `Cannot build "${TEMPLATE.file}": ${new TextDecoder().decode(stderr)}`,
  );
}

/** What was seen of those that could be measured in all rounds, and what of the others. */
interface MeasuredAll {
  readonly measured: readonly Measured[];
  readonly failed: readonly string[];
}

async function measureAll(
  list: readonly Contender[],
  extent: Extent,
): Promise<MeasuredAll> {
  const { rounds, seconds } = extent;
  const runs = list.map(() => seconds.map((): LoadRun[] => []));
  const memory: MemoryRun[] = [];
  const failed = new Map<Contender, string>();
  for (let round = 0; round < rounds; round++) {
    for (const [index, contender] of list.entries()) {
      if (failed.has(contender)) continue;
      const { name } = contender;
      console.log(`round ${round + 1}/${rounds}: ${name}`);
      try {
        await using running = await startContender(contender);
        if (round === 0) {
          memory[index] = await measureMemory(running, extent.requests);
        }
        await wrk(running.target, 64, 1); // until the machine code is there
        for (const [column, [connections, time]] of seconds.entries()) {
          runs[index]![column]!.push(await load(running, connections, time));
        }
      } catch (error) {
        // Others are measured all the same, but nothing without what all are held against.
        if (index === 0) throw error;
        const reason = error instanceof Error ? error.message : String(error);
        console.error(reason);
        failed.set(
          contender,
          `**${name}**: ${reason.trim().replaceAll("\n", " ")}`,
        );
      }
    }
  }
  const measured = list.map((contender, index) => ({
    contender,
    name: contender.name,
    memory: memory[index]!,
    loads: seconds.map(([connections], column) => ({
      connections,
      runs: runs[index]![column]!,
    })),
  })).filter(({ contender }) => !failed.has(contender));
  return { measured, failed: [...failed.values()] };
}

async function measureStarts({ starts }: Extent): Promise<string[]> {
  const cases: [string, ServerOptions][] = [
    ["Deno.serve alone", rawServer()],
    ["hello, transpiled before", wharf("--component=tests/guests/hello.wasm")],
    ["template, transpiled before", wharf(`--component=${TEMPLATE.file}`)],
    [
      "template as a project: configuration, build with nothing to do, start",
      wharf("--project=templates/http-kv-handler"),
    ],
  ];
  const times = cases.map((): number[] => []);
  for (let round = 0; round < starts; round++) {
    console.log(`start ${round + 1}/${starts}`);
    for (const [index, [, options]] of cases.entries()) {
      await using server = await startServer(options);
      times[index]!.push(server.firstResponse);
    }
  }
  return [
    "## Start",
    "",
    "From the start of the process to the end of its first response, over HTTP, with the artifact " +
    "in the cache. Deployments, and reloads after a save, have pages of their own.",
    "",
    ...table(
      ["", "median", "fastest", "slowest"],
      cases.map(([name], index) => {
        const sorted = times[index]!.toSorted((a, b) => a - b);
        return [
          name,
          ms(median(sorted)),
          ms(sorted[0]!),
          ms(sorted.at(-1)!),
        ];
      }),
    ),
    "",
  ];
}

if (import.meta.main) await main(Deno.args);

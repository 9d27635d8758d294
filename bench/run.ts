// deno-lint-ignore-file no-console -- its progress is for the person who runs it
/**
 * `deno task bench`: measures Wharf beside `Deno.serve` alone and writes a dated page into
 * `bench/results`. Rounds are interleaved and medians shown, because machines are noisy;
 * ratios within one run say more than its figures.
 *
 * @module
 */

import { machine, median, ms, table } from "./report.ts";
import {
  rawServer,
  type ServerOptions,
  startServer,
  wharf,
} from "./server_process.ts";
import { wrk, type WrkResult } from "./wrk.ts";

const SMALL = "tests/guests/hello.wasm";
const SMALL_KV = "tests/guests/kv_get.wasm";
const TEMPLATE = "templates/http-kv-handler/dist/http_kv_handler.wasm";

/** A server under load. */
interface Scenario {
  readonly name: string;
  readonly server: ServerOptions;
  readonly path: string;
}

const SCENARIOS: readonly Scenario[] = [
  { name: "Deno.serve alone", server: rawServer(), path: "/" },
  ...guest("hello", SMALL, "/"),
  ...guest("one key read", SMALL_KV, "/"),
  ...guest("TypeScript template", TEMPLATE, "/?key=mykey"),
];

function guest(name: string, component: string, path: string): Scenario[] {
  const flag = `--component=${component}`;
  return [
    { name: `${name}, fresh instances`, server: wharf(flag), path },
    {
      name: `${name}, reused instances`,
      server: wharf(flag, "--instance-reuse=1000000"),
      path,
    },
  ];
}

const ROUNDS = 3;
const SECONDS = 3;
const CONNECTIONS = [1, 64] as const;
const STARTS = 9;

async function main(): Promise<void> {
  await buildTemplate();
  const page = [
    `# ${new Date().toISOString().slice(0, 10)}`,
    "",
    `\`deno task bench\` on ${await machine()}.`,
    "",
    "## Start",
    "",
    ...await measureStarts(),
    "",
    "## Load",
    "",
    `\`wrk -t1\`, ${ROUNDS} interleaved rounds of ${SECONDS} seconds, medians. The ratio is to ` +
    "`Deno.serve` alone at as many connections.",
    "",
    ...await measureLoad(),
    "",
    "## Memory",
    "",
    ...await measureMemory(),
    "",
  ].join("\n");
  const file = `bench/results/${new Date().toISOString().slice(0, 10)}.md`;
  await Deno.mkdir("bench/results", { recursive: true });
  await Deno.writeTextFile(file, page);
  console.log(`\n${page}\nWritten to ${file}`);
}

async function buildTemplate(): Promise<void> {
  const { success } = await new Deno.Command(Deno.execPath(), {
    args: ["task", "--cwd", "templates/http-kv-handler", "build"],
  }).output();
  if (!success) throw new Error("Cannot build the template");
}

async function measureStarts(): Promise<string[]> {
  const cases: [string, ServerOptions][] = [
    ["Deno.serve alone", rawServer()],
    ["hello, transpiled before", wharf(`--component=${SMALL}`)],
    ["template, transpiled before", wharf(`--component=${TEMPLATE}`)],
    [
      "template as a project: configuration, build with nothing to do, start",
      wharf(),
    ],
  ];
  const times = cases.map((): number[] => []);
  for (let round = 0; round < STARTS; round++) {
    for (const [index, [name, options]] of cases.entries()) {
      console.log(`start ${round + 1}/${STARTS}: ${name}`);
      await using server = await startServer(options);
      times[index]!.push(server.firstResponse);
    }
  }
  return table(
    [
      "what",
      "process start to end of first response, median",
      "fastest",
      "slowest",
    ],
    cases.map(([name], index) => {
      const sorted = times[index]!.toSorted((a, b) => a - b);
      return [name, ms(median(sorted)), ms(sorted[0]!), ms(sorted.at(-1)!)];
    }),
  );
}

async function measureLoad(): Promise<string[]> {
  const results = SCENARIOS.map(() => CONNECTIONS.map((): WrkResult[] => []));
  for (let round = 0; round < ROUNDS; round++) {
    for (const [index, { name, server, path }] of SCENARIOS.entries()) {
      await using running = await startServer(server);
      if (name.startsWith("TypeScript")) await storeKey(running.url);
      await wrk(`${running.url}${path}`, 8, 1); // until the machine code is there
      for (const [column, connections] of CONNECTIONS.entries()) {
        console.log(
          `load ${round + 1}/${ROUNDS}: ${name}, ${connections} connections`,
        );
        results[index]![column]!.push(
          await wrk(`${running.url}${path}`, connections, SECONDS),
        );
      }
    }
  }
  const base = CONNECTIONS.map((_, column) => rateOf(results[0]![column]!));
  return table(
    ["server", "connections", "requests/s", "ratio", "p50", "p99", "failures"],
    SCENARIOS.flatMap(({ name }, index) =>
      CONNECTIONS.map((connections, column) => {
        const runs = results[index]![column]!;
        const rate = rateOf(runs);
        return [
          name,
          `${connections}`,
          Math.round(rate).toLocaleString("en"),
          (rate / base[column]!).toFixed(3),
          ms(median(runs.map(({ p50 }) => p50)), 2),
          ms(median(runs.map(({ p99 }) => p99)), 2),
          `${runs.reduce((sum, { failures }) => sum + failures, 0)}`,
        ];
      })
    ),
  );
}

async function measureMemory(): Promise<string[]> {
  const rows: string[][] = [];
  for (const { name, server, path } of SCENARIOS) {
    console.log(`memory: ${name}`);
    await using running = await startServer(server);
    if (name.startsWith("TypeScript")) await storeKey(running.url);
    const before = await running.residentMemory();
    await requestAll(`${running.url}${path}`, 10_000);
    const after = await running.residentMemory();
    rows.push([name, `${before.toFixed(0)} MiB`, `${after.toFixed(0)} MiB`]);
  }
  return table(
    ["server", "after the first request", "after 10,000 requests"],
    rows,
  );
}

async function storeKey(url: string): Promise<void> {
  const body = JSON.stringify({ key: "mykey", value: "myvalue" });
  await (await fetch(url, { method: "POST", body })).arrayBuffer();
}

/** Sixteen at a time. */
async function requestAll(url: string, count: number): Promise<void> {
  let left = count;
  await Promise.all(Array.from({ length: 16 }, async () => {
    while (left-- > 0) await (await fetch(url)).arrayBuffer();
  }));
}

function rateOf(runs: readonly WrkResult[]): number {
  return median(runs.map(({ requestsPerSecond }) => requestsPerSecond));
}

if (import.meta.main) await main();

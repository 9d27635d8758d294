// deno-lint-ignore-file no-console -- its progress is for the person who runs it
/**
 * `deno task bench --memory`: what Wharf holds after a million requests, beside what it held
 * after the first ten thousand. Writes a dated page and a plot into `bench/results`.
 *
 * @module
 */

import { drawLines } from "./chart.ts";
import {
  type Contender,
  KV_GET,
  USES,
  wharfName,
  wharfServer,
} from "./contenders.ts";
import { failureText } from "./load_report.ts";
import { requestAll, startContender } from "./load.ts";
import { today, writePage } from "./page.ts";
import { makeProject } from "./project_folder.ts";
import { machine, table } from "./report.ts";
import { wrk } from "./wrk.ts";

const CONNECTIONS = 64;

/** The first look, and what it is held against. */
const BEFORE = 10_000;

/** What may be held more after all requests. */
const MOST_GROWTH = 1.1;

/** What a server held as requests went by. */
interface Grown {
  readonly name: string;
  /** Requests and MiB. */
  readonly points: readonly (readonly [number, number])[];
  readonly failures: number;
}

/** Measures all ways in which guests run. */
export async function runMemory(
  folder: string,
  isQuick: boolean,
): Promise<void> {
  const requests = isQuick ? 50_000 : 1_000_000;
  const project = await makeProject(`${folder}/in_memory`);
  const grown: Grown[] = [];
  for (const use of USES) {
    for (const lanes of [0, 1]) {
      grown.push(
        await grow({
          ...KV_GET,
          name: wharfName(KV_GET, use, lanes),
          server: () => wharfServer(KV_GET, use, { lanes, project }),
        }, requests),
      );
    }
  }
  const plot = `${today()}-memory.svg`;
  const page = [
    `# Memory, ${today()}`,
    "",
    `\`deno task bench --memory\` on ${await machine()}.`,
    "",
    `Resident memory of \`dev\`: after ${
      BEFORE.toLocaleString("en")
    } requests, ${CONNECTIONS} at a time, and every other second of \`wrk -t1 -c${CONNECTIONS}\` until ` +
    `past ${requests.toLocaleString("en")}.`,
    "",
    `![Resident memory, by requests](${plot})`,
    "",
    ...table(
      [
        "server",
        `after ${BEFORE.toLocaleString("en")}`,
        "at the end",
        "requests by then",
        "the most",
        "last to first",
        `at most ${MOST_GROWTH}`,
        "failures",
      ],
      grown.map(rowOf),
    ),
    "",
  ];
  if (isQuick) {
    console.log(`\n${page.join("\n")}\nNot written`);
    return;
  }
  const file = await writePage(`${today()}-memory`, page);
  await Deno.writeTextFile(
    `bench/results/${plot}`,
    drawLines({
      title: "Resident memory as requests go by (one key read)",
      x: "requests, in thousands",
      y: "MiB",
      xScale: "linear",
      yScale: "linear",
      xText: (value) => Math.round(value / 1000).toString(),
      lines: grown,
    }),
  );
  console.log(`\n${page.join("\n")}\nWritten to ${file}`);
}

async function grow(contender: Contender, requests: number): Promise<Grown> {
  await using running = await startContender(contender);
  // As many at a time as later: what waits takes memory too.
  const options = { atOnce: CONNECTIONS };
  const first = await requestAll(running.target, BEFORE, options);
  let done = first.requests;
  let failures = first.failures;
  const points = [[done, await running.residentMemory()] as const];
  while (done < requests) {
    const run = await wrk(running.target, CONNECTIONS, 2);
    done += run.requests;
    failures += run.failures;
    points.push([done, await running.residentMemory()]);
    console.log(
      `${contender.name}: ${done.toLocaleString("en")} requests, ${
        points.at(-1)![1].toFixed(0)
      } MiB`,
    );
  }
  return { name: contender.name, points, failures };
}

function rowOf({ name, points, failures }: Grown): string[] {
  const [first, last] = [points[0]!, points.at(-1)!];
  const growth = last[1] / first[1];
  return [
    name,
    mib(first[1]),
    mib(last[1]),
    last[0].toLocaleString("en"),
    mib(Math.max(...points.map(([, memory]) => memory))),
    growth.toFixed(2),
    growth <= MOST_GROWTH ? "**reached**" : "not reached",
    failureText(failures),
  ];
}

function mib(value: number): string {
  return `${value.toFixed(0)} MiB`;
}

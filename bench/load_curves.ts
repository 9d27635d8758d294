/**
 * Curves of servers under load: connections, lanes and components.
 *
 * @module
 */

import {
  HELLO,
  KV_GET,
  type MeasuredGuest,
  RAW,
  USES,
  wharfName,
  wharfServer,
} from "./contenders.ts";
import { type Curve, type CurveExtent, whole } from "./curve.ts";
import { startContender } from "./load.ts";
import { makeProject } from "./project_folder.ts";
import { median, ms, table } from "./report.ts";
import {
  rawServer,
  type ServerOptions,
  startServer,
} from "./server_process.ts";
import { wrk } from "./wrk.ts";

const CONNECTIONS = [1, 4, 16, 64, 256, 1000];
const LANES = [0, 1, 2, 4];
const COMPONENTS = [1, 2, 5, 10, 20];

/** Servers that take turns, each in a process of its own. */
type Lines = readonly (readonly [name: string, server: () => ServerOptions])[];

/** Requests a second by connections. */
export async function connectionsCurve(
  folder: string,
  extent: CurveExtent,
): Promise<Curve> {
  const project = await makeProject(folder);
  const servers: Lines = [
    [RAW, rawServer],
    ...USES.flatMap((use) =>
      [0, 1].map((lanes) =>
        [
          wharfName(KV_GET, use, lanes),
          () => wharfServer(KV_GET, use, { lanes, project }),
        ] as const
      )
    ),
  ];
  const rates = servers.map(() => CONNECTIONS.map((): number[] => []));
  const tails = servers.map(() => CONNECTIONS.map((): number[] => []));
  let failures = 0;
  for (let round = 0; round < extent.rounds; round++) {
    for (const [index, [, server]] of servers.entries()) {
      await using running = await startServer(server());
      await wrk(running.url, 64, 1);
      for (const [column, connections] of CONNECTIONS.entries()) {
        const run = await wrk(running.url, connections, extent.seconds);
        rates[index]![column]!.push(run.requestsPerSecond);
        tails[index]![column]!.push(run.p99);
        failures += run.failures;
      }
    }
  }
  return {
    name: "connections",
    title: "Connections",
    how: "GET of one in_memory key; `Deno.serve` answers a constant. " +
      `\`wrk -t1\`, medians of ${extent.rounds} rounds. Failures: ${failures}.`,
    x: "connections",
    y: "requests/s",
    xScale: "log",
    yScale: "log",
    yText: whole,
    lines: servers.map(([name], index) => ({
      name,
      points: CONNECTIONS.map((connections, column) =>
        [connections, median(rates[index]![column]!)] as const
      ),
    })),
    more: [
      "p99 of the same:",
      "",
      ...table(
        ["connections", ...servers.map(([name]) => name)],
        CONNECTIONS.map((connections, column) => [
          `${connections}`,
          ...servers.map((_, index) => ms(median(tails[index]![column]!), 2)),
        ]),
      ),
      "",
    ],
  };
}

/** Requests a second by lanes. */
export async function lanesCurve(
  folder: string,
  extent: CurveExtent,
): Promise<Curve> {
  const project = await makeProject(folder);
  const rates = USES.map(() => LANES.map((): number[] => []));
  for (let round = 0; round < extent.rounds; round++) {
    for (const [column, lanes] of LANES.entries()) {
      for (const [index, use] of USES.entries()) {
        await using running = await startContender({
          ...KV_GET,
          server: () => wharfServer(KV_GET, use, { lanes, project }),
        });
        await wrk(running.url, 64, 1);
        const run = await wrk(running.url, 64, extent.seconds);
        rates[index]![column]!.push(run.requestsPerSecond);
      }
    }
  }
  return {
    name: "lanes",
    title: "Lanes",
    how:
      `GET of one in_memory key at 64 connections, on ${navigator.hardwareConcurrency} cores ` +
      `that the server's thread, the lanes and wrk share; 0 lanes is the server's own thread. ` +
      `Medians of ${extent.rounds} rounds.`,
    x: "lanes",
    y: "requests/s",
    xScale: "linear",
    yScale: "linear",
    yText: whole,
    lines: USES.map((use, index) => ({
      name: use,
      points: LANES.map((lanes, column) =>
        [lanes, median(rates[index]![column]!)] as const
      ),
    })),
  };
}

/** Requests a second, start and memory by components. */
export async function componentsCurve(
  folder: string,
  extent: CurveExtent,
): Promise<Curve> {
  const seen = COMPONENTS.map(() => ({
    rates: USES.map((): number[] => []),
    starts: [] as number[],
    memory: [] as number[],
  }));
  const called = USES.map(() => ({
    alone: [] as number[],
    beside: [] as number[],
  }));
  const callee = await makeComponents(`${folder}/callee`, [HELLO]);
  const alone = await makeComponents(`${folder}/alone`, []);
  const proxy = {
    ...HELLO,
    file: HELLO.file.replace("hello", "compose_proxy"),
  };
  for (let round = 0; round < extent.rounds; round++) {
    for (const [index, use] of USES.entries()) {
      for (const [column, count] of COMPONENTS.entries()) {
        const project = await makeComponents(
          `${folder}/${count}`,
          Array.from({ length: count - 1 }, () => KV_GET),
        );
        const run = await once(KV_GET, use, { project, extent });
        seen[column]!.rates[index]!.push(run.rate);
        seen[column]!.starts.push(run.start);
        seen[column]!.memory.push(run.memory);
      }
      const two = await once(proxy, use, { project: callee, extent });
      called[index]!.beside.push(two.rate);
      const one = await once(HELLO, use, { project: alone, extent });
      called[index]!.alone.push(one.rate);
    }
  }
  return {
    name: "components",
    title: "Components",
    how:
      "GET of one in_memory key at 64 connections in the server's own thread, with more components in " +
      `\`dev.components\` that are linked and not called. Medians of ${extent.rounds} rounds.`,
    x: "components",
    y: "requests/s",
    xScale: "linear",
    yScale: "linear",
    yText: whole,
    lines: USES.map((use, index) => ({
      name: use,
      points: COMPONENTS.map((count, column) =>
        [count, median(seen[column]!.rates[index]!)] as const
      ),
    })),
    more: [
      ...table(
        ["components", "first response", "memory after it"],
        COMPONENTS.map((count, column) => [
          `${count}`,
          ms(median(seen[column]!.starts)),
          `${median(seen[column]!.memory).toFixed(0)} MiB`,
        ]),
      ),
      "",
      "One that is called: `compose_proxy` hands each request to `hello`.",
      "",
      ...table(
        ["", "hello alone, requests/s", "compose_proxy and hello, requests/s"],
        USES.map((use, index) => [
          use,
          whole(median(called[index]!.alone)),
          whole(median(called[index]!.beside)),
        ]),
      ),
      "",
    ],
  };
}

async function makeComponents(
  folder: string,
  guests: readonly MeasuredGuest[],
): Promise<string> {
  await makeProject(folder);
  const lines = guests.map(({ file }, index) =>
    `    - { name: beside${index}, file: "${file}" }\n`
  );
  if (lines.length > 0) {
    await Deno.writeTextFile(
      `${folder}/.wash/config.yaml`,
      `  components:\n${lines.join("")}`,
      { append: true },
    );
  }
  return folder;
}

async function once(
  guest: MeasuredGuest,
  use: typeof USES[number],
  { project, extent }: {
    readonly project: string;
    readonly extent: CurveExtent;
  },
): Promise<{ rate: number; start: number; memory: number }> {
  await using running = await startContender({
    ...guest,
    server: () => wharfServer(guest, use, { lanes: 0, project }),
  });
  const memory = await running.residentMemory();
  await wrk(running.url, 64, 1);
  const run = await wrk(running.url, 64, extent.seconds);
  return {
    rate: run.requestsPerSecond,
    start: running.firstResponse,
    memory,
  };
}

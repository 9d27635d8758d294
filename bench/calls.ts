// deno-lint-ignore-file no-console -- its table is for the person who runs it
/**
 * `deno run -A bench/calls.ts`: what it costs to be told of each call of a guest, and to keep
 * the journal. Rounds are interleaved; the ratio within one run says more than its figures.
 *
 * @module
 */

import { median, table } from "./report.ts";
import {
  type ServerOptions,
  type ServerProcess,
  startServer,
} from "./server_process.ts";
import { wrk } from "./wrk.ts";

const ROUNDS = 15;
const SECONDS = 1;
const CONNECTIONS = 64;
const MODES = ["off", "calls", "journal"] as const;
const LANES = [0, 1] as const;

async function main(): Promise<void> {
  const rows: string[][] = [];
  for (const lanes of LANES) rows.push(await measure(lanes));
  console.log(
    table(
      [
        "kv_get, reused, 64 connections",
        "off, req/s",
        "calls, req/s",
        "journal, req/s",
        "calls to off",
        "journal to off",
      ],
      rows,
    ).join("\n"),
  );
}

async function measure(lanes: number): Promise<string[]> {
  await using stack = new AsyncDisposableStack();
  const servers: ServerProcess[] = [];
  for (const mode of MODES) {
    const server = stack.use(await startServer(tracedServer(mode, lanes)));
    await wrk(server.url, CONNECTIONS, 2); // until the machine code is there
    servers.push(server);
  }
  const rounds: number[][] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const rates: number[] = [];
    for (const { url } of servers) {
      const run = await wrk(url, CONNECTIONS, SECONDS);
      rates.push(run.failures > 0 ? 0 : run.requestsPerSecond);
    }
    rounds.push(rates);
  }
  return [
    lanes === 0 ? "own thread" : "Worker",
    ...MODES.map((_, mode) =>
      Math.round(median(rounds.map((rates) => rates[mode]!)))
        .toLocaleString("en")
    ),
    // What is measured in one round was slowed by the same neighbours.
    ...[1, 2].map((mode) =>
      median(rounds.map((rates) => rates[mode]! / rates[0]!)).toFixed(2)
    ),
  ];
}

function tracedServer(mode: string, lanes: number): ServerOptions {
  return {
    args: [
      "run",
      "-A",
      "bench/traced_server.ts",
      mode,
      `${lanes}`,
      "tests/guests/kv_get.wasm",
    ],
    findUrl: (line) => /^Listening on (\S+)$/.exec(line)?.[1],
  };
}

if (import.meta.main) await main();

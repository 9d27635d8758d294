// deno-lint-ignore-file no-console -- its progress is for the person who runs it
/**
 * `deno run -A bench/scale_bench.ts`: clients that count through one server and through three on
 * one NATS, while servers end and come back. Writes a dated page into `bench/results`.
 *
 * @module
 */

import {
  assertKept,
  counterAt,
  startCounting,
} from "../tests/support/counting_clients.ts";
import { startNatsServer } from "../tests/support/nats_server.ts";
import { startPlainProxy } from "../tests/support/plain_proxy.ts";
import { makeDeployment } from "../tests/support/serve_process.ts";
import { type FleetServer, startFleet } from "../tests/support/server_fleet.ts";
import { machine, median, ms, table } from "./report.ts";

const CLIENTS = 64;
/** One for each client: on fewer, servers would wait for each other's writes. */
const COUNTERS = Array.from({ length: CLIENTS }, (_, n) => `counter-${n}`);
const EVERY = 3000;
const DRAIN_DELAY = 1000;

/** How servers end. */
interface Ending {
  readonly signal: Deno.Signal;
  /** Whether servers go on for a while, and the proxy asks whether they are ready. */
  readonly isTold: boolean;
}

interface Scenario {
  readonly name: string;
  readonly servers: number;
  readonly milliseconds: number;
  readonly counters?: readonly string[];
  readonly ending?: Ending;
}

const KILLED: Ending = { signal: "SIGKILL", isTold: true };

const SCENARIOS: readonly Scenario[] = [
  { name: "1 server", servers: 1, milliseconds: 15_000 },
  { name: "3 servers", servers: 3, milliseconds: 15_000 },
  {
    name: "1 server, 1 counter",
    servers: 1,
    milliseconds: 15_000,
    counters: ["one"],
  },
  {
    name: "3 servers, 1 counter",
    servers: 3,
    milliseconds: 15_000,
    counters: ["one"],
  },
  {
    name: "3 servers, SIGKILL",
    servers: 3,
    milliseconds: 60_000,
    ending: KILLED,
  },
  {
    name: "3 servers, SIGTERM, health asked",
    servers: 3,
    milliseconds: 60_000,
    ending: { signal: "SIGTERM", isTold: true },
  },
  {
    name: "3 servers, SIGTERM, nobody asks",
    servers: 3,
    milliseconds: 60_000,
    ending: { signal: "SIGTERM", isTold: false },
  },
];

/** What one run came to. */
interface Outcome {
  readonly seconds: number;
  readonly acknowledged: number;
  readonly unknown: number;
  readonly lost: number;
  /** Milliseconds from each signal to the end of the process, and to an answer again. */
  readonly ends: readonly number[];
  readonly returns: readonly number[];
}

async function measure(
  { servers: count, milliseconds, counters = COUNTERS, ending }: Scenario,
): Promise<Outcome> {
  await using nats = await startNatsServer();
  await using made = await makeDeployment(
    "kv_labels",
    `dev: {wasi_keyvalue_nats_url: "${nats.url}", keyvalue: {default: nats}}\n`,
  );
  const delay = ending?.isTold === true
    ? ["--drain-delay", `${DRAIN_DELAY}ms`]
    : [];
  await using fleet = await startFleet(made.dist, count, {
    args: ["--lanes", "1", "--log-level", "warn", ...delay],
  });
  const { servers } = fleet;
  await using proxy = await startPlainProxy(
    servers.map(({ url, readyUrl }) =>
      ending?.isTold === false ? { url } : { url, readyUrl }
    ),
  );
  const start = performance.now();
  await using clients = startCounting({
    url: proxy.url,
    clients: CLIENTS,
    counters,
  });
  const ends: number[] = [];
  const returns: number[] = [];
  const passed = () => performance.now() - start;
  for (let turn = 1; passed() < milliseconds; turn++) {
    await pause(Math.max(0, Math.min(turn * EVERY, milliseconds) - passed()));
    if (ending === undefined || passed() >= milliseconds) continue;
    const { end, back } = await replace(
      servers[turn % count]!,
      ending.signal,
      counters[0]!,
    );
    ends.push(end);
    returns.push(back);
  }
  const tallies = await clients.stop();
  const seconds = passed() / 1000;
  let lost = 0;
  for (const [counter, tally] of tallies) {
    const value = await counterAt(servers[0]!.url, counter);
    lost += Math.max(0, tally.sums.flat().length - value);
    assertKept(value, tally);
  }
  const { acknowledged, unknown } = clients;
  return { seconds, acknowledged, unknown, lost, ends, returns };
}

async function replace(
  server: FleetServer,
  signal: Deno.Signal,
  counter: string,
): Promise<{ end: number; back: number }> {
  const start = performance.now();
  const { code } = await server.end(signal);
  if (signal === "SIGTERM" && code !== 0) throw new Error(`It ended: ${code}`);
  const end = performance.now() - start;
  await server.start();
  await counterAt(server.url, counter);
  return { end, back: performance.now() - start };
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

function row(name: string, outcome: Outcome): string[] {
  const { seconds, acknowledged, unknown, lost, ends, returns } = outcome;
  const typical = (values: readonly number[]) =>
    values.length === 0
      ? ""
      : `${ms(median(values))} (${ms(Math.max(...values))})`;
  return [
    name,
    `${seconds.toFixed(0)} s`,
    String(acknowledged),
    (acknowledged / seconds).toFixed(0),
    ends.length === 0 ? "" : String(ends.length),
    String(unknown),
    String(lost),
    typical(ends),
    typical(returns),
  ];
}

async function main(): Promise<void> {
  const rows: string[][] = [];
  for (const scenario of SCENARIOS) {
    console.log(scenario.name);
    rows.push(row(scenario.name, await measure(scenario)));
    console.log(rows.at(-1)!.join(" | "));
  }
  const date = new Date().toISOString().slice(0, 10);
  const page = [
    `# Several servers, ${date}`,
    "",
    `\`deno run -A bench/scale_bench.ts\` on ${await machine()}.`,
    "",
    `${CLIENTS} clients count by POST through the guest kv_labels, one call after another each, ` +
    "behind a proxy that opens a connection for each request and never sends one twice. All " +
    "servers are `serve` with one Worker, on one NATS with files. In the last three runs one " +
    `server in turn gets a signal every ${
      EVERY / 1000
    } s and is started again when it has ended. "Health asked": the proxy asks each ` +
    `server every 20 ms whether it is ready, and \`--drain-delay\` is ${DRAIN_DELAY} ms; ` +
    '"nobody asks": neither. Failed: calls without a sum. Lost: sums that were told and are ' +
    "not in the counter. Times are the median, the worst in brackets, from the signal.",
    "",
    ...table(
      [
        "",
        "time",
        "acknowledged",
        "per second",
        "signals",
        "failed",
        "lost",
        "ended",
        "answers again",
      ],
      rows,
    ),
    "",
  ].join("\n");
  const file = `bench/results/${date}-scale.md`;
  await Deno.writeTextFile(file, page);
  console.log(`\n${page}\nWritten to ${file}`);
}

if (import.meta.main) await main();

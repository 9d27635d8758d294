// deno-lint-ignore-file no-console -- its table is for the person who runs it
/**
 * `deno run -A bench/lanes.ts`: what a Worker costs a small guest, beside the server's own
 * thread. Rounds are interleaved; the ratio within one run says more than its figures.
 *
 * @module
 */

import { median, ms, table } from "./report.ts";
import { startServer, wharf } from "./server_process.ts";
import { wrk } from "./wrk.ts";

const ROUNDS = 3;
const SECONDS = 2;
const LANES = [0, 1] as const;
const CONNECTIONS = [1, 64] as const;

const SCENARIOS = ["hello", "kv_get"].flatMap((guest) =>
  [1, 1_000_000].map((reuse) => ({ guest, reuse }))
);

async function main(): Promise<void> {
  const rates = new Map<string, number[]>();
  const starts = new Map<string, number[]>();
  const note = (map: Map<string, number[]>, key: string, value: number) =>
    map.set(key, [...map.get(key) ?? [], value]);
  for (let round = 0; round < ROUNDS; round++) {
    for (const { guest, reuse } of SCENARIOS) {
      for (const lanes of LANES) {
        await using server = await startServer(wharf(
          `--component=tests/guests/${guest}.wasm`,
          `--instance-reuse=${reuse}`,
          `--lanes=${lanes}`,
        ));
        note(starts, `${guest} ${lanes}`, server.firstResponse);
        await wrk(server.url, 8, 1); // until the machine code is there
        for (const connections of CONNECTIONS) {
          const run = await wrk(server.url, connections, SECONDS);
          const key = `${guest} ${reuse} ${connections} ${lanes}`;
          note(rates, key, run.failures > 0 ? 0 : run.requestsPerSecond);
        }
      }
    }
  }
  const of = (map: Map<string, number[]>, key: string) => median(map.get(key)!);
  const rows = SCENARIOS.flatMap(({ guest, reuse }) =>
    CONNECTIONS.map((connections) => {
      const [inline, worker] = LANES.map((lanes) =>
        of(rates, `${guest} ${reuse} ${connections} ${lanes}`)
      ) as [number, number];
      return [
        `${guest}, ${reuse === 1 ? "fresh" : "reused"}`,
        `${connections}`,
        Math.round(inline).toLocaleString("en"),
        Math.round(worker).toLocaleString("en"),
        (worker / inline).toFixed(2),
      ];
    })
  );
  console.log(
    table(
      ["guest", "connections", "own thread, req/s", "Worker, req/s", "ratio"],
      rows,
    ).join("\n"),
  );
  for (const guest of ["hello", "kv_get"]) {
    const [inline, worker] = LANES.map((lanes) =>
      ms(of(starts, `${guest} ${lanes}`))
    );
    console.log(
      `${guest}, first response: ${inline} own thread, ${worker} Worker`,
    );
  }
}

if (import.meta.main) await main();

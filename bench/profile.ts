// deno-lint-ignore-file no-console -- its table is for the person who runs it
/**
 * `deno task profile [GUEST.wasm] [--fresh] [--lanes=0] [--connections=64]`: serves a guest as
 * `dev` does, in this process, loads it with `wrk`, and prints where the time of this process's own
 * thread goes: the functions that are on top of the stack most often.
 *
 * @module
 */

import { type Profiler, Session } from "node:inspector/promises";
import { cpuUsage } from "node:process";
import { parseArgs } from "node:util";
import { openProjectDoor } from "../src/front/project_door.ts";
import { openGuest } from "./open_guest.ts";
import { table } from "./report.ts";
import { wrk } from "./wrk.ts";

const WARM_UP_SECONDS = 2;
const SECONDS = 4;
const MOST_FRAMES = 40;

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    args: Deno.args,
    allowPositionals: true,
    options: {
      fresh: { type: "boolean", default: false },
      lanes: { type: "string", default: "0" },
      connections: { type: "string", default: "64" },
    },
  });
  const component = positionals[0] ?? "tests/guests/kv_get.wasm";
  const opened = await openGuest(component, {
    lanes: values.lanes,
    ...(!values.fresh && { reuse: "1000000" }),
  });
  const { config } = opened;
  await using app = opened.app;
  await using door = await openProjectDoor({
    config,
    log: { emit() {} },
    handle: (request) => app.handle(request),
  });
  const url = `http://127.0.0.1:${door.address.port}/`;
  const connections = Number(values.connections);
  await wrk(url, connections, WARM_UP_SECONDS);
  const before = cpuUsage();
  const session = new Session();
  session.connect();
  await session.post("Profiler.enable");
  await session.post("Profiler.setSamplingInterval", { interval: 200 });
  await session.post("Profiler.start");
  const { requestsPerSecond } = await wrk(url, connections, SECONDS);
  const { profile } = await session.post("Profiler.stop");
  const after = cpuUsage();
  const spent = after.user + after.system - before.user - before.system;
  console.log(
    [
      `${Math.round(requestsPerSecond)} requests/s, ` +
      `${(spent / (requestsPerSecond * SECONDS)).toFixed(1)} us of this ` +
      "process's CPU each, profiled",
      "",
      ...table(["share", "function", "place"], topFrames(profile)),
    ].join("\n"),
  );
}

/** The functions in which the samples were taken, the most frequent first. */
function topFrames(
  { nodes, samples = [], timeDeltas = [] }: Profiler.Profile,
): string[][] {
  const byId = new Map(nodes.map((node) => [node.id, node.callFrame]));
  const times = new Map<string, number>();
  let total = 0;
  for (const [index, id] of samples.entries()) {
    const { functionName, url, lineNumber } = byId.get(id)!;
    if (functionName === "(idle)") continue;
    const place = url === ""
      ? ""
      : `${url.split("/").slice(-2).join("/")}:${lineNumber + 1}`;
    const key = `${functionName || "(anonymous)"}\n${place}`;
    const time = timeDeltas[index] ?? 0;
    times.set(key, (times.get(key) ?? 0) + time);
    total += time;
  }
  return [...times]
    .sort(([, one], [, other]) => other - one)
    .slice(0, MOST_FRAMES)
    .map(([key, time]) => [
      `${(100 * time / total).toFixed(1)} %`,
      ...key.split("\n"),
    ]);
}

if (import.meta.main) await main();

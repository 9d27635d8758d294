// deno-lint-ignore-file no-console -- its progress is for the person who runs it
/**
 * `deno task fuzz [--seed N] [--runs N]`: a hostile guest and hostile clients against `dev`, with
 * figures of what came of them. Writes a dated page into `bench/results`, or fails with the
 * shortest case that does.
 *
 * @module
 */

import assert from "node:assert/strict";
import type { ReadyDevProcess } from "../tests/support/dev_process.ts";
import { hostileScripts } from "../tests/support/hostile_scripts.ts";
import { attack, openHostileDev } from "../tests/support/hostile_session.ts";
import { attackDev, openAttackedDev } from "../tests/support/http_session.ts";
import { residentMemory } from "../tests/support/process_usage.ts";
import { numberFlag } from "./number_flag.ts";
import { machine, table } from "./report.ts";

const runs = numberFlag(Deno.args, "runs", 10_000);
const seed = numberFlag(Deno.args, "seed", 1);

/** In how many parts it is done, with the memory after each. */
const PARTS = 5;

/** How many of the ways in which scripts ended are shown. */
const MOST_ENDS = 25;

interface Run {
  readonly counts: ReadonlyMap<string, number>;
  /** MiB after each part. */
  readonly memory: readonly number[];
  readonly seconds: number;
}

async function inParts(
  dev: ReadyDevProcess,
  part: (sample: { seed: number; runs: number }) => Promise<
    ReadonlyMap<string, number>
  >,
): Promise<Run> {
  const counts = new Map<string, number>();
  const memory: number[] = [];
  const start = performance.now();
  for (let index = 0; index < PARTS; index++) {
    const found = await part({
      seed: seed + index,
      runs: Math.ceil(runs / PARTS),
    });
    for (const [label, count] of found) {
      counts.set(label, (counts.get(label) ?? 0) + count);
    }
    memory.push(await residentMemory(dev.pid));
    console.log(
      `part ${index + 1} of ${PARTS}: ${memory.at(-1)!.toFixed(0)} MiB`,
    );
  }
  const seconds = (performance.now() - start) / 1000;
  assert.deepEqual(await dev.stop(), { code: 0, signal: null, stderr: "" });
  return { counts, memory, seconds };
}

async function fuzzGuest(): Promise<string[]> {
  console.log("a hostile guest");
  await using session = await openHostileDev();
  const scripts = hostileScripts(session.calls);
  const run = await inParts(
    session.dev,
    (sample) => attack(session, scripts, sample),
  );
  const ends = [...run.counts].sort(([, one], [, other]) => other - one);
  return [
    "## A hostile guest",
    "",
    `${
      runs.toLocaleString("en")
    } scripts over ${session.calls.length} imported core functions, ` +
    `each followed by a request that has to be answered. ${summary(run)}`,
    "",
    `They ended in ${ends.length} ways; the most frequent:`,
    "",
    ...table(
      ["scripts", "end"],
      ends.slice(0, MOST_ENDS).map(([label, count]) => [`${count}`, label]),
    ),
    "",
  ];
}

async function fuzzClients(): Promise<string[]> {
  console.log("hostile clients");
  await using dev = await openAttackedDev();
  const run = await inParts(
    dev,
    async (sample) => (await attackDev(dev, sample)).answers,
  );
  return [
    "## Hostile clients",
    "",
    `${
      runs.toLocaleString("en")
    } connections, each followed by a good request. ${summary(run)}`,
    "",
    ...table(
      ["answers", "of"],
      [...run.counts].sort().map(([label, count]) => [`${count}`, label]),
    ),
    "",
  ];
}

function summary({ memory, seconds }: Run): string {
  return `${
    seconds.toFixed(0)
  } seconds; resident memory of \`dev\` after each fifth: ${
    memory.map((one) => `${one.toFixed(0)} MiB`).join(", ")
  }. No fault of Wharf, and it ended as it should.`;
}

const date = new Date().toISOString().slice(0, 10);
const page = [
  `# Fuzzing, ${date}`,
  "",
  `\`deno task fuzz --seed ${seed} --runs ${runs}\` on ${await machine()}.`,
  "",
  ...await fuzzGuest(),
  ...await fuzzClients(),
].join("\n");
await Deno.mkdir("bench/results", { recursive: true });
await Deno.writeTextFile(`bench/results/${date}-fuzz.md`, page);
console.log(page);

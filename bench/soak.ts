// deno-lint-ignore-file no-console -- its progress is for the person who runs it
/**
 * `deno task soak [--requests N] [--seed N]`: clients of all kinds against `dev`, and what it
 * holds as it goes. Writes a dated page into `bench/results`.
 *
 * @module
 */

import { soak, type Usage } from "../tests/support/soak.ts";
import { numberFlag } from "./number_flag.ts";
import { machine, table } from "./report.ts";

const requests = numberFlag(Deno.args, "requests", 200_000);
const seed = numberFlag(Deno.args, "seed", 1);

const steps: string[][] = [];
const report = await soak({
  requests,
  seed,
  progress(done, usage) {
    steps.push([done.toLocaleString("en"), ...usage.map(usageText)]);
    console.log(steps.at(-1)!.join(" | "));
  },
});

const date = new Date().toISOString().slice(0, 10);
const page = [
  `# Soak, ${date}`,
  "",
  `\`deno task soak --requests ${requests} --seed ${seed}\` on ${await machine()}.`,
  "",
  `${requests.toLocaleString("en")} requests of 32 clients at once in ` +
  `${report.seconds.toFixed(0)} seconds. Every answer was the right one.`,
  "",
  ...table(
    ["requests", ...report.servers.map(({ guest }) => guest)],
    [
      ["none", ...report.servers.map(({ idle }) => usageText(idle))],
      ...steps,
      [
        "all clients gone",
        ...report.servers.map(({ late }) => usageText(late)),
      ],
    ],
  ),
  "",
  ...report.servers.map(({ guest, stopped }) =>
    `\`${guest}\` ended ${
      stopped.toFixed(0)
    } ms after Ctrl-C, with nothing left to do.`
  ),
  "",
  ...table(
    ["client", "requests"],
    [...report.sent].map(([kind, count]) => [kind, count.toLocaleString("en")]),
  ),
  "",
].join("\n");
await Deno.mkdir("bench/results", { recursive: true });
await Deno.writeTextFile(`bench/results/${date}-soak.md`, page);
console.log(page);

function usageText({ memory, files }: Usage): string {
  return `${memory.toFixed(0)} MiB, ${files} files`;
}

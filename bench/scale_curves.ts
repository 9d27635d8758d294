// deno-lint-ignore-file no-console -- its progress is for the person who runs it
/**
 * `deno run -A bench/scale_curves.ts [--quick] [--only NAME]`: what a request costs as there is
 * more of something. Writes a dated page and plots into `bench/results`; the reason for each
 * bend stands below them, under "What it says", and stays.
 *
 * @module
 */

import {
  type Curve,
  type CurveExtent,
  curvePlot,
  curveSection,
} from "./curve.ts";
import {
  componentsCurve,
  connectionsCurve,
  lanesCurve,
} from "./load_curves.ts";
import { today, writePage } from "./page.ts";
import { machine } from "./report.ts";
import { runSession } from "./session.ts";
import { bodyCurve, keysCurve } from "./size_curves.ts";

const WHOLE: CurveExtent = { rounds: 3, seconds: 1 };
const QUICK: CurveExtent = { rounds: 1, seconds: 1 };

const CURVES: readonly [
  name: string,
  measure: (folder: string, extent: CurveExtent) => Promise<Curve>,
][] = [
  ["connections", connectionsCurve],
  ["down", (folder, extent) => bodyCurve("down", folder, extent)],
  ["up", (folder, extent) => bodyCurve("up", folder, extent)],
  ["keys", (_, extent) => keysCurve(extent)],
  ["components", componentsCurve],
  ["lanes", lanesCurve],
];

async function main(args: readonly string[]): Promise<void> {
  const at = args.indexOf("--only");
  const only = at < 0 ? undefined : args[at + 1];
  const isQuick = args.includes("--quick");
  const begun = performance.now();
  await runSession(async (_, folder) => {
    const sections: string[] = [];
    const plots: [file: string, text: string][] = [];
    for (const [name, measure] of CURVES) {
      if (only !== undefined && only !== name) continue;
      console.log(`${name}, ${seconds(begun)} s`);
      const curve = await measure(
        `${folder}/${name}`,
        isQuick ? QUICK : WHOLE,
      );
      const plot = `${today()}-curve-${name}.svg`;
      plots.push([plot, curvePlot(curve)]);
      sections.push(...curveSection(curve, plot));
    }
    const page = [
      `# Scale, ${today()}`,
      "",
      `\`deno run -A bench/scale_curves.ts\` on ${await machine()}, load average ${
        Deno.loadavg()[0]!.toFixed(1)
      } at its end, ${seconds(begun)} s.`,
      "",
      ...sections,
    ];
    if (isQuick || only !== undefined) {
      console.log(`\n${page.join("\n")}\nNot written`);
      return;
    }
    const file = await writePage(`${today()}-curves`, page);
    for (const [name, text] of plots) {
      await Deno.writeTextFile(`bench/results/${name}`, text);
    }
    console.log(`\n${page.join("\n")}\nWritten to ${file}`);
  });
}

function seconds(begun: number): string {
  return ((performance.now() - begun) / 1000).toFixed(0);
}

if (import.meta.main) await main(Deno.args);

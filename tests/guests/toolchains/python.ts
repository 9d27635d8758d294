/** A Python guest, by componentize-py, which packs all of CPython into it. */

import { HERE, run } from "./run.ts";
import { makeWit } from "./wit.ts";

/** From PyPI; a virtual environment's own will do. */
const COMPONENTIZE_PY = Deno.env.get("COMPONENTIZE_PY") ?? "componentize-py";

export async function buildPython(name: string): Promise<Uint8Array> {
  const folder = `${HERE}/build/${name}`;
  const wit = await makeWit(name, `${folder}/wit`);
  const world = name.replaceAll("_", "-");
  const file = `${folder}/${name}.wasm`;
  await run(
    [
      COMPONENTIZE_PY,
      "-d",
      wit,
      "-w",
      world,
      "componentize",
      "app",
      "-o",
      file,
    ],
    { cwd: `${HERE}/src/${name}` },
  );
  return await Deno.readFile(file);
}

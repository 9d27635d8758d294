/** Saving sources while clients ask: `deno task dev` swaps, and loses nothing. */

import assert from "node:assert/strict";
import { startDev } from "./support/dev_process.ts";
import { makeGenerations } from "./support/generations.ts";

const SAVES = 50;
const REQUESTS_PER_SECOND = 200;

/** What came of the requests. */
interface Load {
  /** Keys whose write was acknowledged. */
  readonly stored: ReadonlySet<string>;
  /** The first words of all answers: who gave them. */
  readonly markers: ReadonlySet<string>;
  readonly failures: readonly string[];
}

/** Writes a new key so many times a second until it is told to stop. */
function startLoad(url: string): { stop(): Promise<Load> } {
  const stored = new Set<string>();
  const markers = new Set<string>();
  const failures: string[] = [];
  const underWay = new Set<Promise<void>>();
  const begun = performance.now();
  let count = 0;
  const store = async (key: string) => {
    try {
      const response = await fetch(url, {
        method: "POST",
        body: JSON.stringify({ key, value: key }),
      });
      const text = await response.text();
      const marker = /^\[in_memory\] (\w+) '(.+)'/.exec(text);
      if (response.status === 200 && marker?.[2] === key) {
        markers.add(marker[1]!);
        stored.add(key);
      } else failures.push(`${key}: ${response.status} ${text}`);
    } catch (error) {
      failures.push(`${key}: ${error}`);
    }
  };
  const timer = setInterval(() => {
    const due = (performance.now() - begun) / 1000 * REQUESTS_PER_SECOND;
    while (count < due) {
      const call = store(`key-${count++}`);
      underWay.add(call);
      call.then(() => underWay.delete(call));
    }
  }, 5);
  return {
    async stop() {
      clearInterval(timer);
      await Promise.all(underWay);
      return { stored, markers, failures };
    },
  };
}

Deno.test("50 saves under 200 requests a second fail no request and lose no key", async () => {
  await using project = await makeGenerations("rust_wit_bindgen");
  await using dev = await startDev({ args: ["--project", project.path] });
  const load = startLoad(dev.url);
  const generations = Array.from({ length: SAVES }, (_, index) => index + 1);
  for (const generation of generations) {
    await project.save(generation);
    const { changed } = await dev.event("swapped", generation);
    assert.deepEqual(changed, ["src/generation.txt"]);
  }
  const { stored, markers, failures } = await load.stop();
  assert.deepEqual(failures, []);
  const expected = [0, ...generations].map(project.marker);
  assert.deepEqual([...markers].sort(), expected);
  for (const key of stored) {
    const response = await fetch(`${dev.url}/?key=${key}`);
    assert.equal(await response.text(), `[in_memory] ${key}\n`);
  }
});

Deno.test("a save while the first build begins is built", async () => {
  await using project = await makeGenerations("hello");
  // Who saves is the first build itself, so that it is in time whatever the watch does.
  await Deno.writeTextFile(
    `${project.path}/save.sh`,
    "[ -e dist/saved ] || { touch dist/saved; printf 0001 > src/generation.txt; }\n",
  );
  await Deno.writeTextFile(
    `${project.path}/.wash/config.yaml`,
    "build: {command: sh build.sh && sh save.sh, component_path: dist/component.wasm}\n",
  );
  await using dev = await startDev({ args: ["--project", project.path] });
  const answer = async () => await (await fetch(dev.url)).text();
  // It ends the first build, unless that is over already.
  if (await answer() === `${project.marker(0)}\n`) await dev.event("swapped");
  assert.equal(await answer(), `${project.marker(1)}\n`);
});

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

Deno.test("each way of editors to save is one swap or one error", async (test) => {
  await using project = await makeGenerations("hello");
  const source = `${project.path}/src/generation.txt`;
  await using dev = await startDev({ args: ["--project", project.path] });
  const answer = async () => await (await fetch(dev.url)).text();
  let builds = 1;
  let swaps = 0;
  const steps: readonly {
    readonly name: string;
    readonly save: () => void;
    readonly generation?: number;
  }[] = [
    {
      name: "in place",
      save: () => Deno.writeTextFileSync(source, "0001"),
      generation: 1,
    },
    {
      name: "a new file that takes the old one's place",
      save() {
        Deno.writeTextFileSync(`${source}.tmp`, "0002");
        Deno.renameSync(`${source}.tmp`, source);
      },
      generation: 2,
    },
    {
      name: "removed and made again",
      save() {
        Deno.removeSync(source);
        Deno.writeTextFileSync(source, "0003");
      },
      generation: 3,
    },
    {
      name: "a file that the build needs is moved away",
      save: () =>
        Deno.renameSync(`${project.path}/build.sh`, `${project.path}/away.sh`),
    },
    {
      name: "and back, the folder with the source renamed and back",
      save() {
        Deno.renameSync(`${project.path}/src`, `${project.path}/source`);
        Deno.renameSync(`${project.path}/source`, `${project.path}/src`);
        Deno.writeTextFileSync(source, "0004");
        Deno.renameSync(`${project.path}/away.sh`, `${project.path}/build.sh`);
      },
      generation: 4,
    },
  ];
  for (const { name, save, generation } of steps) {
    await test.step(name, async () => {
      const before = await answer();
      save();
      builds++;
      if (generation === undefined) {
        await dev.event("build-failed");
        assert.equal(await answer(), before);
      } else {
        await dev.event("swapped", ++swaps);
        assert.equal(await answer(), `${project.marker(generation)}\n`);
        // What holds the same is no news, and what comes next is told alone.
        Deno.writeTextFileSync(source, Deno.readTextFileSync(source));
      }
    });
  }
  await project.save(5);
  const { changed } = await dev.event("swapped", ++swaps);
  assert.deepEqual(changed, ["src/generation.txt"]);
  const of = (name: string) =>
    dev.events.filter(({ event }) => event === name).length;
  assert.equal(of("build-started"), builds + 1);
  assert.equal(of("swapped"), swaps);
  assert.equal(of("build-failed"), 1);
  assert.deepEqual(await dev.stop(), { code: 0, signal: null, stderr: "" });
});

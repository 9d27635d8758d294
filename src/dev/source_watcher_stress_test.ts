import { deepStrictEqual } from "node:assert/strict";
import { dirname } from "node:path";
import { Project } from "./watch/_project.ts";

/** Random operations; another seed by `WHARF_PROPERTY_SEED`. */
const OPERATIONS = 2000;
const SEED = Number(Deno.env.get("WHARF_PROPERTY_SEED") ?? 1);

const FOLDERS = ["src", "src/a", "src/a/b", "src/c", "lib", "lib/d", "lib/d/e"];
const NAMES = ["1.ts", "2.ts", "3.ts", "4.ts", "x.gen.ts", "y.log"];
const IGNORED = ["node_modules/m", "target", "dist", "src/a/target", "gen"];

Deno.test(`next() tells all that ${OPERATIONS} random operations changed (seed ${SEED})`, async () => {
  const random = makeRandom(SEED);
  const pick = <T>(values: readonly T[]): T =>
    values[Math.floor(random() * values.length)]!;
  await using project = new Project({ ".gitignore": "*.gen.ts\n*.log\n" });
  for (const folder of [...FOLDERS, ...IGNORED]) {
    for (const name of NAMES) project.write(`${folder}/${name}`, "0");
  }
  await project.watch({ outputs: [project.at("gen")] });
  const before = contents(project);
  const told = new Set<string>();

  const file = () => `${pick(FOLDERS)}/${pick(NAMES)}`;
  const text = () => `${Math.floor(random() * 3)}`;
  const operations: readonly (() => void)[] = [
    () => project.write(file(), text()),
    () => project.write(file(), text()),
    () => project.save(file(), text()),
    () => project.save(file(), text()),
    () => project.remove(file()),
    () => project.remove(file()),
    () => project.move(file(), file()),
    () => Deno.utimeSync(project.at(file()), new Date(), new Date()),
    () => project.write(`${pick(IGNORED)}/${pick(NAMES)}`, text()),
    () => project.remove(pick(FOLDERS)),
    () => project.move(pick(FOLDERS), pick(FOLDERS)),
    () => {
      const [from, to] = [pick(FOLDERS), pick(FOLDERS)];
      project.move(from, "elsewhere~");
      Deno.mkdirSync(dirname(project.at(to)), { recursive: true });
      project.move("elsewhere~", to);
    },
    () => Deno.mkdirSync(project.at(pick(FOLDERS)), { recursive: true }),
  ];
  for (let count = 0; count < OPERATIONS; count++) {
    try {
      pick(operations)();
    } catch (error) {
      // What is to be moved or removed may not be there, or stand in the way.
      if (!(error instanceof Error && "code" in error)) throw error;
    }
    // Others get a turn now and then, so that looks fall between the operations.
    if (random() < 0.1) await Deno.stat(project.path);
    if (random() < 0.01) {
      for (const name of await project.rest()) told.add(name);
    }
  }

  const after = contents(project);
  const changed = [...new Set([...before.keys(), ...after.keys()])]
    .filter((name) => before.get(name) !== after.get(name))
    .filter((name) => !isIgnored(name) && name !== "marker");
  const left = changed.filter((name) => !told.has(name));
  for (const name of await project.until(...left)) told.add(name);
  for (const name of await project.rest()) told.add(name);
  deepStrictEqual([...told].filter(isIgnored), []);

  // It still hears of every folder.
  const files = FOLDERS.map((folder) => `${folder}/1.ts`);
  for (const name of files) project.write(name, "done");
  await project.until(...files);
  for (const name of files) {
    project.write(name, "really done");
    await project.until(name);
  }
});

function isIgnored(name: string): boolean {
  return /\.gen\.ts$|\.log$|~|\.new$/.test(name) ||
    /(^|\/)(node_modules|target|dist|gen)\//.test(name);
}

/** The files of a project, by name. */
function contents(project: Project, folder = ""): Map<string, string> {
  const files = new Map<string, string>();
  for (const { name, isDirectory } of Deno.readDirSync(project.at(folder))) {
    const path = folder === "" ? name : `${folder}/${name}`;
    if (isDirectory) {
      for (const entry of contents(project, path)) files.set(...entry);
    } else {
      files.set(path, Deno.readTextFileSync(project.at(path)));
    }
  }
  return files;
}

/** Numbers below one that are the same for the same seed. */
function makeRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { Project } from "./watch/_project.ts";

Deno.test("next() leaves out what three builds in a row changed, until it changes otherwise", async () => {
  await using project = new Project({ "src/gen.ts": "0" });
  const watcher = await project.watch();
  for (const build of [1, 2]) {
    watcher.buildBegins();
    project.write("src/gen.ts", `build ${build}`);
    watcher.buildEnds();
    deepStrictEqual(await project.next(), ["src/gen.ts"]);
  }
  for (const build of [3, 4]) {
    watcher.buildBegins();
    project.write("src/gen.ts", `build ${build}`);
    deepStrictEqual(await project.rest(), []);
    watcher.buildEnds();
  }
  strictEqual(project.warnings.length, 1);
  const [warning = ""] = project.warnings.splice(0);
  strictEqual(
    warning,
    `Cannot take "src/gen.ts" for a source: each of three builds in a row changed it; name it in "dev.watch.exclude", or change it while nothing is built`,
  );
  writtenOutsideBuild(project, "src/gen.ts");
  deepStrictEqual(await project.next(), ["src/gen.ts"]);
});

Deno.test("next() leaves nothing out that a build changed only now and then", async () => {
  await using project = new Project({ "a.ts": "0" });
  const watcher = await project.watch();
  for (let build = 1; build <= 8; build++) {
    watcher.buildBegins();
    if (build % 3 !== 0) project.write("a.ts", `build ${build}`);
    watcher.buildEnds();
    if (build % 3 !== 0) deepStrictEqual(await project.next(), ["a.ts"]);
  }
});

Deno.test("next() tells changes where the system watches nothing, with a warning", async () => {
  await using project = new Project({ "src/a.ts": "1", "b.ts": "1" });
  await project.watch({}, () => {
    // As Deno throws it when max_user_watches is reached.
    throw new Error("OS file watch limit reached.");
  });
  strictEqual(project.warnings.length, 1);
  match(project.warnings.splice(0)[0]!, /fs\.inotify\.max_user_watches/);
  project.write("src/a.ts", "2");
  project.remove("b.ts");
  project.write("src/new/c.ts", "1");
  const names = ["b.ts", "src/a.ts", "src/new/c.ts"];
  deepStrictEqual(await project.until(...names), names);
});

Deno.test("next() tells changes when the system watches no folder more", async () => {
  await using project = new Project({ "src/a.ts": "1" });
  let calls = 0;
  await project.watch({}, (paths, options) => {
    if (++calls > 1) throw new Error("OS file watch limit reached.");
    return Deno.watchFs(paths, options);
  });
  project.write("src/new/b.ts", "1");
  deepStrictEqual(await project.until("src/new/b.ts"), ["src/new/b.ts"]);
  strictEqual(project.warnings.splice(0).length, 1);
  project.write("src/new/b.ts", "2");
  deepStrictEqual(await project.next(), ["src/new/b.ts"]);
});

Deno.test("next() tells what is lost when too much happens at once", async () => {
  await using project = new Project({ "src/a.ts": "1", "src/b.ts": "1" });
  await project.watch(
    {},
    (paths, options) =>
      lossy(Deno.watchFs(paths, options), (path) => path.endsWith("/b.ts")),
  );
  project.write("src/b.ts", "2");
  for (let at = 0; at < 16; at++) project.write("src/a.ts", `${at}`);
  deepStrictEqual(await project.until("src/a.ts", "src/b.ts"), [
    "src/a.ts",
    "src/b.ts",
  ]);
});

Deno.test("next() tells what is made in a new folder before its watch stands", async () => {
  await using project = new Project({ "src/a.ts": "1" });
  let wasLate = false;
  await project.watch({}, (paths, options) => {
    if (paths.includes(project.at("src/new")) && !wasLate) {
      // The folder has been looked at, and is not watched yet.
      wasLate = true;
      project.write("src/new/late.ts", "1");
    }
    return Deno.watchFs(paths, options);
  });
  project.write("src/new/b.ts", "1");
  await project.until("src/new/b.ts", "src/new/late.ts");
  strictEqual(wasLate, true);
});

Deno.test("next() tells of a folder that was made again when its end went unheard", async () => {
  await using project = new Project({ "src/a.ts": "1", "src/in/b.ts": "1" });
  const folder = project.at("src/in");
  await project.watch(
    {},
    (paths, options) =>
      lossy(
        Deno.watchFs(paths, options),
        (path, kind) => path === folder && kind !== "create",
      ),
  );
  project.remove("src/in");
  project.write("src/in/b.ts", "2");
  deepStrictEqual(await project.next(), ["src/in/b.ts"]);
  project.write("src/in/b.ts", "3");
  deepStrictEqual(await project.next(), ["src/in/b.ts"]);
});

/** A watcher that never tells of some paths, like one whose queue was full. */
function lossy(
  watcher: Deno.FsWatcher,
  isLost: (path: string, kind: Deno.FsEvent["kind"]) => boolean,
): Deno.FsWatcher {
  const events = async function* () {
    for await (const event of watcher) {
      const { paths, kind } = event;
      if (!paths.some((path) => isLost(path, kind))) yield event;
    }
  };
  return Object.assign(Object.create(watcher), {
    close: () => watcher.close(),
    [Symbol.asyncIterator]: events,
  });
}

/** Writes a file with a time that is surely after the last build. */
function writtenOutsideBuild(project: Project, name: string): void {
  project.write(`${name}~`, "by hand");
  const later = new Date(Date.now() + 60_000);
  Deno.utimeSync(project.at(`${name}~`), later, later);
  project.move(`${name}~`, name);
}

import { deepStrictEqual, rejects } from "node:assert/strict";
import { join } from "node:path";
import { watchSources } from "./source_watcher.ts";
import { Project } from "./watch/_project.ts";

Deno.test("next() tells a file that was written, made, or removed", async () => {
  await using project = new Project({ "src/a.ts": "1", "src/b.ts": "1" });
  await project.watch();
  project.write("src/a.ts", "2");
  deepStrictEqual(await project.next(), ["src/a.ts"]);
  project.write("src/c.ts", "1");
  deepStrictEqual(await project.next(), ["src/c.ts"]);
  project.remove("src/b.ts");
  deepStrictEqual(await project.next(), ["src/b.ts"]);
});

Deno.test("next() tells changes that were made before it was called", async () => {
  await using project = new Project({ "a.ts": "1", "b.ts": "1" });
  const watcher = await project.watch();
  const leaving = new AbortController();
  const left = watcher.next(leaving.signal);
  leaving.abort(new Error("enough"));
  await rejects(left, /enough/);
  project.write("a.ts", "2");
  project.write("b.ts", "2");
  deepStrictEqual(await project.until("a.ts", "b.ts"), ["a.ts", "b.ts"]);
});

Deno.test("next() rejects with the reason of a signal that is aborted already", async () => {
  await using project = new Project();
  const watcher = await project.watch();
  await rejects(
    watcher.next(AbortSignal.abort(new RangeError("gone"))),
    RangeError,
  );
});

Deno.test("next() rejects when the watcher is disposed", async () => {
  await using project = new Project();
  const watcher = await project.watch();
  const told = rejects(watcher.next(new AbortController().signal), {
    name: "AbortError",
  });
  await watcher[Symbol.asyncDispose]();
  await told;
  await rejects(watcher.next(new AbortController().signal), {
    name: "AbortError",
  });
});

Deno.test("watchSources() can be disposed before it stands", async () => {
  const project = new Project({ "src/a.ts": "1" });
  const watcher = watchSources({
    project: project.path,
    include: [],
    exclude: [],
    outputs: [],
    files: [],
    sources: true,
    warn: () => {},
  });
  await watcher[Symbol.asyncDispose]();
  await watcher.ready;
  await project[Symbol.asyncDispose]();
});

Deno.test("next() tells a file that is replaced by a rename, and not its draft", async () => {
  await using project = new Project({ "src/a.ts": "1" });
  await project.watch();
  project.save("src/a.ts", "2");
  deepStrictEqual(await project.next(), ["src/a.ts"]);
  project.save("src/a.ts", "3");
  deepStrictEqual(await project.next(), ["src/a.ts"]);
});

Deno.test("next() tells nothing of a file whose content is what it was", async () => {
  await using project = new Project({ "a.ts": "1", "b.ts": "1" });
  await project.watch();
  project.write("a.ts", "1");
  project.save("b.ts", "1");
  Deno.utimeSync(project.at("b.ts"), 1, 1);
  Deno.chmodSync(project.at("a.ts"), 0o600);
  deepStrictEqual(await project.rest(), []);
});

Deno.test("next() tells the first touch of an old file, and no other", async () => {
  await using project = new Project({ "a.ts": "1" });
  project.age("a.ts");
  await project.watch();
  Deno.utimeSync(project.at("a.ts"), 1, 1);
  deepStrictEqual(await project.next(), ["a.ts"]);
  Deno.utimeSync(project.at("a.ts"), 2, 2);
  deepStrictEqual(await project.rest(), []);
});

Deno.test("buildBegins() has old files read, so that their first touch is none", async () => {
  await using project = new Project({ "a.ts": "1", "b.ts": "1" });
  project.age("a.ts", "b.ts");
  const watcher = await project.watch();
  watcher.buildBegins();
  // Told after the files were read.
  project.write("b.ts", "2");
  deepStrictEqual(await project.next(), ["b.ts"]);
  project.write("a.ts", "1");
  deepStrictEqual(await project.rest(), []);
});

Deno.test("next() tells a new content of the same size and time", async () => {
  await using project = new Project({ "a.ts": "1" });
  await project.watch();
  const { mtime } = Deno.statSync(project.at("a.ts"));
  project.write("a.ts", "2");
  Deno.utimeSync(project.at("a.ts"), mtime!, mtime!);
  deepStrictEqual(await project.next(), ["a.ts"]);
});

Deno.test("next() tells a large file by its size and time", async () => {
  await using project = new Project({ "data.bin": "x".repeat(2 ** 20 + 1) });
  await project.watch();
  project.write("data.bin", "y".repeat(2 ** 20 + 1));
  deepStrictEqual(await project.next(), ["data.bin"]);
});

Deno.test("next() tells the files of folders that are made, moved in, and moved", async () => {
  await using outside = new Project({ "deep/er/x.ts": "1", "deep/y.ts": "1" });
  await using project = new Project({ "src/a.ts": "1" });
  await project.watch();
  project.write("src/new/er/b.ts", "1");
  deepStrictEqual(await project.next(), ["src/new/er/b.ts"]);
  Deno.renameSync(outside.at("deep"), project.at("src/in"));
  deepStrictEqual(await project.next(), ["src/in/er/x.ts", "src/in/y.ts"]);
  project.write("src/in/er/x.ts", "2");
  deepStrictEqual(await project.next(), ["src/in/er/x.ts"]);
  project.move("src/in", "src/on");
  deepStrictEqual(
    await project.until("src/in/er/x.ts", "src/on/er/x.ts", "src/on/y.ts"),
    ["src/in/er/x.ts", "src/in/y.ts", "src/on/er/x.ts", "src/on/y.ts"],
  );
  project.write("src/on/er/x.ts", "3");
  deepStrictEqual(await project.next(), ["src/on/er/x.ts"]);
});

Deno.test("next() tells of a folder that is removed, and made again, at once or later", async () => {
  await using project = new Project({ "src/in/a.ts": "1" });
  await project.watch();
  for (let round = 1; round <= 5; round++) {
    project.remove("src/in");
    project.write("src/in/a.ts", `at once ${round}`);
    deepStrictEqual(await project.next(), ["src/in/a.ts"]);
    project.write("src/in/a.ts", `in it ${round}`);
    deepStrictEqual(await project.next(), ["src/in/a.ts"]);
    project.remove("src/in");
    deepStrictEqual(await project.next(), ["src/in/a.ts"]);
    project.write("src/in/a.ts", `later ${round}`);
    deepStrictEqual(await project.next(), ["src/in/a.ts"]);
    project.write("src/in/a.ts", `in it, later ${round}`);
    deepStrictEqual(await project.next(), ["src/in/a.ts"]);
  }
});

Deno.test("next() tells of a folder that another one has taken the place of", async () => {
  await using project = new Project({ "a/x.ts": "a", "b/x.ts": "b" });
  await project.watch();
  project.move("a", "c");
  project.move("b", "a");
  project.move("c", "b");
  await project.until("a/x.ts", "b/x.ts");
  project.write("a/x.ts", "new a");
  deepStrictEqual(await project.next(), ["a/x.ts"]);
  project.write("b/x.ts", "new b");
  deepStrictEqual(await project.next(), ["b/x.ts"]);
});

Deno.test("next() tells all of many files that change at once", async () => {
  const names = Array.from(
    { length: 1000 },
    (_, at) => `src/${at % 40}/${at}.ts`,
  );
  await using project = new Project(
    Object.fromEntries(names.map((name) => [name, "1"])),
  );
  await project.watch();
  for (const name of names) project.save(name, "2");
  deepStrictEqual(await project.until(...names), names.toSorted());
});

Deno.test("next() tells a file that a folder has taken the place of, and the reverse", async () => {
  await using project = new Project({ "a": "1", "b/c.ts": "1" });
  await project.watch();
  project.remove("a");
  project.write("a/d.ts", "1");
  deepStrictEqual(await project.until("a", "a/d.ts"), ["a", "a/d.ts"]);
  project.remove("b");
  project.write("b", "1");
  deepStrictEqual(await project.until("b", "b/c.ts"), ["b", "b/c.ts"]);
});

Deno.test("next() follows no link to a folder, and tells when a link leads elsewhere", async () => {
  await using outside = new Project({ "x.ts": "1" });
  await using project = new Project({ "src/a.ts": "1", "src/b.ts": "1" });
  Deno.symlinkSync("..", project.at("src/cycle"));
  Deno.symlinkSync(outside.path, project.at("src/outside"));
  Deno.symlinkSync("a.ts", project.at("src/file.ts"));
  await project.watch();
  outside.write("x.ts", "2");
  outside.write("z.ts", "1");
  deepStrictEqual(await project.rest(), []);
  project.remove("src/file.ts");
  Deno.symlinkSync("b.ts", project.at("src/file.ts"));
  deepStrictEqual(await project.next(), ["src/file.ts"]);
});

Deno.test("watchSources() takes a project by a path with a link in it", async () => {
  await using outside = new Project();
  await using project = new Project({ "src/a.ts": "1" });
  const link = outside.at("link");
  Deno.symlinkSync(project.path, link);
  const watcher = await project.watch({ project: link });
  project.write("src/a.ts", "2");
  deepStrictEqual(await watcher.next(AbortSignal.timeout(20_000)), [
    join(link, "src/a.ts"),
  ]);
  project.write("src/new/b.ts", "1");
  deepStrictEqual(await watcher.next(AbortSignal.timeout(20_000)), [
    join(link, "src/new/b.ts"),
  ]);
});

Deno.test("next() tells of a project that is removed and comes back", async () => {
  await using above = new Project({ "app/src/a.ts": "1" });
  await above.watch({ project: above.at("app") });
  above.remove("app");
  deepStrictEqual(await above.next(), ["app/src/a.ts"]);
  above.write("app/src/a.ts", "2");
  deepStrictEqual(await above.next(), ["app/src/a.ts"]);
  above.write("app/src/a.ts", "3");
  deepStrictEqual(await above.next(), ["app/src/a.ts"]);
});

Deno.test("next() tells what is changed while a build runs", async () => {
  await using project = new Project({ "a.ts": "1" });
  const watcher = await project.watch();
  watcher.buildBegins();
  project.write("a.ts", "2");
  deepStrictEqual(await project.next(), ["a.ts"]);
  watcher.buildEnds();
});

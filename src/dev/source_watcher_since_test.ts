import { deepStrictEqual } from "node:assert/strict";
import { Project } from "./watch/_project.ts";

/** Seconds from now: far enough from what the clocks of file systems are wrong by. */
function inSeconds(seconds: number): number {
  return Date.now() + seconds * 1000;
}

/** Makes it seem that files were written a minute from now. */
function writeLater(project: Project, ...names: string[]) {
  const then = new Date(inSeconds(60));
  for (const name of names) Deno.utimeSync(project.at(name), then, then);
}

Deno.test("next() tells what was written before the watch stood, and after the time given", async () => {
  await using project = new Project({ "src/a.ts": "1", "b.ts": "1" });
  writeLater(project, "src/a.ts");
  await project.watch({ since: inSeconds(30) });
  deepStrictEqual(await project.next(), ["src/a.ts"]);
  deepStrictEqual(await project.rest(), []);
});

Deno.test("next() tells what was moved before the watch stood, however old it is", async () => {
  await using project = new Project({ "beside/a.ts": "1" });
  project.age("beside/a.ts");
  project.move("beside/a.ts", "a.ts");
  await project.watch({ since: inSeconds(-30) });
  deepStrictEqual(await project.next(), ["a.ts"]);
});

Deno.test("next() tells single files and links that were changed before the watch stood", async () => {
  await using project = new Project({ "a.ts": "1", "b.ts": "1" });
  Deno.symlinkSync("a.ts", project.at("link"));
  writeLater(project, "a.ts");
  await project.watch({
    since: inSeconds(30),
    sources: false,
    files: ["a.ts", "b.ts", "link", "none"].map((name) => project.at(name)),
  });
  deepStrictEqual(await project.next(), ["a.ts", "link"]);
});

Deno.test("look() tells at once what has changed, and next() not again", async () => {
  await using project = new Project({ "a.ts": "1", "b.ts": "1" });
  const watcher = await project.watch();
  project.write("a.ts", "2");
  project.remove("b.ts");
  deepStrictEqual(await watcher.look(), [
    project.at("a.ts"),
    project.at("b.ts"),
  ]);
  deepStrictEqual(await watcher.look(), []);
  deepStrictEqual(await project.rest(), []);
});

Deno.test("next() tells a folder of single files when one comes, goes or changes", async () => {
  await using project = new Project({ "a.ts": "1", "secrets/a": "1" });
  await project.watch({ sources: false, files: [project.at("secrets")] });
  project.write("secrets/b", "1");
  deepStrictEqual(await project.next(), ["secrets"]);
  project.remove("secrets/a");
  deepStrictEqual(await project.next(), ["secrets"]);
});

Deno.test("next() tells a single file that another may read since", async () => {
  await using project = new Project({ "secret": "1" });
  Deno.chmodSync(project.at("secret"), 0o644);
  await project.watch({ sources: false, files: [project.at("secret")] });
  Deno.chmodSync(project.at("secret"), 0o600);
  deepStrictEqual(await project.next(), ["secret"]);
});

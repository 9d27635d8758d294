import { deepStrictEqual } from "node:assert/strict";
import { Project } from "./watch/_project.ts";

Deno.test("next() tells nothing of tools' folders, outputs, and editors' files", async () => {
  await using project = new Project({ "src/a.ts": "1" });
  await project.watch({
    outputs: [project.at("gen"), project.at("app.wasm")],
  });
  for (
    const name of ["gen/x.ts", "gen/in/x.ts", "app.wasm", "src/4913"]
      .concat("src/.a.ts.swp", "src/a.ts~", "src/.#a.ts", "node_modules/m/i.js")
      .concat("target/x", "dist/x.js", ".git/HEAD", ".wash/config.yaml")
      .concat("lib/target/x", ".wharf/cache/x", "build/x")
  ) {
    project.write(name, "1");
    project.write(name, "2");
  }
  deepStrictEqual(await project.rest(), []);
});

Deno.test("next() keeps to gitignore files, and follows their changes", async () => {
  await using project = new Project({
    ".gitignore": "*.log\n/local\n!keep.log\n",
    "src/.gitignore": "gen.*\n!gen.kept.ts\n",
    "src/gen.ts": "1",
    ".git/info/exclude": "mine.ts\n",
  });
  await project.watch();
  project.write("a.log", "1");
  project.write("src/gen.ts", "2");
  project.write("src/deep/gen.js", "1");
  project.write("local/x.ts", "1");
  project.write("src/mine.ts", "1");
  deepStrictEqual(await project.rest(), []);
  project.write("keep.log", "1");
  deepStrictEqual(await project.next(), ["keep.log"]);
  project.write("src/gen.kept.ts", "1");
  deepStrictEqual(await project.next(), ["src/gen.kept.ts"]);
  // What is no longer left out is no news; what happens to it then is.
  project.write("src/.gitignore", "other\n");
  deepStrictEqual(await project.rest(), []);
  project.write("src/gen.ts", "3");
  deepStrictEqual(await project.next(), ["src/gen.ts"]);
  project.write(".git/info/exclude", "\n");
  deepStrictEqual(await project.rest(), []);
  project.write("src/mine.ts", "2");
  deepStrictEqual(await project.next(), ["src/mine.ts"]);
});

Deno.test("next() keeps to the gitignore files of the repository above", async () => {
  await using repository = new Project({
    ".git/HEAD": "",
    ".gitignore": "*.log\n/apps\n",
    "apps/mine/a.ts": "1",
  });
  await repository.watch({ project: repository.at("apps/mine") });
  repository.write("apps/mine/a.log", "1");
  repository.write("apps/mine/a.ts", "2");
  deepStrictEqual(await repository.next(), ["apps/mine/a.ts"]);
  repository.write(".gitignore", "");
  repository.write("apps/mine/b.ts", "1");
  deepStrictEqual(await repository.next(), ["apps/mine/b.ts"]);
  repository.write("apps/mine/a.log", "2");
  deepStrictEqual(await repository.next(), ["apps/mine/a.log"]);
});

Deno.test("include adds what would be left out, and exclude wins", async () => {
  await using project = new Project({
    ".gitignore": "vendor/\n*.gen.ts\n",
    "node_modules/mine/a.js": "1",
    "node_modules/other/a.js": "1",
  });
  await project.watch({
    include: ["node_modules/mine/**", "vendor/", "a.gen.ts"],
    exclude: ["*.md", "vendor/big/"],
  });
  project.write("node_modules/other/a.js", "2");
  project.write("README.md", "1");
  project.write("vendor/big/a.c", "1");
  project.write("vendor/README.md", "1");
  project.write("b.gen.ts", "1");
  deepStrictEqual(await project.rest(), []);
  project.write("node_modules/mine/a.js", "2");
  deepStrictEqual(await project.next(), ["node_modules/mine/a.js"]);
  project.write("vendor/small/a.c", "1");
  deepStrictEqual(await project.next(), ["vendor/small/a.c"]);
  project.write("src/a.gen.ts", "1");
  deepStrictEqual(await project.next(), ["src/a.gen.ts"]);
});

Deno.test("files count wherever they lie, whether they are there or not", async () => {
  await using outside = new Project({ "real/seed.yaml": "1" });
  Deno.symlinkSync(outside.at("real/seed.yaml"), outside.at("seed.yaml"));
  await using project = new Project({ ".gitignore": "*\n" });
  const watcher = await project.watch({
    files: [
      project.at(".wash/config.yaml"),
      outside.at("missing/deep/a.yaml"),
      outside.at("seed.yaml"),
    ],
    exclude: ["*"],
  });
  const next = () => watcher.next(AbortSignal.timeout(20_000));
  project.write(".wash/config.yaml", "1");
  deepStrictEqual(await next(), [project.at(".wash/config.yaml")]);
  project.save(".wash/config.yaml", "2");
  deepStrictEqual(await next(), [project.at(".wash/config.yaml")]);
  outside.write("missing/deep/a.yaml", "1");
  deepStrictEqual(await next(), [outside.at("missing/deep/a.yaml")]);
  outside.remove("missing");
  deepStrictEqual(await next(), [outside.at("missing/deep/a.yaml")]);
  outside.write("real/seed.yaml", "2");
  deepStrictEqual(await next(), [outside.at("seed.yaml")]);
});

Deno.test("sources: false watches nothing but files", async () => {
  await using project = new Project({ "a.ts": "1", "b.wasm": "1" });
  await project.watch({ sources: false, files: [project.at("b.wasm")] });
  project.write("a.ts", "2");
  project.write("src/a.ts", "2");
  project.write("b.wasm", "2");
  deepStrictEqual(await project.next(), ["b.wasm"]);
});

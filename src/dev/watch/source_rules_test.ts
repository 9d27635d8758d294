import { strictEqual } from "node:assert/strict";
import { parsePatterns } from "./patterns.ts";
import { FolderRules, type Verdict } from "./source_rules.ts";

interface Case {
  readonly name: string;
  readonly include?: readonly string[];
  readonly exclude?: readonly string[];
  readonly outputs?: readonly string[];
  /** Texts of gitignore files, by folder. */
  readonly gitignore?: Readonly<Record<string, string>>;
  /** Paths, those of folders with a slash at their end, and what they are. */
  readonly paths: Readonly<Record<string, Verdict | "unreached">>;
}

const CASES: readonly Case[] = [
  {
    name: "usual habits",
    paths: {
      "src/main.rs": "source",
      "src/build/x.ts": "source",
      "Cargo.lock": "source",
      ".cargo/config.toml": "source",
      "target/": "none",
      "crates/a/target/": "none",
      "build/": "none",
      "node_modules/": "none",
      "node_modules/a/x.js": "unreached",
      ".git": "none",
      "src/4913": "none",
      "src/.main.rs.swp": "none",
      "src/main.rs~": "none",
      "src/.#main.rs": "none",
      "src/#main.rs#": "none",
    },
  },
  {
    name: "gitignore files, the nearest first",
    gitignore: {
      "": "b\n*.log\n/top\ndir/\n",
      "a/": "!b\n!keep.log\n",
      "a/b/": "*.log\n",
    },
    paths: {
      "b/": "none",
      "c/b": "none",
      "a/b/": "source",
      // Git does not ask about `a/b` again for what is in it.
      "a/b/c.txt": "source",
      "a/b/deep/b/": "source",
      "a/b/keep.log": "none",
      "a/keep.log": "source",
      "a/x.log": "none",
      "top": "none",
      "a/top": "source",
      "dir": "source",
      "dir/": "none",
    },
  },
  {
    name: "a folder that is kept, and patterns that match what is in it",
    gitignore: {
      "": "a/**\n/c/x*\n!a/\n",
      "a/": "!*/\n",
      "c/": "!*/\n",
    },
    paths: {
      "a/": "source",
      "a/x.ts": "none",
      "a/b/": "source",
      "a/b/x.ts": "none",
      "c/x.ts": "none",
      "c/x [1]/": "source",
      "c/x [1]/y.ts": "source",
    },
  },
  {
    name: "a gitignore file that names what it does not ignore",
    gitignore: { "": "*\n!*/\n!*.ts\n" },
    paths: { "a.ts": "source", "src/a.ts": "source", "src/a.js": "none" },
  },
  {
    name: "a gitignore file against the usual habits",
    gitignore: { "": "!dist/\n!node_modules/\n" },
    paths: { "dist/a.ts": "source", "node_modules/": "none" },
  },
  {
    name: "include and exclude",
    include: ["node_modules/mine/**", "/vendor/*/gen.ts", "dist", "!dist/no"],
    exclude: ["*.md", "src/old/", "!src/old/keep"],
    gitignore: { "": "vendor/\n*.gen\n" },
    paths: {
      "node_modules/": "way",
      "node_modules/mine/": "way",
      "node_modules/mine/a.js": "source",
      "node_modules/mine/node_modules/": "source",
      "node_modules/other/": "none",
      "node_modules/a.js": "none",
      "vendor/": "way",
      "vendor/a/": "way",
      "vendor/a/gen.ts": "source",
      "vendor/a/b.ts": "none",
      "lib/dist/": "source",
      "lib/dist/x.ts": "source",
      "README.md": "none",
      "node_modules/mine/README.md": "none",
      "src/old/": "none",
      "src/a.gen": "none",
    },
  },
  {
    name: "outputs, whatever is included",
    include: ["gen"],
    outputs: ["/project/gen/out", "/project/app.wasm"],
    paths: {
      "gen/": "source",
      "gen/out/": "none",
      "app.wasm": "none",
      "src/app.wasm": "source",
    },
  },
  {
    name: "upper and lower case",
    gitignore: { "": "Build.log\n" },
    paths: { "Build.log": "none" },
  },
];

for (const { name, paths, ...options } of CASES) {
  Deno.test(`judge() keeps to ${name}`, () => {
    for (const [path, verdict] of Object.entries(paths)) {
      strictEqual(verdictOf(path, options), verdict, path);
    }
  });
}

/** Walks to a path as a scan does. */
function verdictOf(
  path: string,
  options: Omit<Case, "name" | "paths">,
): Verdict | "unreached" {
  const { include = [], exclude = [], outputs = [], gitignore = {} } = options;
  const ruled = (rules: FolderRules, folder: string) => {
    const text = gitignore[folder];
    return text === undefined ? rules : rules.with(parsePatterns(text));
  };
  let rules = ruled(
    FolderRules.ofProject({
      project: "/project",
      include,
      exclude,
      outputs,
      outer: [],
    }),
    "",
  );
  const names = path.replace(/\/$/, "").split("/");
  const last = names.pop()!;
  let folder = "";
  for (const name of names) {
    if (rules.judge(name, true) === "none") return "unreached";
    folder += `${name}/`;
    rules = ruled(rules.enter(name), folder);
  }
  return rules.judge(last, path.endsWith("/"));
}

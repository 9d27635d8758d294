/**
 * Lint rules of this project: which room may import which. ARCHITECTURE.md draws the same
 * table.
 *
 * @module
 */

/** Files of another room that may be imported: all, or some by name. */
type Allowed = "all" | readonly string[];

/** Files that every room may import: they know none. */
const OPEN: ReadonlySet<string> = new Set(["log", "nearest", "tee_log"]);

/** Each room, and what it may import of the others. */
const ROOMS: Readonly<Record<string, Readonly<Record<string, Allowed>>>> = {
  blobstore: {},
  config: {},
  keyvalue: {},
  runtime: {},
  transpile: { runtime: "all" },
  wasi: { runtime: "all", blobstore: ["store.ts"], keyvalue: ["store.ts"] },
  lane: {
    runtime: "all",
    blobstore: "all",
    keyvalue: ["store.ts"],
    wasi: ["mod.ts"],
  },
  assemble: {
    blobstore: "all",
    config: ["mod.ts"],
    keyvalue: "all",
    lane: "all",
    runtime: "all",
    transpile: "all",
    wasi: ["mod.ts"],
  },
  // What is deployed listens, and does not read YAML.
  front: { config: ["address.ts", "mod.ts"], runtime: "all" },
  explorer: { keyvalue: "all", runtime: "all" },
  dev: {
    assemble: "all",
    config: ["mod.ts"],
    explorer: ["api.ts", "journal.ts", "mod.ts", "project.ts"],
    front: ["certificate.ts", "mod.ts", "project_door.ts"],
    keyvalue: ["store.ts"],
    runtime: "all",
    transpile: "all",
  },
  deploy: {
    assemble: "all",
    config: ["mod.ts"],
    front: ["mod.ts", "project_door.ts"],
    keyvalue: ["store.ts"],
    runtime: "all",
    transpile: "all",
  },
  serve: {
    assemble: "all",
    config: ["mod.ts"],
    front: ["certificate.ts", "mod.ts", "project_door.ts"],
    runtime: "all",
  },
  cli: {
    assemble: "all",
    config: ["mod.ts"],
    deploy: "all",
    dev: "all",
    explorer: ["api.ts"],
    front: ["mod.ts", "project_door.ts"],
    keyvalue: "all",
    runtime: "all",
    serve: "all",
    transpile: "all",
  },
  main: { cli: "all" },
};

/** Where a file stands: its room and its path in it. */
interface Place {
  readonly room: string;
  readonly file: string;
}

/** The place of a file by its path; `undefined` for what is in no room, tests among it. */
export function placeOf(path: string): Place | undefined {
  const normalized = path.replaceAll("\\", "/");
  if (normalized.endsWith("/main.ts") && !normalized.includes("/src/")) {
    return { room: "main", file: "main.ts" };
  }
  const match = /\/src\/(?:([\w-]+)\/)?(.+\.tsx?)$/.exec(normalized);
  if (match === null) return undefined;
  const [, room, file = ""] = match;
  return { room: room ?? file.replace(/\.ts$/, ""), file };
}

/** What is wrong with an import, if anything. */
export function importProblem(
  importer: string,
  specifier: string,
): string | undefined {
  const from = placeOf(importer);
  if (
    from === undefined || importer.endsWith("_test.ts") ||
    !specifier.startsWith(".")
  ) {
    return undefined;
  }
  const to = placeOf(new URL(specifier, `file://${importer}`).pathname);
  if (to === undefined || to.room === from.room || OPEN.has(to.room)) {
    return undefined;
  }
  const allowed = ROOMS[from.room]?.[to.room];
  if (allowed === "all" || allowed?.includes(to.file)) return undefined;
  return allowed === undefined
    ? `The room "${from.room}" may not import the room "${to.room}"`
    : `The room "${from.room}" may import of "${to.room}" only ${
      allowed.join(", ")
    }`;
}

const plugin: Deno.lint.Plugin = {
  name: "rooms",
  rules: {
    "import-direction": {
      create(context) {
        const check = (source: Deno.lint.Node | null | undefined) => {
          if (source?.type !== "Literal" || typeof source.value !== "string") {
            return;
          }
          const message = importProblem(context.filename, source.value);
          if (message !== undefined) context.report({ node: source, message });
        };
        return {
          ImportDeclaration: (node) => check(node.source),
          ExportNamedDeclaration: (node) => check(node.source),
          ExportAllDeclaration: (node) => check(node.source),
          ImportExpression: (node) => check(node.source),
        };
      },
    },
  },
};

export default plugin;

/**
 * A new project: a copy of a template that this Wharf serves.
 *
 * @module
 */

import { basename, dirname, join, relative, resolve, sep } from "node:path";
import { UsageError } from "../command.ts";

const CONFIG = join(".wash", "config.yaml");
const SCHEMA = join("schema", "wharf-config.schema.json");

/** What builds leave in a template's folder. */
const BUILD_OUTPUT = new Set([
  "dist",
  ".wharf",
  "node_modules",
  "target",
  "__pycache__",
]);

/** What {@linkcode newProject} needs to know. */
export interface NewProjectOptions {
  /** The folder to make, absolute or as seen from `cwd`. */
  readonly name: string;
  readonly cwd: string;
  /** Wharf's own folder. */
  readonly wharf: string;
  /** The template's folder in `templates`. */
  readonly template: string;
}

/**
 * Copies a template into a folder and makes it one that this Wharf serves.
 *
 * @returns the folder's absolute path
 * @throws {UsageError} The folder cannot be a new project.
 */
export async function newProject(
  { name, cwd, wharf, template }: NewProjectOptions,
): Promise<string> {
  const folder = resolve(cwd, name);
  const fault = faultInName(name) ?? await makeFolder(folder);
  if (fault !== undefined) {
    throw new UsageError(
      `Cannot make a project in ${JSON.stringify(name)}: ${fault}`,
    );
  }
  await copyFiles(join(wharf, "templates", template), folder);
  await pointAtWharf(folder, wharf);
  return folder;
}

/** Why no folder should have this name, whatever system it is checked out on. */
export function faultInName(path: string): string | undefined {
  if (path.trim() === "") return "the name is empty";
  const name = basename(resolve("/", path));
  if (name.startsWith("-")) return "a name cannot start with a dash";
  if (/[. ]$/.test(name)) return "a name cannot end with a dot or a space";
  const [character] = /[\p{Cc}<>:"|?*\\]/u.exec(name) ?? [];
  if (character !== undefined) {
    return `a name cannot hold ${JSON.stringify(character)}`;
  }
  if (/^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i.test(name)) {
    return "Windows keeps that name for a device";
  }
  return undefined;
}

/** Makes the folder unless it is there and empty, or says why it cannot. */
async function makeFolder(folder: string): Promise<string | undefined> {
  try {
    await Deno.mkdir(folder, { recursive: true });
    for await (const _ of Deno.readDir(folder)) {
      return "the folder is not empty, choose another name";
    }
    return undefined;
  } catch (error) {
    if (
      error instanceof Deno.errors.AlreadyExists ||
      error instanceof Deno.errors.NotADirectory
    ) {
      return "a file is in its place, choose another name";
    }
    return error instanceof Error ? error.message : String(error);
  }
}

async function copyFiles(from: string, to: string): Promise<void> {
  // Listed before anything is copied: `to` may lie in `from`.
  for (const path of await Array.fromAsync(filesIn(from))) {
    await Deno.mkdir(dirname(join(to, path)), { recursive: true });
    await Deno.copyFile(join(from, path), join(to, path));
  }
}

async function* filesIn(folder: string, below = ""): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(join(folder, below))) {
    const path = join(below, name);
    if (BUILD_OUTPUT.has(path)) continue;
    if (isDirectory) yield* filesIn(folder, path);
    else yield path;
  }
}

/** Wharf is not installed anywhere: a project names the clone that serves it. */
async function pointAtWharf(folder: string, wharf: string): Promise<void> {
  // Real paths, since ".." after a symbolic link leads elsewhere than it seems.
  const from = await Deno.realPath(folder);
  const to = await Deno.realPath(wharf);
  const main = pathBetween(from, join(to, "main.ts"));
  await replaceIn(
    join(folder, "deno.json"),
    /(?<=^ +"dev": )".*"(?=,?$)/m,
    JSON.stringify(await devCommand(wharf, main)),
  );
  await replaceIn(
    join(folder, CONFIG),
    /(?<=^# yaml-language-server: \$schema=).*$/m,
    pathBetween(dirname(join(from, CONFIG)), join(to, SCHEMA)),
  );
}

/** Wharf's own `dev` task, as another folder calls it. */
async function devCommand(wharf: string, main: string): Promise<string> {
  const { tasks } = JSON.parse(
    await Deno.readTextFile(join(wharf, "deno.json")),
  ) as { tasks?: Record<string, string | { command: string }> };
  const task = tasks?.["dev"];
  const command = typeof task === "object" ? task.command : task;
  const [before, after, ...rest] = command?.split(/\bmain\.ts\b/) ?? [];
  if (before === undefined || after === undefined || rest.length > 0) {
    throw new Error(
      `Cannot read tasks.dev in "${wharf}/deno.json": it names main.ts not once`,
    );
  }
  return before + quoted(main) + after;
}

async function replaceIn(
  path: string,
  pattern: RegExp,
  replacement: string,
): Promise<void> {
  const text = await Deno.readTextFile(path);
  if (!pattern.test(text)) {
    throw new Error(`Cannot edit "${path}": it has no ${pattern}`);
  }
  await Deno.writeTextFile(path, text.replace(pattern, () => replacement));
}

/** How a file or folder names another: by the shorter path, with "/" on every system. */
export function pathBetween(folder: string, path: string): string {
  const near = relative(folder, path);
  return (near.length <= path.length ? near : path).replaceAll(sep, "/");
}

/** A path for a shell's command line. */
export function quoted(path: string): string {
  if (/^[\w./@+-]+$/.test(path)) return path;
  return `"${path.replace(/["$`]/g, "\\$&")}"`;
}

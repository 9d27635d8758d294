/**
 * Reads an entry of `configs` or `secrets`: values written in the file, in a file of
 * NAME=VALUE lines, in a folder with a file for each, and in the environment.
 *
 * @module
 */

import { fileProblem } from "./config_document.ts";
import type { ConfigIssue } from "./config_error.ts";
import { type KeyPath, quoted } from "./key_path.ts";
import { isAbsolute, isInside, resolvePath, shownPath } from "./paths.ts";
import type { Place } from "./place.ts";
import {
  settingAt,
  type SettingTable,
  type SettingValue,
  valueAt,
} from "./setting.ts";

/** A value and where it came from. */
export interface SourcedValue {
  readonly value: string;
  readonly place: Place;
  /** It is never shown. */
  readonly secret: boolean;
}

/** What reading an entry needs. */
export interface SourceContext {
  readonly project: string;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly issues: ConfigIssue[];
  /** Takes the paths of what is read, absolute; they need not be there. */
  readonly files: string[];
}

/** An entry of `configs` or `secrets`. */
export interface ValueSource {
  readonly key: KeyPath;
  readonly table: SettingTable;
  /** The entry is one of `secrets`. */
  readonly secret: boolean;
}

/** The largest file of values that is read. */
const MAX_BYTES = 2 ** 20;

/** The values of an entry; of two with one name the later source's: inline, file, dir, fromEnv. */
export async function readValueSource(
  source: ValueSource,
  context: SourceContext,
): Promise<ReadonlyMap<string, SourcedValue>> {
  return new Map([
    ...inlineValues(source),
    ...await fileValues(source, context),
    ...await folderValues(source, context),
    ...environmentValues(source, context),
  ]);
}

type Values = Iterable<readonly [string, SourcedValue]>;

function* inlineValues({ table, secret }: ValueSource): Values {
  const inline = settingAt(table, ["inline"]);
  if (inline?.kind !== "table") return;
  for (const [name, setting] of inline.entries) {
    if (setting.kind !== "value") continue;
    const { value, place } = setting;
    yield [name, {
      value: String(value),
      place,
      secret: secret || setting.secret,
    }];
  }
}

async function fileValues(
  source: ValueSource,
  context: SourceContext,
): Promise<Values> {
  const setting = valueAt(source.table, ["file"]);
  if (setting === undefined) return [];
  const key = [...source.key, "file"];
  const path = await realPath(setting, key, context);
  if (path === undefined) return [];
  const read = await readText(path, source.secret);
  if ("problem" in read) {
    context.issues.push(issueOf(setting, key, read.problem));
    return [];
  }
  const file = shownPath(path, context.cwd);
  return read.text.split("\n").flatMap((line, index) => {
    const trimmed = line.trim();
    if (trimmed === "" || trimmed.startsWith("#")) return [];
    const place = { kind: "file", file, line: index + 1, column: 1 } as const;
    const equals = trimmed.indexOf("=");
    const name = trimmed.slice(0, equals).trim();
    if (equals < 0 || name === "") {
      context.issues.push({ place, key, problem: "not a NAME=VALUE line" });
      return [];
    }
    const value = trimmed.slice(equals + 1).trim();
    return [[name, { value, place, secret: source.secret }] as const];
  });
}

async function folderValues(
  source: ValueSource,
  context: SourceContext,
): Promise<Values> {
  const setting = valueAt(source.table, ["dir"]);
  if (setting === undefined) return [];
  const key = [...source.key, "dir"];
  const folder = await realPath(setting, key, context);
  if (folder === undefined) return [];
  const values: (readonly [string, SourcedValue])[] = [];
  const refuse = (problem: string) =>
    context.issues.push(issueOf(setting, key, problem));
  try {
    for (const name of await visibleNames(folder)) {
      const path = await Deno.realPath(resolvePath(folder, name));
      if (!isInside(path, folder)) {
        refuse(`${quoted(name)} is a link out of the folder`);
        continue;
      }
      if (!(await Deno.stat(path)).isFile) continue;
      context.files.push(path);
      const read = await readText(path, false);
      if ("problem" in read) {
        refuse(`${quoted(name)}: ${read.problem}`);
        continue;
      }
      const file = shownPath(path, context.cwd);
      const place = { kind: "file", file, line: 1, column: 1 } as const;
      values.push([name, { value: read.text, place, secret: source.secret }]);
    }
  } catch (error) {
    refuse(
      error instanceof Deno.errors.NotADirectory
        ? "not a folder"
        : fileProblem(error),
    );
  }
  return values;
}

/** A mounted volume keeps its own files under names that start with a dot. */
async function visibleNames(folder: string): Promise<readonly string[]> {
  const names: string[] = [];
  for await (const { name } of Deno.readDir(folder)) {
    if (!name.startsWith(".")) names.push(name);
  }
  return names.sort();
}

function* environmentValues(
  source: ValueSource,
  { env, issues }: SourceContext,
): Values {
  const list = settingAt(source.table, ["fromEnv"]);
  if (list?.kind !== "list") return;
  for (const [index, setting] of list.items.entries()) {
    if (setting.kind !== "value") continue;
    const name = setting.written;
    const value = Object.hasOwn(env, name) ? env[name] : undefined;
    if (value === undefined) {
      const key = [...source.key, "fromEnv", index];
      issues.push(issueOf(setting, key, "not set in the environment"));
      continue;
    }
    const place = { kind: "environment", name } as const;
    yield [name, { value, place, secret: source.secret }];
  }
}

/** The path without links. One that was written relative must stay in the project with them resolved. */
export async function realPath(
  setting: SettingValue,
  key: KeyPath,
  { project, issues, files }: SourceContext,
): Promise<string | undefined> {
  try {
    files.push(String(setting.value));
    const path = await Deno.realPath(String(setting.value));
    const free = isAbsolute(setting.written) || setting.written.startsWith("~");
    if (free || isInside(path, await Deno.realPath(project))) return path;
    const problem = "outside the project";
    const remedy = "write an absolute path if that is meant";
    issues.push({ ...issueOf(setting, key, problem), remedy });
  } catch (error) {
    issues.push(issueOf(setting, key, fileProblem(error)));
  }
  return undefined;
}

/** Checks and reads one open file, so that no other can take its place in between. */
async function readText(
  path: string,
  secret: boolean,
): Promise<{ text: string } | { problem: string }> {
  try {
    using file = await Deno.open(path);
    const { isFile, mode, size } = await file.stat();
    if (!isFile) return { problem: "not a file" };
    if (size > MAX_BYTES) return { problem: `larger than ${MAX_BYTES} bytes` };
    const rights = mode === null ? 0o400 : mode & 0o777;
    if (secret && rights !== 0o600 && rights !== 0o400) {
      const octal = rights.toString(8).padStart(4, "0");
      return { problem: `mode ${octal}, which must be 0600 or 0400` };
    }
    const bytes = await new Response(file.readable).bytes();
    return { text: new TextDecoder("utf-8", { fatal: true }).decode(bytes) };
  } catch (error) {
    if (error instanceof TypeError) return { problem: "not text in UTF-8" };
    return { problem: fileProblem(error) };
  }
}

function issueOf(
  { place, written }: SettingValue,
  key: KeyPath,
  problem: string,
): ConfigIssue {
  return { place, key, found: quoted(written), problem };
}

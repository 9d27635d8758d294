/**
 * How a folder names its files: found out when it is first used, written down, and kept.
 *
 * If the rules followed the file system of the day, a folder that was copied from a Mac to
 * Linux would lose every key with a capital letter.
 *
 * @module
 */

import { dirname, join } from "node:path";
import { KeyValueError } from "../store.ts";
import { syncDirectory } from "./directory_sync.ts";
import type { NameRules } from "./names.ts";
import { statOf } from "./stat_of.ts";

const FILE = "layout.json";
const VERSION = 1;
const LONGEST_NAME = 255;
/** What every file system takes, encrypted ones too. */
const SHORTEST_LIMIT = 140;
/** Different names that some file systems take for one. */
const CASES = ["wharf-\u00e9", "WHARF-\u00e9", "wharf-e\u0301"] as const;
/** What POSIX allows in a name and others do not. */
const ODD_NAME = 'a:*?"<>|\\ .';

/**
 * The rules of a store whose hidden folder is `hidden`; written there if they are not yet.
 * The caller holds the lock `open`.
 */
export async function loadLayout(hidden: string): Promise<NameRules> {
  const path = join(hidden, FILE);
  const text = await readText(path);
  if (text === undefined) {
    const rules = await probeNames(join(hidden, "probe"));
    await writeLayout(path, rules);
    return rules;
  }
  const rules = parseLayout(text);
  if (rules === undefined) {
    throw new KeyValueError(
      "other",
      `Cannot open ${
        JSON.stringify(hidden)
      }: layout.json is not of this version of Wharf; use the newer one`,
    );
  }
  if (
    rules.names === "exact" && await existsAt(join(hidden, FILE.toUpperCase()))
  ) {
    throw new KeyValueError(
      "other",
      `Cannot open ${
        JSON.stringify(hidden)
      }: its keys need a file system that tells capitals apart; ` +
        `move it to one, or start with an empty folder here`,
    );
  }
  return rules;
}

/** The smallest difference between two times of change, in milliseconds, that the file system of `file` keeps. */
export async function probeTick(file: Deno.FsFile): Promise<number> {
  const odd = new Date(1_700_000_001_001);
  await file.utime(odd, odd);
  const kept = (await file.stat()).mtime?.getTime();
  // The coarsest there is: FAT counts in two seconds.
  return kept === odd.getTime() ? 1 : 2000;
}

async function writeLayout(path: string, rules: NameRules): Promise<void> {
  const draft = `${path}.new`;
  // A process that died may have left one.
  await Deno.remove(draft).catch(() => {});
  const text = `${JSON.stringify({ version: VERSION, ...rules })}\n`;
  await Deno.writeTextFile(draft, text, { createNew: true });
  using file = await Deno.open(draft, { write: true });
  await file.sync();
  await Deno.rename(draft, path);
  await syncDirectory(dirname(path));
}

function parseLayout(text: string): NameRules | undefined {
  try {
    const { version, names, longest } = JSON.parse(text);
    if (version !== VERSION || (names !== "exact" && names !== "portable")) {
      return undefined;
    }
    return typeof longest === "number" ? { names, longest } : undefined;
  } catch {
    return undefined;
  }
}

async function probeNames(folder: string): Promise<NameRules> {
  await Deno.mkdir(folder, { recursive: true });
  try {
    await Deno.writeTextFile(join(folder, CASES[0]), "");
    const folds = await existsAt(join(folder, CASES[1])) ||
      await existsAt(join(folder, CASES[2]));
    const exact = !folds && await keepsName(folder, ODD_NAME);
    const long = await keepsName(folder, "n".repeat(LONGEST_NAME));
    return {
      names: exact ? "exact" : "portable",
      longest: long ? LONGEST_NAME : SHORTEST_LIMIT,
    };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function keepsName(folder: string, name: string): Promise<boolean> {
  try {
    await Deno.writeTextFile(join(folder, name), "");
  } catch {
    return false;
  }
  for await (const entry of Deno.readDir(folder)) {
    if (entry.name === name) return true;
  }
  return false;
}

async function existsAt(path: string): Promise<boolean> {
  return await statOf(path) !== undefined;
}

async function readText(path: string): Promise<string | undefined> {
  try {
    return await Deno.readTextFile(path);
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound) return undefined;
    throw cause;
  }
}

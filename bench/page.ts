/**
 * Pages of `bench/results`: tables are written anew, what people wrote below them stays.
 *
 * @module
 */

/** What people write below the tables. */
const NOTES = "## What it says";

/**
 * Writes `bench/results/NAME.md`; what stands there from `## What it says` on stays.
 *
 * @returns The file.
 */
export async function writePage(
  name: string,
  lines: readonly string[],
): Promise<string> {
  await Deno.mkdir("bench/results", { recursive: true });
  const file = `bench/results/${name}.md`;
  await Deno.writeTextFile(file, keepNotes(lines, await textOf(file)));
  return file;
}

/** A new page with the notes of the old one. */
export function keepNotes(lines: readonly string[], old: string): string {
  const start = old.indexOf(`\n${NOTES}\n`);
  const page = lines.join("\n").trimEnd() + "\n";
  return start === -1 ? page : page + old.slice(start);
}

/** Today, as pages are called. */
export function today(): string {
  return new Date().toISOString().slice(0, 10);
}

async function textOf(file: string): Promise<string> {
  try {
    return await Deno.readTextFile(file);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  }
}

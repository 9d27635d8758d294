/**
 * How results are put on a page.
 *
 * @module
 */

/** The middle of some figures. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1
    ? sorted[middle]!
    : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** Milliseconds, for people. */
export function ms(value: number, digits = 0): string {
  return `${value.toFixed(digits)} ms`;
}

/** The lines of a table. */
export function table(
  head: readonly string[],
  rows: readonly (readonly string[])[],
): string[] {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)];
}

/** What all is measured on. */
export async function machine(): Promise<string> {
  const cpu = await Deno.readTextFile("/proc/cpuinfo").catch(() => "");
  const model = /model name\s*: (.*)/.exec(cpu)?.[1] ?? "an unknown processor";
  return `${navigator.hardwareConcurrency} cores of ${model}, Deno ${Deno.version.deno}`;
}

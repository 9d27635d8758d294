import type { HeaderLine } from "../runtime/http_message.ts";

/** Lines of a list of names and values in turn, pseudo headers of HTTP/2 left out. */
export function linesOf(raw: readonly string[]): HeaderLine[] {
  const lines: HeaderLine[] = [];
  for (let at = 0; at + 1 < raw.length; at += 2) {
    const name = raw[at]!;
    if (!name.startsWith(":")) lines.push([name, raw[at + 1]!]);
  }
  return lines;
}

/** The reverse of {@linkcode linesOf}. */
export function flatLines(lines: Iterable<HeaderLine>): string[] {
  const flat: string[] = [];
  for (const [name, value] of lines) flat.push(name, value);
  return flat;
}

/** Lines as an object, for what takes nothing else; repeats of a name stay in order. */
export function groupedLines(
  lines: Iterable<HeaderLine>,
): Record<string, string | string[]> {
  const grouped: Record<string, string | string[]> = {};
  for (const [name, value] of lines) {
    const key = name.toLowerCase();
    if (OF_CONNECTION.has(key)) continue;
    const before = grouped[key];
    if (before === undefined) grouped[key] = value;
    else if (Array.isArray(before)) before.push(value);
    else grouped[key] = [before, value];
  }
  return grouped;
}

/** RFC 9113, 8.2.2: lines that HTTP/2 does not know. */
const OF_CONNECTION: ReadonlySet<string> = new Set([
  "connection",
  "keep-alive",
  "proxy-connection",
  "transfer-encoding",
  "upgrade",
]);

/** RFC 9110, 6.5.1: lines that say how a body is to be read come too late behind it. */
const NO_TRAILERS: ReadonlySet<string> = new Set([
  "content-encoding",
  "content-length",
  "content-range",
  "content-type",
  "host",
  "te",
  "trailer",
  ...OF_CONNECTION,
]);

/** Those lines that may stand behind a body. */
export function trailerLines(lines: readonly HeaderLine[]): HeaderLine[] {
  return lines.filter(([name]) => !NO_TRAILERS.has(name.toLowerCase()));
}

/** Whether there is a line of that name, in lower case. */
export function hasLine(lines: readonly HeaderLine[], name: string): boolean {
  return lines.some(([each]) => each.toLowerCase() === name);
}

/** Whether a line of that name has that word among its list, both in lower case. */
export function listHas(
  lines: readonly HeaderLine[],
  name: string,
  word: string,
): boolean {
  return lines.some(([each, value]) =>
    each.toLowerCase() === name &&
    value.split(",").some((part) =>
      part.split(";")[0]!.trim().toLowerCase() === word
    )
  );
}

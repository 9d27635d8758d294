/**
 * Which face of a fault a client is shown, by its `Accept`.
 *
 * @module
 */

/** A page for browsers, text for terminals, `application/problem+json` for programs. */
export type Face = "page" | "text" | "problem";

/** What each face answers to. The first is given where a client has no preference. */
const TYPES: readonly (readonly [type: string, face: Face])[] = [
  ["text/plain", "text"],
  ["text/html", "page"],
  ["application/problem+json", "problem"],
  ["application/json", "problem"],
];

/** One entry of `Accept`. */
interface Range {
  readonly type: string;
  readonly quality: number;
  /** 0 for any type, 1 for any of a kind, 2 for one type. */
  readonly precision: number;
}

/**
 * The face that a client prefers: the highest quality, then the one it names most precisely,
 * then the one it names first. Text for one that accepts none of them, since it has to be
 * told all the same.
 */
export function acceptedFace(accept: string | null): Face {
  const ranges = parseAccept(accept ?? "*/*");
  let best: { face: Face; range: Range; place: number } | undefined;
  for (const [type, face] of TYPES) {
    const matching = ranges.map((range, place) => ({ face, range, place }))
      .filter(({ range }) => matches(range, type))
      .sort((a, b) => b.range.precision - a.range.precision)[0];
    if (matching === undefined || matching.range.quality === 0) continue;
    if (best === undefined || isPreferred(matching, best)) best = matching;
  }
  return best?.face ?? "text";
}

function isPreferred(
  one: { readonly range: Range; readonly place: number },
  other: { readonly range: Range; readonly place: number },
): boolean {
  const { quality, precision } = other.range;
  if (one.range.quality !== quality) return one.range.quality > quality;
  if (one.range.precision !== precision) return one.range.precision > precision;
  return one.place < other.place;
}

function matches({ type, precision }: Range, offered: string): boolean {
  if (precision === 0) return true;
  if (precision === 1) return offered.startsWith(type.slice(0, -1));
  return type === offered;
}

function parseAccept(accept: string): Range[] {
  return accept.split(",").map((entry) => {
    const [name = "", ...parameters] = entry.split(";").map((part) =>
      part.trim().toLowerCase()
    );
    const q = parameters.find((parameter) => parameter.startsWith("q="));
    const quality = q === undefined ? 1 : Number(q.slice(2));
    return {
      type: name,
      // A client's header can hold anything.
      quality: quality >= 0 && quality <= 1 ? quality : 0,
      precision: name === "*/*" ? 0 : name.endsWith("/*") ? 1 : 2,
    };
  });
}

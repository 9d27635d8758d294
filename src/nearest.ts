/**
 * The candidate that was likely meant by a name nobody knows: the same word in another
 * style, or the one that takes the fewest edits, if those are few.
 */
export function nearest(
  name: string,
  candidates: readonly string[],
): string | undefined {
  const plain = withoutStyle(name);
  const restyled = candidates.find((known) => withoutStyle(known) === plain);
  if (restyled !== undefined) return restyled;
  const limit = Math.max(1, Math.floor(name.length / 3));
  const [best] = byDistance(name, candidates);
  return best !== undefined && best.distance <= limit ? best.name : undefined;
}

/** The candidates, those that take the fewest edits first. */
export function byDistance(
  name: string,
  candidates: readonly string[],
): readonly { readonly name: string; readonly distance: number }[] {
  return candidates
    .map((known) => ({ name: known, distance: editDistance(name, known) }))
    .sort((a, b) => a.distance - b.distance);
}

/** The longest name that is compared in full: what is longer is no misspelling. */
const MAX_COMPARED = 64;

/** How many letters to add, drop, replace or swap with their neighbour to make one text the other. */
export function editDistance(from: string, to: string): number {
  const a = from.slice(0, MAX_COMPARED);
  const b = to.slice(0, MAX_COMPARED);
  let before: number[] = [];
  let above = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1];
      let least = Math.min(
        (above[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (above[column - 1] ?? 0) + (same ? 0 : 1),
      );
      const swapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] &&
        a[row - 2] === b[column - 1];
      if (swapped) least = Math.min(least, (before[column - 2] ?? 0) + 1);
      current.push(least);
    }
    before = above;
    above = current;
  }
  return (above[b.length] ?? 0) + Math.abs(from.length - to.length) -
    Math.abs(a.length - b.length);
}

function withoutStyle(name: string): string {
  return name.toLowerCase().replace(/[_-]/g, "");
}

/** What is seen of a list, in pixels. */
export interface Sight {
  readonly top: number;
  readonly height: number;
  /** The height of a row. */
  readonly row: number;
}

/** Which rows have to be in the document, and the space that stands for the others. */
export interface Rows {
  readonly first: number;
  /** The one behind the last. */
  readonly end: number;
  readonly before: number;
  readonly after: number;
}

/** Rows beyond both edges, so that none is missing while the list is scrolled. */
const SPARE = 12;

/** The rows of a long list that are seen. */
export function rowsInSight(sight: Sight, count: number): Rows {
  const last = Math.ceil((sight.top + sight.height) / sight.row) + SPARE;
  const end = Math.max(0, Math.min(count, last));
  const first = Math.min(
    end,
    Math.max(0, Math.floor(sight.top / sight.row) - SPARE),
  );
  return {
    first,
    end,
    before: first * sight.row,
    after: (count - end) * sight.row,
  };
}

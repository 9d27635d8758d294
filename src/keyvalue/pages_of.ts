import { type Bucket, DEFAULT_PAGE_SIZE } from "./store.ts";

/** Which keys are wanted. */
export interface Wanted {
  readonly prefix?: string | undefined;
  /** How many in all. */
  readonly limit?: number | undefined;
}

/** The keys of a bucket, a page at a time. */
export async function* pagesOf(
  bucket: Bucket,
  { prefix, limit }: Wanted = {},
): AsyncGenerator<readonly string[]> {
  let left = limit ?? Infinity;
  let cursor: string | undefined;
  do {
    const page = await bucket.listKeys({
      ...(prefix === undefined ? {} : { prefix }),
      ...(cursor === undefined ? {} : { cursor }),
      ...(left < DEFAULT_PAGE_SIZE ? { limit: left } : {}),
    });
    if (page.keys.length > 0) yield page.keys;
    left -= page.keys.length;
    cursor = page.cursor;
  } while (cursor !== undefined && left > 0);
}

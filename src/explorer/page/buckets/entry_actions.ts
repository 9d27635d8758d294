/**
 * What is done to a key so that nothing of anybody else is lost: each write names the version
 * that was seen, and says what came of it.
 *
 * @module
 */

import type { EntryDetail } from "../../api.ts";
import { type ApiClient, ApiProblem, entityTag } from "../api_client.ts";

/** A key. */
export interface KeyPlace {
  readonly bucket: string;
  readonly key: string;
}

/** How a write ended; in `conflict`, `current` is what is there now. */
export type WriteOutcome =
  | { readonly kind: "written" }
  | { readonly kind: "conflict"; readonly current: EntryDetail | undefined };

/** Writes the value if the key is still at the version, or still absent where there is none. */
export async function writeValue(
  api: ApiClient,
  place: KeyPlace,
  value: {
    readonly bytes: Uint8Array<ArrayBuffer> | Blob;
    readonly version: string | undefined;
    /** Milliseconds; never where absent. */
    readonly ttl?: number | undefined;
  },
): Promise<WriteOutcome> {
  try {
    await api.call("PUT value", { ...place, ttl: value.ttl }, {
      headers: value.version === undefined
        ? { "if-none-match": "*" }
        : { "if-match": entityTag(value.version) },
      body: value.bytes,
    });
    return { kind: "written" };
  } catch (error) {
    if (!isConflict(error)) throw error;
    return { kind: "conflict", current: await readEntry(api, place) };
  }
}

/** What is known of the key; `undefined` when it is absent. */
export async function readEntry(
  api: ApiClient,
  place: KeyPlace,
  signal?: AbortSignal,
): Promise<EntryDetail | undefined> {
  try {
    return await api.get("entry", { ...place }, signal);
  } catch (error) {
    if (error instanceof ApiProblem && error.code === "not-found") {
      return undefined;
    }
    throw error;
  }
}

/** What a deletion took away. */
export interface Deleted {
  readonly place: KeyPlace;
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** When it would have been absent anyway. */
  readonly expires: number | undefined;
}

/** Deletes the key if it is still at the version; `changed` when it is not, and nothing was done. */
export async function deleteEntry(
  api: ApiClient,
  place: KeyPlace,
  seen: EntryDetail,
): Promise<Deleted | "changed"> {
  try {
    // Read before it goes, so that it can be put back.
    const { bytes, version } = await api.value(place.bucket, place.key);
    if (version !== seen.version) return "changed";
    await api.call("DELETE value", { ...place }, {
      headers: { "if-match": entityTag(version) },
    });
    return { place, bytes, expires: seen.expires };
  } catch (error) {
    const isGone = error instanceof ApiProblem && error.code === "not-found";
    if (isConflict(error) || isGone) return "changed";
    throw error;
  }
}

/** How taking back a deletion ended: `occupied` when somebody has written the key meanwhile. */
export type Undone = "restored" | "occupied" | "expired";

/** Puts back what was deleted, for the time it had left. */
export async function undoDelete(
  api: ApiClient,
  deleted: Deleted,
  now: number,
): Promise<Undone> {
  const ttl = deleted.expires === undefined
    ? undefined
    : Math.ceil(deleted.expires - now);
  if (ttl !== undefined && ttl <= 0) return "expired";
  const { kind } = await writeValue(api, deleted.place, {
    bytes: deleted.bytes,
    version: undefined,
    ttl,
  });
  return kind === "written" ? "restored" : "occupied";
}

function isConflict(error: unknown): boolean {
  return error instanceof ApiProblem && error.code === "conflict";
}

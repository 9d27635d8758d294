/**
 * The bucket that `--bucket` and `--store` name.
 *
 * @module
 */

import { quote } from "../../keyvalue/key_encoding.ts";
import type { Bucket } from "../../keyvalue/store.ts";
import { printable } from "../../log.ts";
import type { Flag } from "../arguments.ts";
import { UsageError } from "../command.ts";
import { KvFault } from "./fault.ts";
import type { Place } from "./places.ts";
import { type Call, flagText } from "./subcommand.ts";

/** Which bucket a subcommand works on. */
export const BUCKET_FLAGS: readonly Flag[] = [
  {
    name: "bucket",
    short: "b",
    value: "NAME",
    doc: "The bucket, by the name that components open it by",
  },
  {
    name: "store",
    value: "STORE",
    doc: "Take the name for one in this store, past the project's rules",
  },
];

/** The place of the bucket that was asked for. */
export async function placeOf(call: Call): Promise<Place> {
  const name = flagText(call, "bucket");
  if (name === undefined) {
    const names = call.places.list().flatMap((each) => each.name ?? []);
    throw new UsageError(
      `Cannot tell which bucket is meant: --bucket is missing; ` +
        `write --bucket NAME, such as ${names.map(quote).join(" or ")}`,
    );
  }
  const store = flagText(call, "store");
  const place = await call.places.locate({ name, store });
  if (store === undefined) tellOfDefault(call, place);
  return place;
}

/** To a person: a name nobody wrote down may be misspelt. */
function tellOfDefault({ places, context }: Call, place: Place): void {
  const { name, location } = place;
  if (!context.streams.terminals.stderr) return;
  if (places.list().some((each) => each.name === name)) return;
  const meant = places.meant(name);
  const guess = meant === undefined ? "" : `; did you mean ${quote(meant)}?`;
  context.printError(
    printable(
      `Bucket ${quote(name)} has no rule, so it is in ${location}${guess}`,
    ),
  );
}

/** The bucket that was asked for, made if it does not exist. */
export async function openBucket(call: Call): Promise<Bucket> {
  const place = await placeOf(call);
  return await place.open();
}

/** The bucket of a place; `undefined` where there is none, for reading makes none. */
export async function openExisting(place: Place): Promise<Bucket | undefined> {
  const { backend, bucket } = place;
  if (await backend.info(bucket) === undefined) return undefined;
  return await place.open();
}

/** That a store has no such ability. */
export function cannot(
  act: string,
  { name, store }: Pick<Place, "name" | "store">,
  why: string,
): KvFault {
  return new KvFault(
    "unsupported",
    `Cannot ${act} ${quote(name)}: the store ${store} ${why}`,
  );
}

/** That a key is not there. */
export function missingKey(act: string, key: string, place: Place): KvFault {
  return new KvFault(
    "no-such-key",
    `Cannot ${act} ${quote(key)}: there is no such key in bucket ${
      quote(place.name)
    }, in ${place.location}`,
  );
}

/**
 * What is said of watched buckets.
 *
 * @module
 */

import type { Log } from "../../log.ts";
import type { BucketChange } from "../../runtime/guest.ts";
import { guestFrames, GuestTrap } from "../../runtime/trap.ts";
import type { WatchingEvents } from "./watching.ts";

/** @param storeOf The store that a bucket is kept in, for messages. */
export function logWatching(
  log: Log,
  storeOf: (bucket: string) => string,
): WatchingEvents {
  const warn = (text: string) => log.emit({ event: "warning", text });
  return {
    served: ({ id, change, calls, duration }) =>
      log.emit({
        event: "change",
        change: { ...identity(id, change), calls, milliseconds: duration },
      }),
    lost: ({ id, change, calls, cause }) =>
      log.emit({
        event: "change-lost",
        change: { ...identity(id, change), calls },
        text: cause === undefined ? "Wharf stops" : tracedMessage(cause),
      }),
    unwatchable: (bucket) =>
      warn(
        `Cannot watch bucket ${JSON.stringify(bucket)}: its store ${
          storeOf(bucket)
        } does not tell of changes; keep it in another one`,
      ),
    interrupted: (bucket, cause) =>
      warn(
        `Cannot watch bucket ${JSON.stringify(bucket)} now: ${
          messageOf(cause)
        }; it is tried again until it works, and changes meanwhile may be missed`,
      ),
  };
}

/** A change without its value, which can be long, and secret. */
function identity(id: string, { bucket, kind, key }: BucketChange) {
  return { id, bucket, kind, key };
}

/** Nobody gets an answer with the guest's frames in it, as with a request: they stand here. */
function tracedMessage(error: unknown): string {
  const frames = error instanceof GuestTrap ? guestFrames(error.cause) : [];
  return [messageOf(error), ...frames.map((frame) => `  at ${frame}`)]
    .join("\n");
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/**
 * When a value of NATS ends: at its own time, or with the age that its bucket lets values reach.
 *
 * @module
 */

import type { JetStreamManager, StoredMsg } from "@nats-io/jetstream";
import { millis } from "@nats-io/nats-core";
import { dateOfExpiry, NEVER } from "../expiry.ts";
import { isNoMessage } from "./failures.ts";
import { isLive, storedFrom } from "./message.ts";

/** The end of the last value of a subject; `undefined` for none. The leader is asked: followers may be behind. */
export async function endOfValue(
  { streams }: JetStreamManager,
  { stream, subject, now }: {
    readonly stream: string;
    readonly subject: string;
    readonly now: number;
  },
): Promise<Date | undefined> {
  const { config } = await streams.info(stream);
  const found = await lastOf(streams.getMessage(stream, {
    last_by_subj: subject,
  }));
  if (found === undefined) return undefined;
  const stored = storedFrom(found.header, found.seq, found.data);
  if (!isLive(stored, now)) return undefined;
  const byAge = config.max_age > 0
    ? found.time.getTime() + millis(config.max_age)
    : NEVER;
  return dateOfExpiry(Math.min(stored.expiresAt, byAge));
}

async function lastOf(
  asked: Promise<StoredMsg | null>,
): Promise<StoredMsg | undefined> {
  try {
    return await asked ?? undefined;
  } catch (cause) {
    if (isNoMessage(cause)) return undefined;
    throw cause;
  }
}

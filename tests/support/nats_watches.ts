/**
 * Who watches buckets of NATS.
 *
 * @module
 */

import {
  JetStreamApiCodes,
  JetStreamApiError,
  jetstreamManager,
} from "@nats-io/jetstream";
import { connect } from "@nats-io/transport-node";

/** Waits until each of the buckets is watched: what is written from then on is told. */
export async function watchedInNats(
  { url }: { readonly url: string },
  buckets: readonly string[],
): Promise<void> {
  const connection = await connect({ servers: url });
  try {
    const manager = await jetstreamManager(connection);
    for (const bucket of buckets) {
      let consumers = 0;
      while (consumers === 0) {
        try {
          const { state } = await manager.streams.info(`KV_${bucket}`);
          consumers = state.consumer_count;
        } catch (error) {
          // It is made when the watch begins.
          if (!isMissing(error)) throw error;
        }
      }
    }
  } finally {
    await connection.close();
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof JetStreamApiError &&
    error.code === JetStreamApiCodes.StreamNotFound;
}

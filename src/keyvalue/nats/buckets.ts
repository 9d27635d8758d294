/**
 * The buckets of an account as wholes: the streams that NATS keeps them in.
 *
 * A bucket whose name NATS can neither hold nor spell is called by a digest of it; the name
 * stands in the stream's description, and counts only if it has that digest.
 *
 * @module
 */

import type { JetStreamManager, StreamInfo } from "@nats-io/jetstream";
import { millis } from "@nats-io/nats-core";
import type { BucketInfo } from "../store.ts";
import { timeLeft } from "./deadline.ts";
import { isMissing } from "./failures.ts";
import type { Link } from "./link.ts";
import {
  bucketOfName,
  isDigestOfBucket,
  nameOfBucket,
  STREAM_PREFIX,
} from "./names.ts";
import type { NatsSettings } from "./settings.ts";
import { createStream, managerOf } from "./stream.ts";

/** What every bucket keeps its keys under. */
const ALL_BUCKETS = "$KV.*.>";

/** How buckets are reached. */
export interface BucketAccess {
  readonly link: Link;
  readonly settings: NatsSettings;
  /** Milliseconds that one request may take. */
  readonly timeout: number;
}

/** The names of the buckets, page by page as the server tells them. */
export async function* listBuckets(
  access: BucketAccess,
): AsyncGenerator<string> {
  const { streams } = await reach(access);
  const given = new Set<string>();
  for await (const stream of streams.names(ALL_BUCKETS)) {
    if (!stream.startsWith(STREAM_PREFIX)) continue;
    const name = stream.slice(STREAM_PREFIX.length);
    const bucket = isDigestOfBucket(name)
      ? await describedName(access, name)
      : bucketOfName(name);
    // A stream that is made meanwhile moves others to the next page.
    if (bucket === undefined || given.has(bucket)) continue;
    given.add(bucket);
    yield bucket;
  }
}

/** What NATS says of a bucket. */
export async function infoOf(
  access: BucketAccess,
  bucket: string,
): Promise<BucketInfo | undefined> {
  const info = await streamOf(access, nameOfBucket(bucket));
  return info && { name: bucket, ...factsOf(info) };
}

/** Makes a bucket as the settings say; whether it was missing. */
export async function createBucket(
  access: BucketAccess,
  bucket: string,
): Promise<boolean> {
  if (await streamOf(access, nameOfBucket(bucket)) !== undefined) return false;
  const deadline = performance.now() + access.timeout;
  const connection = access.link.up ?? await access.link.wait(deadline);
  return await createStream(connection, access.settings, { bucket, deadline });
}

/** Removes a bucket's stream; whether there was one. */
export async function dropBucket(
  access: BucketAccess,
  bucket: string,
): Promise<boolean> {
  const { streams } = await reach(access);
  try {
    return await streams.delete(STREAM_PREFIX + nameOfBucket(bucket));
  } catch (cause) {
    if (isMissing(cause)) return false;
    throw cause;
  } finally {
    access.link.doubt();
  }
}

async function reach(
  { link, timeout }: BucketAccess,
): Promise<JetStreamManager> {
  const deadline = performance.now() + timeout;
  const connection = link.up ?? await link.wait(deadline);
  return await managerOf(connection, timeLeft(deadline));
}

async function streamOf(
  access: BucketAccess,
  name: string,
): Promise<StreamInfo | undefined> {
  const { streams } = await reach(access);
  try {
    return await streams.info(STREAM_PREFIX + name);
  } catch (cause) {
    if (isMissing(cause)) return undefined;
    throw cause;
  }
}

async function describedName(
  access: BucketAccess,
  name: string,
): Promise<string | undefined> {
  const said = (await streamOf(access, name))?.config.description;
  return said !== undefined && nameOfBucket(said) === name ? said : undefined;
}

/** Deleted keys leave a mark in the stream, so it tells no number of keys. */
function factsOf({ config, state }: StreamInfo): Omit<BucketInfo, "name"> {
  return {
    values: state.messages,
    bytes: state.bytes,
    settings: {
      history: config.max_msgs_per_subject,
      replicas: config.num_replicas,
      storage: config.storage,
      ttl: config.max_age > 0 ? millis(config.max_age) : "none",
      maxValueSize: config.max_msg_size > 0 ? config.max_msg_size : "none",
      maxBytes: config.max_bytes > 0 ? config.max_bytes : "none",
      compression: config.compression ?? "none",
    },
  };
}

/**
 * The buckets of a dev server that is running, as a store. It knows them by the names that
 * guests open them by, and the rules of its project hold.
 *
 * @module
 */

import type { BucketDetail } from "../../explorer/api.ts";
import type {
  Backend,
  BackendSummary,
  BucketInfo,
} from "../../keyvalue/store.ts";
import { checkBucketName } from "../../keyvalue/key_encoding.ts";
import { type ApiCall, type DevServer, faultOf } from "./dev_server.ts";
import { devServerBucket } from "./dev_server_bucket.ts";

/**
 * Makes the store.
 *
 * @param summary Where the bucket that it is made for is kept.
 */
export function devServerBackend(
  server: DevServer,
  summary: BackendSummary,
): Backend {
  const callOf = (method: ApiCall["method"], bucket: string): ApiCall => {
    // Another name would be sent in place of one that is no whole text.
    checkBucketName(bucket);
    return { method, path: "/bucket", query: { bucket } };
  };
  const detailOf = (bucket: string) =>
    server.json<BucketDetail>(callOf("GET", bucket));
  const closing = new AbortController();
  return {
    summary,
    async open(bucket) {
      const { can } = await detailOf(bucket);
      const { signal } = closing;
      return devServerBucket(server, { name: bucket, can, closing: signal });
    },
    async info(bucket) {
      return infoOf(await detailOf(bucket));
    },
    async create(bucket) {
      const answer = await server.call(callOf("PUT", bucket));
      if (!answer.ok) throw faultOf(answer.problem);
      await answer.response.body?.cancel();
      return answer.response.status === 201;
    },
    async drop(bucket) {
      const answer = await server.call(callOf("DELETE", bucket));
      if (answer.ok) {
        await answer.response.body?.cancel();
        return true;
      }
      if (answer.problem.code === "not-found") return false;
      throw faultOf(answer.problem);
    },
    [Symbol.asyncDispose]: () => Promise.resolve(closing.abort()),
  };
}

function infoOf(
  { name, exists, keys, bytes, settings }: BucketDetail,
): BucketInfo | undefined {
  if (!exists) return undefined;
  return {
    name,
    ...(keys !== undefined && { keys }),
    ...(bytes !== undefined && { bytes }),
    ...(Object.keys(settings).length > 0 && { settings }),
  };
}

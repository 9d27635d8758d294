import { COUNTER_MAX, COUNTER_MIN, type Revision } from "../keyvalue/store.ts";
import type { EntryDetail, RevisionDetail } from "./api.ts";
import { PREVIEW_SIZE } from "./api.ts";
import {
  BUCKET,
  cannot,
  KEY,
  missingKey,
  openBucket,
  openExisting,
  PREFIX,
} from "./bucket_access.ts";
import { listOf } from "./json_schema.ts";
import { Refusal } from "./problem.ts";
import { done, json, type Route } from "./route.ts";
import { schemaOf } from "./schemas.ts";

const JSON_TYPE = "application/json";

/** The largest page of keys. */
const MOST_KEYS = 1000;

/** Keys, and what is known of one. */
export const KEY_ROUTES: readonly Route[] = [
  {
    method: "GET",
    path: "/keys",
    id: "listKeys",
    does: "One page of a bucket's keys",
    query: [BUCKET, PREFIX, {
      name: "cursor",
      doc: "the cursor of the page before, with the same bucket and prefix",
      schema: { type: "string", pattern: "^[0-9]{1,20}$" },
    }, {
      name: "limit",
      doc: `how many at most, 1 to ${MOST_KEYS}; without it ${MOST_KEYS}`,
      schema: { type: "integer", minimum: 1, maximum: MOST_KEYS },
    }],
    answers: {
      200: {
        doc: "The keys; a bucket that is not there has none",
        type: JSON_TYPE,
        schema: schemaOf("KeyList"),
      },
    },
    refusals: ["no-such-store", "store-failed"],
    async handle(call) {
      const { query } = call;
      const bucket = await openExisting(call);
      if (bucket === undefined) return json({ keys: [] });
      const prefix = query.maybe("prefix");
      const cursor = query.maybe("cursor");
      return json(
        await bucket.listKeys({
          limit: query.number("limit") ?? MOST_KEYS,
          ...(prefix === undefined ? {} : { prefix }),
          ...(cursor === undefined ? {} : { cursor }),
        }),
      );
    },
  },
  {
    method: "GET",
    path: "/entry",
    id: "getEntry",
    does: "A value with all that is known of it, and the first bytes of it",
    query: [BUCKET, KEY],
    answers: {
      200: {
        doc: "The entry",
        type: JSON_TYPE,
        schema: schemaOf("EntryDetail"),
      },
    },
    refusals: ["not-found", "no-such-store", "store-failed"],
    async handle(call) {
      const key = call.query.text("key");
      const bucket = await openExisting(call);
      const entry = await bucket?.get(key);
      if (bucket === undefined || entry === undefined) {
        throw missingKey(call, "read");
      }
      const expires = await bucket.expiry(key);
      const detail: EntryDetail = {
        key,
        version: entry.version,
        size: entry.value.length,
        ...(expires === undefined ? {} : { expires: expires.getTime() }),
        preview: previewOf(entry.value),
      };
      return json(detail);
    },
  },
  {
    method: "POST",
    path: "/increment",
    id: "incrementKey",
    does: "Adds to a counter; an absent key counts as 0",
    query: [BUCKET, KEY, {
      name: "delta",
      doc: "what is added, a whole number of 64 bits",
      required: true,
      schema: { type: "string", pattern: "^[+-]?[0-9]{1,19}$" },
    }],
    answers: {
      200: { doc: "The sum", type: JSON_TYPE, schema: schemaOf("Counted") },
    },
    refusals: ["no-such-store", "store-failed"],
    async handle(call) {
      const key = call.query.text("key");
      // `BigInt` takes no plus sign.
      const delta = BigInt(call.query.text("delta").replace("+", ""));
      if (delta > COUNTER_MAX || delta < COUNTER_MIN) {
        throw new Refusal(
          "bad-request",
          `Cannot add ${delta}: a counter has 64 bits`,
        );
      }
      const sum = await (await openBucket(call)).increment(key, delta);
      return json({ key, value: `${sum}` });
    },
  },
  {
    method: "GET",
    path: "/history",
    id: "getHistory",
    does: "What a key was, oldest first",
    query: [BUCKET, KEY],
    answers: {
      200: {
        doc: "The revisions; none of a key that never was",
        type: JSON_TYPE,
        schema: listOf(schemaOf("RevisionDetail")),
      },
    },
    refusals: ["no-such-store", "not-supported", "store-failed"],
    async handle(call) {
      const bucket = await openExisting(call);
      if (bucket === undefined) return json([]);
      if (bucket.history === undefined) {
        throw cannot(call, "read a history in", "keeps none");
      }
      const revisions = await bucket.history(call.query.text("key"));
      return json(revisions.map(detailOf));
    },
  },
  {
    method: "POST",
    path: "/purge",
    id: "purgeKey",
    does: "Removes a key and all its history",
    query: [BUCKET, KEY],
    answers: { 204: { doc: "It is gone" } },
    refusals: ["no-such-store", "not-supported", "store-failed"],
    async handle(call) {
      const bucket = await openExisting(call);
      if (bucket === undefined) return done();
      if (bucket.purge === undefined) {
        throw cannot(
          call,
          "purge a key of",
          "keeps no history; delete the key",
        );
      }
      await bucket.purge(call.query.text("key"));
      return done();
    },
  },
];

function detailOf(revision: Revision): RevisionDetail {
  const at = revision.at.getTime();
  if (revision.kind === "delete") {
    return { kind: "delete", version: revision.version, at };
  }
  const { value, version } = revision.entry;
  return {
    kind: "set",
    version,
    at,
    size: value.length,
    preview: previewOf(value),
  };
}

function previewOf(value: Uint8Array): string {
  return value.subarray(0, PREVIEW_SIZE).toBase64();
}

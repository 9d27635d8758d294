import {
  formatEnd,
  formatHeader,
  formatKey,
} from "../keyvalue/dump/dump_format.ts";
import { LONGEST_LINE } from "../keyvalue/dump/dump_lines.ts";
import { entriesOf } from "../keyvalue/dump/entries_of.ts";
import { noneRestored, restore } from "../keyvalue/dump/restore.ts";
import type { Bucket } from "../keyvalue/store.ts";
import { attachment } from "./attachment.ts";
import { BUCKET, openBucket, openExisting, PREFIX } from "./bucket_access.ts";
import { bodyParts, MAX_VALUE_SIZE } from "./request_body.ts";
import { json, type Route, type RouteCall } from "./route.ts";
import { schemaOf } from "./schemas.ts";

/** The media type of a dump. */
const DUMP_TYPE = "application/x-ndjson";

/** How much of a dump is gathered before it is sent, in characters. */
const GATHERED = 64 * 1024;

const FORMAT =
  "Lines of JSON as `kv export` writes them; the last one counts the keys";

/** A whole bucket, out and in. */
export const DUMP_ROUTES: readonly Route[] = [
  {
    method: "GET",
    path: "/export",
    id: "exportBucket",
    does: "A bucket as lines of JSON, for import",
    notes: "A key that is written meanwhile is as it was before or after. " +
      "One that breaks off has no last line.",
    query: [BUCKET, PREFIX],
    answers: { 200: { doc: FORMAT, type: DUMP_TYPE } },
    refusals: ["no-such-store", "store-failed"],
    handle: exportBucket,
  },
  {
    method: "POST",
    path: "/import",
    id: "importBucket",
    does: "Writes what export gave into a bucket",
    notes:
      "It stops at the first line that is wrong; the lines before it are " +
      "stored then. Keys whose time has come are left out. Values are held " +
      `to ${MAX_VALUE_SIZE} bytes, lines to ${LONGEST_LINE}.`,
    query: [BUCKET, {
      name: "existing",
      doc: "what becomes of keys that are there: replace, or keep; " +
        "without it, replace",
      schema: { enum: ["replace", "keep"] },
    }],
    takes: { doc: FORMAT, type: DUMP_TYPE },
    answers: {
      200: {
        doc: "It is read to its end",
        type: "application/json",
        schema: schemaOf("Imported"),
      },
    },
    refusals: ["too-large", "no-such-store", "store-failed"],
    async handle(call) {
      const counts = noneRestored();
      const bucket = await openBucket(call);
      await restore(bucket, bodyParts(call.request), {
        ifAbsent: call.query.maybe("existing") === "keep",
        maxValueSize: MAX_VALUE_SIZE,
        counts,
      });
      return json({ written: counts.imported, kept: counts.present });
    },
  },
];

async function exportBucket(call: RouteCall): Promise<Response> {
  const name = call.query.text("bucket");
  const { project, query } = call;
  const bucket = await openExisting(call);
  const listings = project.buckets().list();
  const { backend: store } = listings.find((each) => each.name === name) ??
    listings.find((each) => each.name === undefined) ?? {};
  const header = formatHeader({
    bucket: name,
    ...(store === undefined ? {} : { store }),
    counted: true,
  });
  const chunks = chunksOf(linesOf(header, bucket, query.maybe("prefix")));
  // Read now: a store that is away is told by a status, not by a body that breaks off.
  const first = await chunks.next();
  return new Response(ReadableStream.from(behind(first, chunks)), {
    headers: {
      "content-type": DUMP_TYPE,
      "content-disposition": attachment(name, ".jsonl"),
    },
  });
}

async function* linesOf(
  header: string,
  bucket: Bucket | undefined,
  prefix: string | undefined,
): AsyncGenerator<string> {
  yield header;
  let keys = 0;
  if (bucket !== undefined) {
    for await (const entry of entriesOf(bucket, prefix)) {
      yield formatKey(entry);
      keys++;
    }
  }
  yield formatEnd(keys);
}

/** Lines as bytes, many small ones together; no further ones are read before these are taken. */
async function* chunksOf(
  lines: AsyncIterable<string>,
): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder();
  let text = "";
  for await (const line of lines) {
    text += line + "\n";
    if (text.length < GATHERED) continue;
    yield encoder.encode(text);
    text = "";
  }
  yield encoder.encode(text);
}

async function* behind<T>(
  first: IteratorResult<T>,
  rest: AsyncIterable<T>,
): AsyncGenerator<T> {
  if (first.done) return;
  yield first.value;
  yield* rest;
}

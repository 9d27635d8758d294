import type { Bucket } from "../keyvalue/store.ts";
import type { ExplorerEvents, KeyChange } from "./api.ts";
import { BUCKET, cannot, openBucket, PREFIX } from "./bucket_access.ts";
import { EVENT_TYPE, eventStream, type ServerEvent } from "./event_stream.ts";
import { LatestEvents } from "./latest_events.ts";
import type { Route, RouteContext } from "./route.ts";
import { schemaOf } from "./schemas.ts";

const ALIVE = "A comment is sent where nothing happens for long.";

/** What happens, as it happens. */
export const EVENT_ROUTES: readonly Route[] = [
  {
    method: "GET",
    path: "/changes",
    id: "watchKeys",
    does: "The changes of a bucket's keys from now on",
    notes: `The last state of a key is always told. ${ALIVE} A store that ` +
      "makes buckets when they are opened makes this one. After `error`, " +
      "changes may have been missed: read the keys, and ask again.",
    query: [BUCKET, PREFIX],
    answers: {
      200: {
        doc: "Events",
        type: EVENT_TYPE,
        events: { change: schemaOf("KeyChange"), error: schemaOf("Problem") },
      },
    },
    refusals: ["no-such-store", "not-supported", "store-failed"],
    async handle(call) {
      const bucket = await openBucket(call);
      if (bucket.watch === undefined) {
        throw cannot(call, "watch", "cannot tell of changes");
      }
      const prefix = call.query.maybe("prefix");
      return eventStream(
        (signal) => changesOf(bucket, prefix, signal),
        call,
      );
    },
  },
  {
    method: "GET",
    path: "/events",
    id: "watchProject",
    does: "Requests and builds as they begin and end",
    notes: `The first event is the state of the build now. ${ALIVE} A client ` +
      "that is slow is told the last state of each request.",
    answers: {
      200: {
        doc: "Events",
        type: EVENT_TYPE,
        events: {
          request: schemaOf("RequestSummary"),
          build: schemaOf("BuildState"),
        },
      },
    },
    handle: (call) => eventStream((signal) => eventsOf(call, signal), call),
  },
];

async function* changesOf(
  bucket: Bucket,
  prefix: string | undefined,
  signal: AbortSignal,
): AsyncGenerator<ServerEvent> {
  const changes = bucket.watch!({
    signal,
    ...(prefix === undefined ? {} : { prefix }),
  });
  for await (const change of changes) {
    const { kind, key } = change;
    const data: KeyChange = change.kind === "set"
      ? { kind, key, size: change.entry.value.length }
      : { kind, key };
    yield { name: "change", data };
  }
}

function eventsOf(
  { project, requests }: RouteContext,
  signal: AbortSignal,
): AsyncIterable<ServerEvent> {
  const events = new LatestEvents(signal);
  const tell = <Name extends keyof ExplorerEvents>(
    name: Name,
    subject: string,
    data: ExplorerEvents[Name],
  ) => events.tell(`${name} ${subject}`, { name, data });
  tell("build", "", project.status().build);
  project.onBuild((state) => tell("build", "", state), signal);
  requests.onRequest((summary) => tell("request", summary.id, summary), signal);
  return events;
}

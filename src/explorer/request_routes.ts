import { quote } from "../keyvalue/key_encoding.ts";
import type { HttpAnswer } from "../runtime/http_message.ts";
import { listOf } from "./json_schema.ts";
import { Refusal } from "./problem.ts";
import type { Parameter } from "./query.ts";
import { done, json, type Route, type RouteCall } from "./route.ts";
import { schemaOf } from "./schemas.ts";

const JSON_TYPE = "application/json";

/** The most requests of one answer. */
const MOST_REQUESTS = 1000;

/** How much of a repeated request's response is taken, and for how long: nobody reads it. */
const MOST_TAKEN = 16 * 1024 * 1024;
const PATIENCE = 30_000;

const ID: Parameter = {
  name: "id",
  doc: "the request, by the id that the log has for it",
  required: true,
  schema: { type: "string" },
};

/** Requests that the component was given. */
export const REQUEST_ROUTES: readonly Route[] = [
  {
    method: "GET",
    path: "/requests",
    id: "listRequests",
    does: "The requests that are remembered, the newest first",
    query: [{
      name: "limit",
      doc: `how many at most, 1 to ${MOST_REQUESTS}`,
      schema: { type: "integer", minimum: 1, maximum: MOST_REQUESTS },
    }, {
      name: "before",
      doc: "the id of the last request of the page before",
      schema: { type: "string" },
    }],
    answers: {
      200: {
        doc: "The requests",
        type: JSON_TYPE,
        schema: listOf(schemaOf("RequestSummary")),
      },
    },
    handle({ query, requests }) {
      const limit = query.number("limit");
      const before = query.maybe("before");
      return json(requests.list({
        ...(limit === undefined ? {} : { limit }),
        ...(before === undefined ? {} : { before }),
      }));
    },
  },
  {
    method: "GET",
    path: "/request",
    id: "getRequest",
    does: "A request, and what the component did for it",
    query: [ID],
    answers: {
      200: {
        doc: "The request",
        type: JSON_TYPE,
        schema: schemaOf("RequestDetail"),
      },
    },
    refusals: ["not-found"],
    handle(call) {
      const id = call.query.text("id");
      const detail = call.requests.detail(id);
      if (detail === undefined) throw unknown("tell of", id);
      return json(detail);
    },
  },
  {
    method: "POST",
    path: "/replay",
    id: "replayRequest",
    does: "Sends a request to the component again",
    notes: "What it did is told by the new request, not here.",
    query: [ID],
    answers: {
      202: {
        doc: "It is sent",
        type: JSON_TYPE,
        schema: schemaOf("Replayed"),
      },
    },
    refusals: ["not-found", ["conflict", 409]],
    handle: replay,
  },
  {
    method: "DELETE",
    path: "/requests",
    id: "clearRequests",
    does: "Forgets all requests",
    answers: { 204: { doc: "They are forgotten" } },
    handle({ requests }) {
      requests.clear();
      return done();
    },
  },
];

function replay({ query, requests, project, ending }: RouteCall): Response {
  const id = query.text("id");
  const request = requests.replay(id);
  switch (request) {
    case "unknown":
      throw unknown("repeat", id);
    case "not-whole":
      throw new Refusal(
        "conflict",
        `Cannot repeat request ${
          quote(id)
        }: its body was not kept whole; send it by hand`,
        { status: 409 },
      );
  }
  const sent = project.send(request, id);
  takeAll(sent.response, ending);
  return json({ id: sent.id }, 202);
}

/** Takes a response that nobody waits for, so that the component can end; not for ever. */
function takeAll(response: HttpAnswer, ending: AbortSignal): void {
  Promise.resolve(response).then(async ({ body }) => {
    if (!(body instanceof ReadableStream)) return;
    const reader = body.getReader();
    const giveUp = () => void reader.cancel().catch(() => {});
    const timer = setTimeout(giveUp, PATIENCE);
    ending.addEventListener("abort", giveUp);
    try {
      for (let taken = 0; taken < MOST_TAKEN;) {
        const { value, done } = await reader.read();
        if (done) return;
        taken += value.length;
      }
      giveUp();
    } finally {
      clearTimeout(timer);
      ending.removeEventListener("abort", giveUp);
    }
    // What went wrong is told of the request itself.
  }).catch(() => {});
}

function unknown(act: string, id: string): Refusal {
  return new Refusal(
    "not-found",
    `Cannot ${act} request ${
      quote(id)
    }: it is not remembered; only the last ones are`,
  );
}

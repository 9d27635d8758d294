/**
 * The way of a request through the dev server: to whoever serves by then, or to the page that
 * says why nobody does.
 *
 * @module
 */

import type { Log } from "../log.ts";
import {
  type HttpAnswer,
  type HttpRequest,
  type HttpResponse,
  whenAnswered,
} from "../runtime/http_message.ts";
import type { DevServerOptions, SentRequest } from "./dev_server.ts";
import type { DevState } from "./dev_state.ts";
import { pathOf } from "../runtime/request_path.ts";
import { failurePage } from "./status_page.ts";

/** Who answers, and who is asked before. */
export interface RequestsOptions
  extends Pick<DevServerOptions, "intercept" | "observe"> {
  readonly log: Log;
  /** What the server is doing. */
  readonly state: () => DevState;
}

/** Answers requests. Their ids are one sequence, whichever app answers. */
export class Requests {
  readonly #options: RequestsOptions;
  #count = 0;

  constructor(options: RequestsOptions) {
    this.#options = options;
  }

  /** Answers a client. Never rejects. */
  answer(request: HttpRequest): HttpAnswer {
    return this.#options.intercept?.(request) ?? this.send(request).response;
  }

  /** Gives a request to the component. */
  send(request: HttpRequest, replayOf?: string): SentRequest {
    const { observe, state, log } = this.#options;
    const now = state();
    if (now.phase === "building" && now.serving === undefined) {
      const { method, url } = request;
      log.emit({ event: "waiting", method, path: pathOf(url) });
    }
    const id = (++this.#count).toString(36);
    const next = (request: HttpRequest) => answerBy(state, request, id);
    const call = { id, ...(replayOf === undefined ? {} : { replayOf }) };
    return {
      id,
      response: observe === undefined
        ? next(request)
        : observe(request, call, next),
    };
  }
}

function answerBy(
  current: () => DevState,
  request: HttpRequest,
  id: string,
): HttpAnswer {
  const { serving } = current();
  if (serving === undefined) return answerLater(current, request, id);
  // Nothing is awaited between the choice and the call: whoever is replaced finishes it.
  const answer = serving.handle(request, id);
  return whenAnswered(answer, (response) => {
    const after = current();
    return after.phase === "failed"
      ? overlaid(response, request, after.error)
      : response;
  });
}

/** Nobody serves yet. */
async function answerLater(
  current: () => DevState,
  request: HttpRequest,
  id: string,
): Promise<HttpResponse> {
  const state = current();
  if (state.serving === undefined) {
    if (state.phase === "failed") return failurePage(state.error, request);
    if (state.phase === "building") await state.settled;
  }
  return await answerBy(current, request, id);
}

async function overlaid(
  response: HttpResponse,
  request: HttpRequest,
  error: Error,
): Promise<HttpResponse> {
  // Most projects are well, and need not load it.
  const { withOverlay } = await import("./overlay.ts");
  return await withOverlay(response, request, error);
}

/**
 * Requests as the explorer is shown them, for tests of its HTTP API: all are kept, with as much
 * as the API can tell.
 *
 * @module
 */

import type { RequestDetail, RequestSummary } from "../../src/explorer/api.ts";
import type { RequestSource } from "../../src/explorer/mod.ts";
import type {
  HttpRequest,
  HttpResponse,
} from "../../src/runtime/http_message.ts";

/** Requests that a test sent to a component. */
export class RememberedRequests implements RequestSource {
  readonly #listeners = new Set<(summary: RequestSummary) => void>();
  #details: RequestDetail[] = [];

  /** How many listen. */
  get listeners(): number {
    return this.#listeners.size;
  }

  /** Takes note of a request and of what became of it. */
  async note(
    id: string,
    request: HttpRequest,
    answer: Promise<HttpResponse>,
    replayOf?: string,
  ): Promise<HttpResponse> {
    const began = performance.now();
    const { pathname, search } = new URL(request.url);
    const detail: RequestDetail = {
      id,
      at: Date.now(),
      method: request.method,
      path: pathname + search,
      url: request.url,
      headers: [...request.headers],
      body: { size: 0, bytes: "", whole: request.body === null },
      calls: 1,
      trapped: false,
      spans: [{
        interface: "wasi:keyvalue/store",
        name: "get",
        target: "in_memory",
        subject: "mykey",
        start: 0.5,
        duration: 0.25,
        result: "absent",
      }],
      lines: [{ at: Date.now(), stream: "stdout", text: "a line" }],
      replayable: request.body === null,
      ...(replayOf === undefined ? {} : { replayOf }),
    };
    this.#put(detail);
    const response = await answer;
    this.#put({
      ...detail,
      status: response.status,
      duration: performance.now() - began,
      responseHeaders: [...response.headers],
    });
    return response;
  }

  list(
    { limit = Infinity, before }: { limit?: number; before?: string } = {},
  ): readonly RequestSummary[] {
    const start = this.#details.findIndex(({ id }) => id === before) + 1;
    return this.#details.slice(start, start + limit).map(summaryOf);
  }

  detail(id: string): RequestDetail | undefined {
    return this.#details.find((each) => each.id === id);
  }

  replay(id: string): HttpRequest | "unknown" | "not-whole" {
    const detail = this.detail(id);
    if (detail === undefined) return "unknown";
    if (!detail.replayable) return "not-whole";
    const { method, url, headers } = detail;
    return { method, url, headers, body: null };
  }

  clear(): void {
    this.#details = [];
  }

  onRequest(
    listener: (summary: RequestSummary) => void,
    signal: AbortSignal,
  ): void {
    this.#listeners.add(listener);
    signal.addEventListener("abort", () => this.#listeners.delete(listener));
  }

  #put(detail: RequestDetail): void {
    const rest = this.#details.filter(({ id }) => id !== detail.id);
    this.#details = [detail, ...rest];
    for (const listener of this.#listeners) listener(summaryOf(detail));
  }
}

function summaryOf(detail: RequestDetail): RequestSummary {
  const { id, at, method, path, status, duration, replayOf } = detail;
  return {
    id,
    at,
    method,
    path,
    ...(status === undefined ? {} : { status }),
    ...(duration === undefined ? {} : { duration }),
    calls: detail.calls,
    trapped: detail.trapped,
    ...(replayOf === undefined ? {} : { replayOf }),
  };
}

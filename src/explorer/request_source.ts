import type { HttpRequest } from "../runtime/http_message.ts";
import type { RequestDetail, RequestSummary } from "./api.ts";

/** The requests that the explorer shows: what a journal keeps of them. */
export interface RequestSource {
  /** The newest first; `before` is the id that the page before ended with. */
  list(
    options?: { readonly limit?: number; readonly before?: string },
  ): readonly RequestSummary[];
  /** All that is known of one; `undefined` when it is forgotten. */
  detail(id: string): RequestDetail | undefined;
  /** The request to send again, or why it cannot be. */
  replay(id: string): HttpRequest | "unknown" | "not-whole";
  /** Forgets all. */
  clear(): void;
  /** Calls back when a request begins or more is known of it, until the signal aborts. */
  onRequest(
    listener: (summary: RequestSummary) => void,
    signal: AbortSignal,
  ): void;
}

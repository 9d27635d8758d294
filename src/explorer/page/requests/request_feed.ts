/**
 * The list of requests as it lives: what the server has, and what it tells since.
 *
 * @module
 */

import {
  effect,
  type ReadonlySignal,
  signal,
  untracked,
} from "@preact/signals";
import type { RequestSummary } from "../../api.ts";
import { wasAborted } from "../api_client.ts";
import type { Session } from "../session.ts";
import {
  fromServer,
  hold,
  MAX_REQUESTS,
  NO_REQUESTS,
  type RequestList,
  resume,
  withRequests,
} from "./request_list.ts";

/** How long events are collected before the list changes: a busy server sends thousands. */
const COLLECT_FOR = 100;

/** What of a session is needed to follow requests. */
export type FeedSession = Pick<Session, "api" | "stream" | "on" | "fail">;

/** Follows the requests while somebody looks. */
export class RequestFeed {
  readonly #session: FeedSession;
  readonly #list = signal<RequestList>(NO_REQUESTS);
  readonly #loaded = signal(false);
  #news: RequestSummary[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Lists that are asked for. */
  #loading = 0;
  /** Counts them, so that an answer that was overtaken is not taken for the newest. */
  #lastLoad = 0;

  constructor(session: FeedSession) {
    this.#session = session;
  }

  get list(): ReadonlySignal<RequestList> {
    return this.#list;
  }

  /** Whether the server has said what there is. */
  get loaded(): ReadonlySignal<boolean> {
    return this.#loaded;
  }

  /** Follows until the signal aborts. */
  follow(signal: AbortSignal): void {
    this.#session.on("request", (summary) => this.#take(summary), signal);
    const stop = effect(() => {
      // What came while the stream was lost was missed. Before it first opens there is a list too.
      const state = this.#session.stream.value;
      if (state !== "lost") untracked(() => void this.#load(signal));
    });
    signal.addEventListener("abort", () => {
      stop();
      clearTimeout(this.#timer);
    }, { once: true });
  }

  /** Keeps every row in its place. */
  hold(): void {
    this.#list.value = hold(this.#list.value);
  }

  /** Goes on. */
  resume(): void {
    this.#list.value = resume(this.#list.value);
  }

  /** Has the server forget all requests. */
  async clear(): Promise<void> {
    try {
      await this.#session.api.call("DELETE requests");
      this.#news = [];
      this.#list.value = NO_REQUESTS;
    } catch (error) {
      this.#session.fail(error);
    }
  }

  #take(summary: RequestSummary): void {
    this.#news.push(summary);
    // The newest are kept, and of each the last word is among them.
    if (this.#news.length > 4 * MAX_REQUESTS) this.#flush();
    this.#timer ??= setTimeout(() => this.#flush(), COLLECT_FOR);
  }

  #flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    // An answer under way is older than these: they go on top of it.
    if (this.#loading > 0) return;
    const news = this.#news;
    this.#news = [];
    this.#list.value = withRequests(this.#list.value, news);
  }

  async #load(signal: AbortSignal): Promise<void> {
    const load = ++this.#lastLoad;
    this.#loading++;
    try {
      const requests = await this.#session.api.get(
        "requests",
        { limit: MAX_REQUESTS },
        signal,
      );
      if (load === this.#lastLoad) {
        this.#list.value = fromServer(this.#list.value, requests);
        this.#loaded.value = true;
      }
    } catch (error) {
      if (!wasAborted(error)) this.#session.fail(error);
    } finally {
      this.#loading--;
      this.#flush();
    }
  }
}

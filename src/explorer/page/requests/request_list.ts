/**
 * The requests that the page knows of, the newest first. Events come in bursts, and a list that
 * moves cannot be read: what is new waits while the list is held.
 *
 * @module
 */

import type { RequestSummary } from "../../api.ts";

/** How many requests the page keeps: as many as the server. */
export const MAX_REQUESTS = 500;

/** What the list shows, and what waits. */
export interface RequestList {
  readonly shown: readonly RequestSummary[];
  /** New ones that came while the list was held, the newest first. */
  readonly waiting: readonly RequestSummary[];
  readonly held: boolean;
}

/** No requests. */
export const NO_REQUESTS: RequestList = {
  shown: [],
  waiting: [],
  held: false,
};

/** The list after events, several of one request among them. A held list changes its rows, not their places. */
export function withRequests(
  list: RequestList,
  news: readonly RequestSummary[],
): RequestList {
  if (!list.held) return { ...list, shown: merged(list.shown, news) };
  const known = new Set(list.shown.map(({ id }) => id));
  const fresh = news.filter(({ id }) => !known.has(id));
  const changes = news.filter(({ id }) => known.has(id));
  return {
    ...list,
    shown: merged(list.shown, changes),
    waiting: merged(list.waiting, fresh),
  };
}

/** The list as the server has it, which may have forgotten what the page still shows. */
export function fromServer(
  list: RequestList,
  requests: readonly RequestSummary[],
): RequestList {
  if (!list.held) return { ...list, shown: requests, waiting: [] };
  return withRequests(list, requests);
}

/** Holds the list. */
export function hold(list: RequestList): RequestList {
  return { ...list, held: true };
}

/** Lets the list go on, with all that waited. */
export function resume({ shown, waiting }: RequestList): RequestList {
  return { shown: merged(shown, waiting), waiting: [], held: false };
}

function merged(
  requests: readonly RequestSummary[],
  news: readonly RequestSummary[],
): readonly RequestSummary[] {
  if (news.length === 0) return requests;
  const byId = new Map(requests.map((request) => [request.id, request]));
  for (const request of news) byId.set(request.id, request);
  const places = [...byId.values()];
  // Stable: those of one millisecond keep the order in which they were told, reversed.
  const fresh = places.splice(requests.length).reverse();
  return [...fresh, ...places].sort((a, b) => b.at - a.at)
    .slice(0, MAX_REQUESTS);
}

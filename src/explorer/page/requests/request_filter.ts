/** Which of the requests the list shows. */

import type { RequestSummary } from "../../api.ts";

/** The first digit of a status; `pending` has none yet. */
export type StatusClass = "2" | "3" | "4" | "5" | "pending";

/** What a request must be to be shown. */
export interface RequestFilter {
  /** `undefined`: any. */
  readonly method?: string | undefined;
  readonly status?: StatusClass | undefined;
  /** Somewhere in path and query, in any case. */
  readonly text: string;
  readonly trappedOnly: boolean;
}

/** Shows everything. */
export const NO_FILTER: RequestFilter = { text: "", trappedOnly: false };

/** Whether a filter leaves anything out. */
export function isFiltering(filter: RequestFilter): boolean {
  return filter.method !== undefined || filter.status !== undefined ||
    filter.text !== "" || filter.trappedOnly;
}

/** Those that the filter lets through, in their order. */
export function filterRequests(
  requests: readonly RequestSummary[],
  filter: RequestFilter,
): readonly RequestSummary[] {
  if (!isFiltering(filter)) return requests;
  const text = filter.text.toLowerCase();
  return requests.filter((request) =>
    (filter.method === undefined || request.method === filter.method) &&
    (filter.status === undefined ||
      classOf(request.status) === filter.status) &&
    (!filter.trappedOnly || request.trapped) &&
    request.path.toLowerCase().includes(text)
  );
}

/** How many requests there are of what can be chosen. */
export interface RequestCounts {
  /** By method, in the order of the alphabet. */
  readonly methods: ReadonlyMap<string, number>;
  readonly statuses: ReadonlyMap<StatusClass, number>;
  readonly trapped: number;
}

/** Counts requests; a method that is chosen is there, if only 0 times. */
export function countRequests(
  requests: readonly RequestSummary[],
  chosen: string | undefined,
): RequestCounts {
  const methods = new Map<string, number>();
  if (chosen !== undefined) methods.set(chosen, 0);
  const statuses = new Map<StatusClass, number>();
  let trapped = 0;
  for (const request of requests) {
    methods.set(request.method, (methods.get(request.method) ?? 0) + 1);
    const status = classOf(request.status);
    if (status !== undefined) {
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
    }
    if (request.trapped) trapped++;
  }
  return { methods: new Map([...methods].sort()), statuses, trapped };
}

/** The class of a status; 1xx is never the last word, so it is none. */
export function classOf(status: number | undefined): StatusClass | undefined {
  if (status === undefined) return "pending";
  switch (Math.floor(status / 100)) {
    case 2:
      return "2";
    case 3:
      return "3";
    case 4:
      return "4";
    case 5:
      return "5";
    default:
      return undefined;
  }
}

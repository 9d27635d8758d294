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

/** The methods to choose from: those that were used, and the one that is chosen. */
export function methodsOf(
  requests: readonly RequestSummary[],
  chosen: string | undefined,
): readonly string[] {
  const methods = new Set(requests.map(({ method }) => method));
  if (chosen !== undefined) methods.add(chosen);
  return [...methods].sort();
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

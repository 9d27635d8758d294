/** What a guest wrote, with the calls it made, by time. */

import type { CallSpan, GuestLine, RequestDetail } from "../../api.ts";

/** A line or a call, with its milliseconds since the request began. */
export type TimelineEntry =
  | { readonly at: number; readonly kind: "line"; readonly line: GuestLine }
  | { readonly at: number; readonly kind: "call"; readonly span: CallSpan };

/** Lines keep their order even where the clocks of two threads differ; calls go between them. */
export function timelineOf(
  { at, lines, spans }: Pick<RequestDetail, "at" | "lines" | "spans">,
  withCalls: boolean,
): readonly TimelineEntry[] {
  const entries: TimelineEntry[] = [];
  let next = 0;
  const callsUntil = (time: number) => {
    for (; withCalls && next < spans.length; next++) {
      const span = spans[next];
      if (span === undefined || span.start > time) return;
      entries.push({ at: span.start, kind: "call", span });
    }
  };
  for (const line of lines) {
    const since = line.at - at;
    callsUntil(since);
    entries.push({ at: since, kind: "line", line });
  }
  callsUntil(Infinity);
  return entries;
}

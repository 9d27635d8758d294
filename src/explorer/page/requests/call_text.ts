import type { CallSpan } from "../../api.ts";
import { formatDuration } from "../ui/duration.ts";

/** A call in a line: what was called on what, how long it took and how it ended. */
export function describeCall(span: CallSpan): string {
  const { interface: from, name, target, subject, duration } = span;
  return [
    `${from} ${name}`,
    target,
    subject,
    formatDuration(duration),
    outcomeOf(span),
  ].filter((part) => part !== undefined && part !== "").join(", ");
}

/** How a call ended. */
export function outcomeOf(
  { result, error }: Pick<CallSpan, "result" | "error">,
): string | undefined {
  return error === undefined ? result : `failed: ${error}`;
}

/** Calls, counted in words. */
export function countCalls(calls: number): string {
  return calls === 1 ? "1 call" : `${calls} calls`;
}

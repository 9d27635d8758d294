/**
 * The line by which a trace goes from one program to the next:
 * https://www.w3.org/TR/trace-context/#traceparent-header
 *
 * @module
 */

/** A place in a trace. */
export interface TracePlace {
  /** 32 hexadecimal digits. */
  readonly traceId: string;
  /** 16 hexadecimal digits. */
  readonly spanId: string;
  /** The lowest bit: whether it is recorded. */
  readonly traceFlags: number;
}

const TRACEPARENT =
  /^(?!ff)([0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;

/** The place that a line tells of; `undefined` where it is not valid. */
export function parseTraceparent(line: string): TracePlace | undefined {
  const match = TRACEPARENT.exec(line);
  if (match === null) return undefined;
  const [, version, traceId, spanId, flags, more] = match;
  // Only versions to come may have more fields.
  if (version === "00" && more !== undefined) return undefined;
  return {
    traceId: traceId!,
    spanId: spanId!,
    traceFlags: parseInt(flags!, 16),
  };
}

/** The line that tells of a place. */
export function formatTraceparent(
  { traceId, spanId, traceFlags }: TracePlace,
): string {
  const flags = (traceFlags & 1).toString(16).padStart(2, "0");
  return `00-${traceId}-${spanId}-${flags}`;
}

/**
 * Tells of the calls that leave an instance. There is a tracer only where somebody wants to
 * know; without it functions are bound as they are.
 *
 * @module
 */

import { parseFunctionName } from "./abi/names.ts";
import {
  type CallDescription,
  type CallEnd,
  type CallSpan,
  type GuestOutput,
  type HostCall,
  type HostInterface,
  type InstanceContext,
  MAX_SUBJECT,
  WitError,
} from "./host_interface.ts";
import { shortened } from "./shortened.ts";

/** What a WIT name calls, with its arguments as they were lifted. */
export type Callee = (args: readonly unknown[]) => unknown;

/** How much of an error is told. It names keys, which are a guest's and have any length. */
const MAX_ERROR = 1024;

/** What is told of a call that ended with its instance, or that the guest let go of. */
export const BROKEN_OFF = "broken off";

/** Tells of one instance's calls, each when it has ended. */
export class CallTracer {
  readonly #context: InstanceContext;
  readonly #pending = new Set<PendingCall>();

  constructor(context: InstanceContext) {
    this.#context = context;
    context.onDrop(() => {
      for (const call of [...this.#pending]) call.end({ error: BROKEN_OFF });
    });
  }

  /** A tracer for one instance; `undefined` where nobody wants to know. */
  static of(context: InstanceContext): CallTracer | undefined {
    return context.output.call === undefined && context.spans === undefined
      ? undefined
      : new CallTracer(context);
  }

  /** The function with its calls told; `undefined` where they do not leave the instance. */
  traced(
    { name, calls }: HostInterface,
    wit: string,
    call: Callee,
  ): Callee | undefined {
    const description = calls?.[wit];
    if (description === undefined) return undefined;
    const parsed = parseFunctionName(wit);
    const head = {
      interface: name,
      name: parsed.kind === "constructor" ? parsed.resource : parsed.name,
    };
    return (args) => {
      const pending = this.#begin(head, description, args);
      let value: unknown;
      try {
        value = this.#within(pending, call, args);
      } catch (error) {
        pending.end({ error: failureText(error) });
        throw error;
      }
      if (!(value instanceof Promise)) {
        settle(pending, description, value);
        return value;
      }
      return value.then((later: unknown) => {
        settle(pending, description, later);
        return later;
      }, (error: unknown) => {
        pending.end({ error: failureText(error) });
        throw error;
      });
    };
  }

  /** Calls with the call's own span as the parent of what it leads to, which is read at once. */
  #within(
    { span }: PendingCall,
    call: Callee,
    args: readonly unknown[],
  ): unknown {
    if (span === undefined) return call(args);
    const context = this.#context;
    const before = context.traceparent;
    context.traceparent = span.traceparent;
    try {
      return call(args);
    } finally {
      context.traceparent = before;
    }
  }

  #begin(
    head: Pick<HostCall, "interface" | "name">,
    { of }: CallDescription,
    args: readonly unknown[],
  ): PendingCall {
    // The arguments are what the function's WIT type says.
    const { target, subject, url } = of(...args as never[]);
    const told = {
      ...head,
      target: shortened(target, MAX_SUBJECT),
      ...(subject !== undefined && {
        subject: shortened(subject, MAX_SUBJECT),
      }),
    };
    const { spans, traceparent } = this.#context;
    const call = new PendingCall(told, {
      span: spans?.begin({
        ...told,
        ...(url !== undefined && { url: shortened(url, MAX_SUBJECT) }),
      }, traceparent),
      // Of the request that it was made for, whatever the instance serves when it ends.
      requestId: this.#context.requestId,
      output: this.#context.output,
      pending: this.#pending,
    });
    this.#pending.add(call);
    return call;
  }
}

interface CallPlace {
  readonly span: CallSpan | undefined;
  readonly requestId: string | undefined;
  readonly output: GuestOutput;
  readonly pending: Set<PendingCall>;
}

/** A call that is under way. */
class PendingCall {
  readonly #start = performance.now();
  readonly #call: Omit<HostCall, "at" | "duration">;
  readonly #place: CallPlace;

  constructor(call: Omit<HostCall, "at" | "duration">, place: CallPlace) {
    this.#call = call;
    this.#place = place;
  }

  get span(): CallSpan | undefined {
    return this.#place.span;
  }

  /** Tells of it; what comes after the first end is passed over. */
  end({ result, error, resends }: CallEnd): void {
    const { requestId, output, pending, span } = this.#place;
    if (!pending.delete(this)) return;
    span?.end({
      ...(result !== undefined && { result }),
      ...(error !== undefined && { error: shortened(error, MAX_ERROR) }),
      ...(resends !== undefined && { resends }),
    });
    output.call?.(requestId, {
      ...this.#call,
      at: performance.timeOrigin + this.#start,
      duration: performance.now() - this.#start,
      ...(result !== undefined && { result }),
      ...(error !== undefined && { error: shortened(error, MAX_ERROR) }),
    });
  }
}

function settle(
  call: PendingCall,
  { end }: CallDescription,
  value: unknown,
): void {
  // The value is what the function's WIT type says.
  const ended = end?.(value as never) ?? {};
  if (ended instanceof Promise) ended.then((later) => call.end(later));
  else call.end(ended);
}

/** As the guest was told; of what it was not told, the trap says the same. */
function failureText(error: unknown): string {
  if (error instanceof WitError) return payloadText(error.payload) ?? "refused";
  return error instanceof Error ? error.message : String(error);
}

/** An error arm on one line: `store-error: other: it is no number`. */
function payloadText(payload: unknown): string | undefined {
  switch (typeof payload) {
    case "string":
      return payload;
    case "number":
    case "bigint":
      return `${payload}`;
    case "object":
      break;
    default:
      return undefined;
  }
  // Resources among the cases, the cas of a conflict, have nothing to tell.
  if (payload === null || !("tag" in payload)) return undefined;
  const inner = "val" in payload ? payloadText(payload.val) : undefined;
  return inner === undefined ? `${payload.tag}` : `${payload.tag}: ${inner}`;
}

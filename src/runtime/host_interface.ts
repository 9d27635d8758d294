/**
 * The port between the runtime and what it gives a guest: one {@linkcode HostInterface}
 * for each WIT interface that can satisfy an import. The runtime knows no WASI package;
 * `src/wasi` holds the implementations.
 *
 * @module
 */

import type { HostCallReport as HostCall } from "../log.ts";

export type { HostCall };

/** Which stream of the guest a line of text came from. */
export type GuestStream = "stdout" | "stderr";

/** How important a guest says a message is; the levels of `wasi:logging`. */
export type GuestLogLevel =
  | "trace"
  | "debug"
  | "info"
  | "warn"
  | "error"
  | "critical";

/** How many characters of a call's subject are kept: keys are a guest's, and have any length. */
export const MAX_SUBJECT = 256;

/** How a call ended, as a {@linkcode HostCall} tells it. */
export interface CallEnd extends Pick<HostCall, "result" | "error"> {
  /** How often the host did it again by itself; absent where it did not. For spans alone. */
  readonly resends?: number;
}

/** What is told of a call when it begins. */
export interface CallBeginning extends Pick<HostCall, "target" | "subject"> {
  /** Where a request goes, without a user's name, password or query. For spans alone. */
  readonly url?: string;
}

/** What is told of the calls of one host function. Used only where somebody wants to know. */
export interface CallDescription {
  /**
   * What a call is done to, by the function's arguments, a method's `self` first. MUST NOT tell
   * a value or a secret.
   */
  of(...args: never[]): CallBeginning;
  /**
   * How a call ended that the function did not refuse, by what it returned: at once, or later
   * where it goes on behind the guest's back. MUST NOT reject.
   */
  end?(value: never): CallEnd | Promise<CallEnd>;
}

/** Where a guest's lines go. Each carries the request it was written for. */
export interface GuestOutput {
  /** A whole line of the guest's stdout or stderr, without its newline. */
  line(requestId: string | undefined, stream: GuestStream, text: string): void;
  /** A message of `wasi:logging`. */
  message(
    requestId: string | undefined,
    level: GuestLogLevel,
    context: string,
    text: string,
  ): void;
  /**
   * A call that has ended. Absent where nobody wants to know, and then none MUST be timed or
   * described: this is the hot path.
   */
  call?(requestId: string | undefined, call: HostCall): void;
}

/** Records a span for each call that leaves a guest, in the thread where the guest runs. */
export interface CallSpans {
  /**
   * A call begins.
   *
   * @param parent The `traceparent` that it belongs to, if there is one.
   */
  begin(
    call: Pick<HostCall, "interface" | "name"> & CallBeginning,
    parent: string | undefined,
  ): CallSpan;
}

/** A call whose span is under way. */
export interface CallSpan {
  /** What whoever is called is to take for its parent. */
  readonly traceparent: string;
  /** The call has ended. */
  end(how: CallEnd): void;
}

/** One instance of a component, as its host functions see it. */
export interface InstanceContext {
  /** The request the instance is serving; `undefined` while it is made or waits in the pool. */
  requestId: string | undefined;
  /** The `traceparent` of the request it is serving, if that has a valid one. */
  traceparent?: string | undefined;
  /** Where its lines go. */
  readonly output: GuestOutput;
  /** Who records its calls; absent where nobody does, and then none MUST be described. */
  readonly spans?: CallSpans | undefined;
  /**
   * Calls back when the instance is dropped: timers, listeners and half-written lines
   * that the guest left behind end here.
   */
  onDrop(callback: () => void): void;
}

/** A host function's WIT type, written as WIT has it: `func(key: string) -> result<bool, error>`. */
export type WitFunctionType = string;

/** A type's definition, written as WIT has it: `record { keys: list<string>, cursor: option<u64> }`. */
export type WitTypeDefinition = string;

/** A class of resources. */
export type ResourceClass = abstract new (...args: never[]) => object;

/** A host function in JavaScript; its arguments are what the WIT type says. */
// deno-lint-ignore ban-types -- each has a type of its own, held by its WIT text alone
export type HostFunction = Function;

/** What the host offers for one WIT interface. */
export interface HostInterface {
  /** `namespace:package/interface`, without a version. */
  readonly name: string;
  /** Which versions it answers to: exactly this one, or `0.2.x` for every release of WASI 0.2. */
  readonly version: string;
  /**
   * Every function, by its WIT name as a component imports it: `open`,
   * `[constructor]fields`, `[method]bucket.get`, `[static]fields.from-list`.
   * A method's `self` parameter is written out: `func(self: borrow<bucket>, key: string)`.
   */
  readonly functions: Readonly<Record<string, WitFunctionType>>;
  /** Every type that the functions name, resources as `resource`. */
  readonly types: Readonly<Record<string, WitTypeDefinition>>;
  /**
   * The class of each resource among the types: of the interface's own ones, and of those it
   * takes from others. Handles are checked against it.
   */
  readonly resources: Readonly<Record<string, ResourceClass>>;
  /** The functions that may wait; they run under JSPI and may return a promise. */
  readonly waits: readonly string[];
  /**
   * The functions that do nothing which outlasts the instance, by WIT name, or all of them: a
   * guest that has called no others can be begun anew as if it had never run. What goes to
   * {@linkcode InstanceContext.output} does not count. Default: none.
   */
  readonly plain?: "all" | readonly string[];
  /**
   * Of those, the ones that may begin to ask somebody outside, by WIT name: whether a call will, by
   * its arguments, a method's `self` first. It is not plain then. A plain call has the guest's own
   * stack below it, of which a guest may have left so little that I/O would stop half begun.
   */
  readonly goesOut?: Readonly<Record<string, (...args: never[]) => boolean>>;
  /**
   * What a function does less than its WIT text promises, by its WIT name: a clause for the
   * table of all functions, or one clause for all of them. A function that is not named here
   * does all of it.
   */
  readonly limits?: string | Readonly<Record<string, string>>;
  /** The functions whose calls leave the instance, by WIT name, and what is told of them. */
  readonly calls?: Readonly<Record<string, CallDescription>>;
  /**
   * The interface's functions for one instance, by camelCase name. Resources are not among
   * them: their methods are those of {@linkcode resources}. MUST NOT hand two instances
   * anything that one of them can change.
   */
  imports(instance: InstanceContext): Readonly<Record<string, HostFunction>>;
  /**
   * The interface for an import that a component labels, `import cache: wasi:keyvalue/store`,
   * so that it can import the same one several times. MUST have the same functions and types.
   * Absent where a label means nothing.
   *
   * @param label The component's value: a name in kebab case.
   */
  forLabel?(label: string): HostInterface;
}

/**
 * Thrown by a host function to answer the guest with the error arm of a `result`.
 * Not an `Error`: it is a value for the guest, and has no use for a stack.
 */
export class WitError<Payload> {
  /** The value of the error arm. */
  readonly payload: Payload;

  /** Takes the value of the error arm. */
  constructor(payload: Payload) {
    this.payload = payload;
  }
}

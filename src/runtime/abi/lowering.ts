/**
 * Host functions as core functions: what the component model calls `canon lower`, seen from
 * the host's side. Source: CanonicalABI.md, "`canon lower`" and "`lift_flat_values`".
 *
 * jco's script would do this too, at the price of a task, a subtask and a handful of closures
 * for every call.
 *
 * @module
 */

import {
  type HostFunction,
  type HostInterface,
  type ResourceClass,
  WitError,
} from "../host_interface.ts";
import type { Callee, CallTracer } from "../call_tracer.ts";
import {
  type Codec,
  type CoreType,
  type CoreValues,
  makeCodec,
} from "./codec.ts";
import type { CoreFunction } from "../jspi.ts";
import type { GuestMemory } from "./guest_memory.ts";
import { camelCase, parseFunctionName } from "./names.ts";
import { recordCodec } from "./product_codec.ts";
import { isResultCodec, type ResultCodec } from "./sum_codec.ts";
import { LATER, type WaitingSignature } from "./trampolines.ts";
import { parseFunction, type WitType } from "./wit_type.ts";

/** CanonicalABI.md: more core values than this are passed through memory. */
const MAX_FLAT_PARAMETERS = 16;

/** A host function that is ready to be given to instances. */
export interface Lowered {
  /**
   * How it waits: `undefined` where it never does. Else {@linkcode Lowered.bind} gives what
   * {@linkcode Waits.begin} is.
   */
  readonly waits: WaitingSignature | undefined;
  /**
   * The function for one instance.
   *
   * @param imports What {@linkcode HostInterface.imports} made for the instance.
   * @param tracer Told of its calls, where anyone wants to know.
   */
  bind(
    imports: Readonly<Record<string, HostFunction>>,
    memory: GuestMemory,
    tracer?: TracedBinding,
  ): CoreFunction;
}

/** Makes a function's calls known. */
export type TracedBinding = Pick<CallTracer, "traced">;

/**
 * Prepares a function of an interface; what depends on its type is done here, once.
 *
 * @throws {SyntaxError | TypeError} The interface's table has a mistake.
 */
export function lowerFunction(host: HostInterface, name: string): Lowered {
  const { parameters, result } = parseFunction(
    host.functions[name]!,
    host.types,
  );
  const codecOf = (type: WitType) =>
    makeCodec(type, (resource) => classOf(host, resource));
  const codecs = parameters.map(({ type }) => codecOf(type));
  const lift = argumentLifter(codecs);
  const answered = result && codecOf(result);
  const writer = resultWriter(answered);
  const flat = coreParameters(codecs, answered);
  const takeValues = taker(flat.length);
  const waits = host.waits.includes(name)
    ? waitingSignature(flat, answered)
    : undefined;
  const answersLater = laterAnswer(waits);
  const isAlwaysLate = waits !== undefined && waits.result !== "none" &&
    waits.result !== "i32";
  const isPlain = host.plain === "all" || host.plain?.includes(name) === true;
  // The arguments are what the WIT type says.
  const goesOut = host.goesOut?.[name] as
    | ((...args: unknown[]) => boolean)
    | undefined;
  // Below 0 is what says that the answer comes later.
  const answer: ResultWriter["answer"] = waits?.result === "i32"
    ? (memory, value, place) =>
      Number(writer.answer(memory, value, place)) >>> 0
    : writer.answer;
  return {
    waits,
    bind(imports, memory, tracer) {
      const plain = callee(host, name, imports);
      const call = tracer?.traced(host, name, plain) ?? plain;
      return takeValues((flat) => {
        const { values } = flat;
        const place = Number(values[values.length - 1]) >>> 0;
        try {
          memory.state.check();
          const args = lift(memory, flat);
          if (!isPlain || goesOut?.(...args) === true) memory.state.act();
          const value = call(args);
          if (
            answersLater === undefined ||
            !(value instanceof Promise || isAlwaysLate)
          ) return answer(memory, value, place);
          return answersLater(
            memory,
            memory.state.wait(Promise.resolve(value)).then(
              (later) => writer.answer(memory, later, place),
            ).catch((error) => fail(writer, memory, error, place)),
          );
        } catch (error) {
          return fail(writer, memory, error, place);
        }
      });
    },
  };
}

/** How many core values nearly every function takes at most. */
const FEW_VALUES = 5;

/**
 * The core function that hands its values on. It needs no array of its own for each call: they
 * are lifted before anything else is called.
 */
function taker(
  count: number,
): (take: (flat: CoreValues) => unknown) => CoreFunction {
  if (count > FEW_VALUES) {
    return (take) => (...values) => take({ values, next: 0 });
  }
  return (take) => {
    const values: (number | bigint)[] = new Array(count).fill(0);
    const flat: CoreValues = { values, next: 0 };
    return (first, second, third, fourth, fifth) => {
      if (count > 0) values[0] = first!;
      if (count > 1) values[1] = second!;
      if (count > 2) values[2] = third!;
      if (count > 3) values[3] = fourth!;
      if (count > 4) values[4] = fifth!;
      flat.next = 0;
      return take(flat);
    };
  };
}

/** The types of the core values that a function takes. */
function coreParameters(
  codecs: readonly Codec[],
  result: Codec | undefined,
): readonly CoreType[] {
  const flat = codecs.flatMap((codec) => codec.flat);
  const parameters = flat.length > MAX_FLAT_PARAMETERS
    ? ["i32" as const]
    : flat;
  // Larger results go to a place that the guest names last.
  return (result?.flat.length ?? 0) > 1 ? [...parameters, "i32"] : parameters;
}

function waitingSignature(
  parameters: readonly CoreType[],
  result: Codec | undefined,
): WaitingSignature {
  const [first, ...more] = result?.flat ?? [];
  const isOne = first !== undefined && more.length === 0;
  return { parameters, result: isOne ? first : "none" };
}

/** What a call gives back whose answer comes later; `undefined` where none may. */
function laterAnswer(
  waits: WaitingSignature | undefined,
): ((memory: GuestMemory, promise: Promise<unknown>) => unknown) | undefined {
  if (waits === undefined) return undefined;
  const mark = LATER[waits.result];
  return ({ state }, promise) => {
    state.answerLater(promise);
    return mark;
  };
}

/** Answers with the error arm where the host function chose it; everything else traps. */
function fail(
  writer: ResultWriter,
  memory: GuestMemory,
  error: unknown,
  place: number,
): unknown {
  const { state } = memory;
  state.check();
  let fault = error;
  if (error instanceof WitError) {
    try {
      return writer.refuse(memory, error.payload, place);
    } catch (cause) {
      fault = cause;
    }
  }
  state.fault(fault);
  throw fault;
}

type ArgumentLifter = (memory: GuestMemory, flat: CoreValues) => unknown[];

function argumentLifter(codecs: readonly Codec[]): ArgumentLifter {
  const flatCount = codecs.reduce((sum, { flat }) => sum + flat.length, 0);
  if (flatCount <= MAX_FLAT_PARAMETERS) {
    const [first, second] = codecs;
    // Nearly every call has one or two: without a closure they cost half.
    switch (codecs.length) {
      case 1:
        return (memory, flat) => [first!.lift(memory, flat)];
      case 2:
        return (memory, flat) => [
          first!.lift(memory, flat),
          second!.lift(memory, flat),
        ];
      default:
        return (memory, flat) =>
          codecs.map((codec) => codec.lift(memory, flat));
    }
  }
  const tuple = recordCodec(
    codecs.map((codec, key) => ({ key, codec })),
    () => [],
  );
  return (memory, flat) => {
    const offset = Number(flat.values[flat.next++]) >>> 0;
    memory.checkList(offset, 1, tuple.size, tuple.align);
    return tuple.load(memory, offset) as unknown[];
  };
}

/** How a result leaves the host: as the core value, or at the place the guest named last. */
interface ResultWriter {
  answer(memory: GuestMemory, value: unknown, place: number): unknown;
  /** The error arm. Throws where the type is no `result`. */
  refuse(memory: GuestMemory, payload: unknown, place: number): unknown;
}

function resultWriter(codec: Codec | undefined): ResultWriter {
  const refuse = () => {
    throw new TypeError("A host function refused what it cannot refuse");
  };
  if (codec === undefined) return { answer: () => undefined, refuse };
  if (isResultCodec(codec)) return armWriter(codec);
  return {
    answer: codec.flat.length > 1
      ? (memory, value, place) => {
        memory.checkList(place, 1, codec.size, codec.align);
        codec.store(memory, place, value);
      }
      : (memory, value) => codec.lower(memory, value),
    refuse,
  };
}

/** A `result` that is all the function gives: the host function returns one arm and throws the other. */
function armWriter(codec: ResultCodec): ResultWriter {
  if (codec.flat.length <= 1) return { answer: () => 0, refuse: () => 1 };
  const { size, align } = codec;
  return {
    answer(memory, value, place) {
      memory.checkList(place, 1, size, align);
      codec.storeOk(memory, place, value);
    },
    refuse(memory, payload, place) {
      memory.checkList(place, 1, size, align);
      codec.storeError(memory, place, payload);
    },
  };
}

/** What a WIT name calls. */
function callee(
  host: HostInterface,
  wit: string,
  imports: Readonly<Record<string, HostFunction>>,
): Callee {
  // What another component exports goes by its WIT name, methods too.
  if (Object.hasOwn(imports, wit)) {
    const found = functionIn(imports, wit, wit);
    return (args) => found(...args);
  }
  const name = parseFunctionName(wit);
  if (name.kind === "function") {
    const found = functionIn(imports, camelCase(name.name), wit);
    return (args) => found(...args);
  }
  const resource = classOf(host, name.resource);
  switch (name.kind) {
    case "constructor":
      return (args) => Reflect.construct(resource, args);
    case "static": {
      const found = functionIn(resource, camelCase(name.name), wit);
      return (args) => Reflect.apply(found, resource, args);
    }
    case "method": {
      const found = functionIn(resource.prototype, camelCase(name.name), wit);
      return methodCallee(found);
    }
  }
}

/** Without an array of its own for the arguments behind `self`, as far as methods have them. */
function methodCallee(method: HostFunction): Callee {
  return (args) => {
    switch (args.length) {
      case 1:
        return method.call(args[0]);
      case 2:
        return method.call(args[0], args[1]);
      default:
        return Reflect.apply(method, args[0], args.slice(1));
    }
  };
}

function functionIn(owner: object, name: string, wit: string): HostFunction {
  const found: unknown = Reflect.get(owner, name);
  if (typeof found !== "function") {
    throw new TypeError(`There is no function for "${wit}"`);
  }
  return found;
}

function classOf(host: HostInterface, resource: string): ResourceClass {
  const found = host.resources[resource];
  if (found === undefined) {
    throw new TypeError(
      `${host.name} has no class for the resource "${resource}"`,
    );
  }
  return found;
}

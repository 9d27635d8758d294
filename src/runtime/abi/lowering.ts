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
import { type Codec, type CoreValues, makeCodec } from "./codec.ts";
import { type CoreImport, suspending } from "../jspi.ts";
import type { GuestMemory } from "./guest_memory.ts";
import { camelCase, parseFunctionName } from "./names.ts";
import { recordCodec } from "./product_codec.ts";
import { parseFunction, type WitType } from "./wit_type.ts";

/** CanonicalABI.md: more core values than this are passed through memory. */
const MAX_FLAT_PARAMETERS = 16;

/** A host function that is ready to be given to instances. */
export interface Lowered {
  /**
   * The core function for one instance.
   *
   * @param imports What {@linkcode HostInterface.imports} made for the instance.
   * @param tracer Told of its calls, where anyone wants to know.
   */
  bind(
    imports: Readonly<Record<string, HostFunction>>,
    memory: GuestMemory,
    tracer?: TracedBinding,
  ): CoreImport;
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
  const liftArguments = argumentLifter(
    parameters.map(({ type }) => codecOf(type)),
  );
  const writer = resultWriter(result, codecOf);
  const waits = host.waits.includes(name);
  return {
    bind(imports, memory, tracer) {
      const plain = callee(host, name, imports);
      const call = tracer?.traced(host, name, plain) ?? plain;
      const coreFunction = (...values: (number | bigint)[]) => {
        const place = Number(values.at(-1)) >>> 0;
        try {
          memory.state.check();
          const value: unknown = call(
            liftArguments(memory, { values, next: 0 }),
          );
          if (!waits || !(value instanceof Promise)) {
            return writer.answer(memory, value, place);
          }
          return memory.state.wait(value)
            .then((later) => writer.answer(memory, later, place))
            .catch((error) => fail(writer, memory, error, place));
        } catch (error) {
          return fail(writer, memory, error, place);
        }
      };
      return waits ? suspending(coreFunction) : coreFunction;
    },
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
    return (memory, flat) => codecs.map((codec) => codec.lift(memory, flat));
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

function resultWriter(
  type: WitType | undefined,
  codecOf: (type: WitType) => Codec,
): ResultWriter {
  const refuse = () => {
    throw new TypeError("A host function refused what it cannot refuse");
  };
  if (type === undefined) return { answer: () => undefined, refuse };
  const codec = codecOf(type);
  const write = codec.flat.length > 1
    ? (memory: GuestMemory, value: unknown, place: number) => {
      memory.checkList(place, 1, codec.size, codec.align);
      codec.store(memory, place, value);
    }
    : (memory: GuestMemory, value: unknown) => codec.lower(memory, value);
  if (type.kind !== "result") return { answer: write, refuse };
  return {
    answer: (memory, val, place) => write(memory, { tag: "ok", val }, place),
    refuse: (memory, val, place) => write(memory, { tag: "err", val }, place),
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
      return ([self, ...args]) => Reflect.apply(found, self, args);
    }
  }
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

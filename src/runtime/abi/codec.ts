/**
 * The canonical ABI: how each WIT type lies in a guest's memory, and how it travels as core
 * values. Source: the component model's CanonicalABI.md ("Loading", "Storing", "Flattening").
 *
 * A codec is made once for each type and shared by all instances.
 *
 * @module
 */

import type { ResourceClass } from "../host_interface.ts";
import type { GuestMemory } from "./guest_memory.ts";
import { GuestResource } from "./guest_resource.ts";
import { numberCodec } from "./number_codec.ts";
import { listCodec, recordCodec, stringCodec } from "./product_codec.ts";
import {
  flagsCodec,
  optionCodec,
  resultCodec,
  variantCodec,
} from "./sum_codec.ts";
import type { WitType } from "./wit_type.ts";
import { camelCase } from "./names.ts";

/** The type of a core value. */
export type CoreType = "i32" | "i64" | "f32" | "f64";

/** Core values that a guest passed, taken one after the other. */
export interface CoreValues {
  readonly values: readonly (number | bigint)[];
  next: number;
}

/** How one type crosses the border. */
export interface Codec {
  /** Bytes in memory. */
  readonly size: number;
  /** Where in memory it may begin: at multiples of this. */
  readonly align: number;
  /** The core values it is passed as. */
  readonly flat: readonly CoreType[];
  /** Reads a value of the guest from its memory. */
  load(memory: GuestMemory, offset: number): unknown;
  /** Writes a value of the host into the guest's memory. */
  store(memory: GuestMemory, offset: number, value: unknown): void;
  /** Reads a value of the guest from the core values it passed. */
  lift(memory: GuestMemory, flat: CoreValues): unknown;
  /** A value of the host as one core value; only for types that are passed as one. */
  lower(memory: GuestMemory, value: unknown): number | bigint;
  /** The same for a type that is passed as several, or as none; absent where {@linkcode lower} does. */
  lowerAll?(memory: GuestMemory, value: unknown): readonly (number | bigint)[];
}

/** A value of the host as core values, of whatever type it is. */
export function lowerFlat(
  codec: Codec,
  memory: GuestMemory,
  value: unknown,
): readonly (number | bigint)[] {
  return codec.lowerAll?.(memory, value) ?? [codec.lower(memory, value)];
}

/** Finds the class of a resource that a type names. */
export type ResourceLookup = (resource: string) => ResourceClass;

/** The codec of a type. */
export function makeCodec(type: WitType, resources: ResourceLookup): Codec {
  const make = (inner: WitType) => makeCodec(inner, resources);
  const makeOptional = (inner: WitType | undefined) =>
    inner === undefined ? undefined : make(inner);
  switch (type.kind) {
    case "string":
      return stringCodec();
    case "list":
      return listCodec(make(type.element), type.element.kind === "u8");
    case "tuple":
      return recordCodec(
        type.elements.map((element, index) => ({
          key: index,
          codec: make(element),
        })),
        () => [],
      );
    case "record":
      return recordCodec(
        type.fields.map((field) => ({
          key: camelCase(field.name),
          codec: make(field.type),
        })),
        () => ({}),
      );
    case "option":
      // `undefined` cannot say which of two options it is that holds nothing.
      return type.some.kind === "option"
        ? variantCodec([{ name: "none", codec: undefined }, {
          name: "some",
          codec: make(type.some),
        }])
        : optionCodec(make(type.some));
    case "result":
      return resultCodec(makeOptional(type.ok), makeOptional(type.error));
    case "variant":
      return variantCodec(
        type.cases.map(({ name, type }) => ({
          name,
          codec: makeOptional(type),
        })),
      );
    case "enum":
      return enumCodec(type.cases);
    case "flags":
      return flagsCodec(type.names.map(camelCase));
    case "own":
      return handleCodec(resources(type.resource), true);
    case "borrow":
      return handleCodec(resources(type.resource), false);
    default:
      return numberCodec(type.kind);
  }
}

/** Enums are their case's name; a variant without payloads in memory. */
function enumCodec(names: readonly string[]): Codec {
  const variant = variantCodec(
    names.map((name) => ({ name, codec: undefined })),
  );
  const cases = new Map(names.map((tag) => [tag, { tag }]));
  const nameOf = (value: unknown) => (value as { tag: string }).tag;
  const caseOf = (value: unknown) =>
    cases.get(value as string) ?? { tag: value };
  return {
    ...variant,
    load: (memory, offset) => nameOf(variant.load(memory, offset)),
    store: (memory, offset, value) =>
      variant.store(memory, offset, caseOf(value)),
    lift: (memory, flat) => nameOf(variant.lift(memory, flat)),
    lower: (memory, value) => variant.lower(memory, caseOf(value)),
    lowerAll: (memory, value) => [variant.lower(memory, caseOf(value))],
  };
}

/** Handles are numbers; owned ones leave the guest's table when they are passed. */
function handleCodec(resourceClass: ResourceClass, isOwned: boolean): Codec {
  const take = ({ state }: GuestMemory, handle: number) =>
    isOwned
      ? state.handles.remove(handle, resourceClass)
      : state.handles.get(handle, resourceClass);
  const give = ({ state }: GuestMemory, value: unknown) => {
    if (isOwned) return state.handles.add(value as object);
    // CanonicalABI.md, `lower_borrow`: who made the resource gets what it stands for.
    return value instanceof GuestResource && value.isOf(state)
      ? value.representation
      : state.handles.lend(value as object);
  };
  return {
    size: 4,
    align: 4,
    flat: ["i32"],
    load: (memory, offset) => take(memory, memory.view.getUint32(offset, true)),
    store: (memory, offset, value) => {
      memory.view.setUint32(offset, give(memory, value), true);
    },
    lift: (memory, flat) =>
      take(memory, Number(flat.values[flat.next++]) >>> 0),
    lower: give,
  };
}

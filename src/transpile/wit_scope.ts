/**
 * The types of a component's binary as WIT text: what {@linkcode readComponent} keeps of
 * each scope (a component, or an instance type in it), and how it is written.
 *
 * Records, variants, enums, flags and resources are written by the name they have in the
 * scope; everything else is written out, aliases such as `type duration = u64` included.
 * The host's tables follow the same rule, so that the two can be compared as text.
 *
 * @module
 */

import type { BinaryReader } from "./binary_reader.ts";

/** A type in a scope's index space. */
export type ScopeType =
  | { readonly kind: "plain"; readonly text: string }
  | {
    readonly kind: "named";
    readonly name: string | undefined;
    readonly definition: string;
  }
  | { readonly kind: "function"; readonly text: string }
  | { readonly kind: "instance"; readonly instance: InstanceType }
  | { readonly kind: "opaque" };

/** What an instance of an interface exports. */
export interface InstanceType {
  readonly functions: Map<string, string>;
  readonly types: Map<string, ScopeType>;
}

const PRIMITIVES: ReadonlyMap<number, string> = new Map([
  [0x7f, "bool"],
  [0x7e, "s8"],
  [0x7d, "u8"],
  [0x7c, "s16"],
  [0x7b, "u16"],
  [0x7a, "s32"],
  [0x79, "u32"],
  [0x78, "s64"],
  [0x77, "u64"],
  [0x76, "f32"],
  [0x75, "f64"],
  [0x74, "char"],
  [0x73, "string"],
  [0x64, "error-context"],
]);

/** One type index space and, for `outer` aliases, the one around it. */
export class WitScope {
  readonly types: ScopeType[] = [];
  readonly parent: WitScope | undefined;

  constructor(parent?: WitScope) {
    this.parent = parent;
  }

  /** The scope of an instance or component type in this one. */
  child(): WitScope {
    return new WitScope(this);
  }

  /** A resource that is declared here. */
  resource(): ScopeType {
    return { kind: "named", name: undefined, definition: "resource" };
  }

  /** The type at an index; unknown indexes are written as what they are. */
  at(index: number): ScopeType {
    const type = this.types[index];
    if (type === undefined) {
      throw new RangeError(
        `Cannot read component: it names a type ${index} that is not there`,
      );
    }
    return type;
  }

  /** The scope `count` levels out. */
  outer(count: number): WitScope {
    let scope: WitScope | undefined = this.#self();
    for (; count > 0 && scope !== undefined; count--) scope = scope.parent;
    if (scope === undefined) {
      throw new RangeError(
        "Cannot read component: it names a scope that is not there",
      );
    }
    return scope;
  }

  #self(): WitScope {
    return this;
  }

  /** Adds the type an export gives a name to; the first name a type gets in a scope stays. */
  addNamed(name: string, type: ScopeType): ScopeType {
    const added: ScopeType = type.kind === "named" && type.name === undefined
      ? { ...type, name }
      : type;
    this.types.push(added);
    return added;
  }

  /** Reads a value type: a primitive, or the index of a type. */
  valueType(reader: BinaryReader): string {
    const primitive = PRIMITIVES.get(reader.peek());
    if (primitive !== undefined) {
      reader.byte();
      return primitive;
    }
    return this.text(reader.u32());
  }

  /** How a type is written where it is used. */
  text(index: number): string {
    const type = this.at(index);
    if (type.kind === "plain") return type.text;
    if (type.kind === "named") return type.name ?? type.definition;
    throw new TypeError(
      `Cannot read component: type ${index} is no value type`,
    );
  }

  /** Reads a function type behind its opcode. */
  functionType(reader: BinaryReader): string {
    const parameters = reader.vector((item) =>
      `${item.name()}: ${this.valueType(item)}`
    );
    const hasResult = reader.byte() === 0x00;
    const result = hasResult
      ? ` -> ${this.valueType(reader)}`
      : (reader.byte(), "");
    return `func(${parameters.join(", ")})${result}`;
  }

  /** Reads the definition of a value type. */
  definedType(reader: BinaryReader): ScopeType {
    const opcode = reader.byte();
    const primitive = PRIMITIVES.get(opcode);
    if (primitive !== undefined) return { kind: "plain", text: primitive };
    const list = (items: string[]) => items.join(", ");
    const named = (definition: string): ScopeType => ({
      kind: "named",
      name: undefined,
      definition,
    });
    const plain = (text: string): ScopeType => ({ kind: "plain", text });
    const optional = () =>
      reader.byte() === 0x00 ? undefined : this.valueType(reader);
    switch (opcode) {
      case 0x72: {
        const fields = reader.vector((item) =>
          `${item.name()}: ${this.valueType(item)}`
        );
        return named(`record { ${list(fields)} }`);
      }
      case 0x71:
        return named(
          `variant { ${
            list(reader.vector((item) => this.#variantCase(item)))
          } }`,
        );
      case 0x6e:
        return named(`flags { ${list(reader.vector((item) => item.name()))} }`);
      case 0x6d:
        return named(`enum { ${list(reader.vector((item) => item.name()))} }`);
      case 0x70:
        return plain(`list<${this.valueType(reader)}>`);
      case 0x67: {
        const element = this.valueType(reader);
        return plain(`list<${element}, ${reader.u32()}>`);
      }
      case 0x6f:
        return plain(
          `tuple<${list(reader.vector((item) => this.valueType(item)))}>`,
        );
      case 0x6b:
        return plain(`option<${this.valueType(reader)}>`);
      case 0x6a:
        return plain(resultText(optional(), optional()));
      case 0x69:
        return plain(this.text(reader.u32()));
      case 0x68:
        return plain(`borrow<${this.text(reader.u32())}>`);
      case 0x66:
      case 0x65: {
        const element = optional();
        const name = opcode === 0x66 ? "stream" : "future";
        return plain(element === undefined ? name : `${name}<${element}>`);
      }
      case 0x63:
        return plain(
          `map<${this.valueType(reader)}, ${this.valueType(reader)}>`,
        );
      default:
        throw new TypeError(
          `Cannot read component at byte ${reader.offset - 1}: unknown type 0x${
            opcode.toString(16)
          }`,
        );
    }
  }

  #variantCase(reader: BinaryReader): string {
    const name = reader.name();
    const payload = reader.byte() === 0x00 ? "" : `(${this.valueType(reader)})`;
    reader.byte(); // `refines`, always absent
    return name + payload;
  }
}

function resultText(ok: string | undefined, error: string | undefined): string {
  if (error !== undefined) return `result<${ok ?? "_"}, ${error}>`;
  return ok === undefined ? "result" : `result<${ok}>`;
}

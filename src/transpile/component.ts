/**
 * What a component file says of itself: which interfaces it imports, with the type of each
 * function, and what it exports. Read from the binary, because two interfaces can carry the
 * same name and version and differ in type.
 *
 * Source: the component model's Binary.md. Sections that say nothing of imports and exports
 * are skipped.
 *
 * @module
 */

import type { WantedInterface } from "../runtime/artifact.ts";
import { BinaryReader } from "./binary_reader.ts";
import { readExternName } from "./extern_name.ts";
import { type InstanceType, type ScopeType, WitScope } from "./wit_scope.ts";

/** What a file that should be a component is. */
export type WasmKind = "component" | "core module" | "not WebAssembly";

/** The interface of a component. */
export interface ComponentShape {
  readonly imports: readonly WantedInterface[];
  /** Names of what it exports: `wasi:http/incoming-handler@0.2.0`. */
  readonly exports: readonly string[];
}

/** The first eight bytes tell a component from a core module. */
export function wasmKind(bytes: Uint8Array): WasmKind {
  const magic = [0x00, 0x61, 0x73, 0x6d];
  if (bytes.length < 8 || magic.some((byte, index) => bytes[index] !== byte)) {
    return "not WebAssembly";
  }
  return bytes[6] === 1 ? "component" : "core module";
}

/** Binary.md: the sections of a component that say something of imports and exports. */
export const SECTION = {
  component: 4,
  instance: 5,
  alias: 6,
  type: 7,
  import: 10,
  export: 11,
} as const;
/** Binary.md: what an index can count. */
export const SORT = {
  core: 0x00,
  type: 0x03,
  component: 0x04,
  instance: 0x05,
} as const;

/**
 * Reads a component's imports and exports.
 *
 * @throws {RangeError | TypeError} The bytes are damaged or use what this reader does not know.
 */
export function readComponent(bytes: Uint8Array): ComponentShape {
  const reader = new BinaryReader(bytes, 8);
  const component = new ComponentScope();
  while (!reader.done) {
    const id = reader.byte();
    component.readSection(id, reader.section(reader.u32()));
  }
  return { imports: component.imports, exports: component.exports };
}

class ComponentScope {
  readonly imports: WantedInterface[] = [];
  readonly exports: string[] = [];
  readonly #scope = new WitScope();
  readonly #instances: (InstanceType | undefined)[] = [];

  readSection(id: number, reader: BinaryReader): void {
    switch (id) {
      case SECTION.type:
        reader.vector(() =>
          this.#scope.types.push(readType(reader, this.#scope))
        );
        return;
      case SECTION.alias:
        reader.vector(() => this.#readAlias(reader));
        return;
      case SECTION.import:
        reader.vector(() => this.#readImport(reader));
        return;
      case SECTION.instance: {
        // What instances hold is of no interest here, but each takes an index, and a byte at
        // least: a damaged count ends here.
        const { length } = reader.take(reader.u32());
        for (let index = 0; index < length; index++) {
          this.#instances.push(undefined);
        }
        return;
      }
      case SECTION.export:
        reader.vector(() => this.#readExport(reader));
        return;
    }
  }

  #readAlias(reader: BinaryReader): void {
    const sort = readSort(reader);
    const target = readAliasTarget(reader);
    if (sort === SORT.instance) this.#instances.push(undefined);
    if (sort !== SORT.type) return;
    const instance = target.kind === "export"
      ? this.#instances[target.instance]
      : undefined;
    const type = target.kind === "export"
      ? instance?.types.get(target.name)
      : undefined;
    this.#scope.types.push(unnamed(type ?? { kind: "opaque" }));
  }

  #readImport(reader: BinaryReader): void {
    const { name, implemented } = readExternName(reader);
    const external = readExternType(reader, this.#scope);
    switch (external.kind) {
      case "instance": {
        this.#instances.push(external.instance);
        this.imports.push({
          ...wantedInterface(implemented ?? name, external.instance),
          label: name,
          ...(implemented === undefined ? {} : { labelled: true }),
        });
        return;
      }
      case "function":
        this.imports.push({
          name: "",
          version: "",
          label: name,
          functions: { [name]: external.text },
          types: {},
        });
        return;
      case "type":
        this.#scope.addNamed(name, external.type);
        return;
    }
  }

  #readExport(reader: BinaryReader): void {
    this.exports.push(readExternName(reader).name);
    const sort = readSort(reader);
    const index = reader.u32();
    if (sort === SORT.instance) this.#instances.push(this.#instances[index]);
    if (sort === SORT.type) this.#scope.types.push(this.#scope.at(index));
    if (reader.byte() === 0x01) readExternType(reader, this.#scope);
  }
}

/** A type taken into another scope has no name there until an export gives it one. */
export function unnamed(type: ScopeType): ScopeType {
  return type.kind === "named" ? { ...type, name: undefined } : type;
}

function wantedInterface(
  id: string,
  instance: InstanceType,
): Omit<WantedInterface, "label"> {
  const at = id.lastIndexOf("@");
  const types: Record<string, string> = {};
  for (const [name, type] of instance.types) {
    if (type.kind === "named") types[type.name ?? name] = type.definition;
  }
  return {
    name: at < 0 ? id : id.slice(0, at),
    version: at < 0 ? "" : id.slice(at + 1),
    functions: Object.fromEntries(instance.functions),
    types,
  };
}

/** Reads a type definition. */
export function readType(reader: BinaryReader, scope: WitScope): ScopeType {
  switch (reader.peek()) {
    case 0x40:
    case 0x43:
      reader.byte();
      return { kind: "function", text: scope.functionType(reader) };
    case 0x42:
      reader.byte();
      return { kind: "instance", instance: readInstanceType(reader, scope) };
    case 0x41:
      reader.byte();
      readComponentType(reader, scope);
      return { kind: "opaque" };
    case 0x3f:
      reader.byte();
      reader.byte(); // its representation, always i32
      if (reader.byte() === 0x01) reader.u32(); // its destructor
      return scope.resource();
    default:
      return scope.definedType(reader);
  }
}

function readInstanceType(
  reader: BinaryReader,
  parent: WitScope,
): InstanceType {
  const scope = parent.child();
  const instance: InstanceType = { functions: new Map(), types: new Map() };
  reader.vector(() => readDeclaration(reader, scope, instance));
  return instance;
}

function readComponentType(reader: BinaryReader, parent: WitScope): void {
  const scope = parent.child();
  const instance: InstanceType = { functions: new Map(), types: new Map() };
  reader.vector(() => {
    if (reader.peek() !== 0x03) return readDeclaration(reader, scope, instance);
    reader.byte();
    declare(
      readExternName(reader).name,
      readExternType(reader, scope),
      scope,
      instance,
    );
  });
}

function readDeclaration(
  reader: BinaryReader,
  scope: WitScope,
  instance: InstanceType,
): void {
  const kind = reader.byte();
  switch (kind) {
    case 0x01:
      scope.types.push(readType(reader, scope));
      return;
    case 0x02: {
      const sort = readSort(reader);
      const target = readAliasTarget(reader);
      if (sort !== SORT.type) return;
      const type = target.kind === "outer"
        ? scope.outer(target.count).at(target.index)
        : { kind: "opaque" } as const;
      scope.types.push(unnamed(type));
      return;
    }
    case 0x04:
      declare(
        readExternName(reader).name,
        readExternType(reader, scope),
        scope,
        instance,
      );
      return;
    default:
      throw new TypeError(
        `Cannot read component at byte ${
          reader.offset - 1
        }: unknown declaration ${kind}`,
      );
  }
}

function declare(
  name: string,
  external: ExternType,
  scope: WitScope,
  instance: InstanceType,
): void {
  if (external.kind === "function") instance.functions.set(name, external.text);
  if (external.kind === "type") {
    instance.types.set(name, scope.addNamed(name, external.type));
  }
}

/** What an import or export is. */
export type ExternType =
  | { readonly kind: "function"; readonly text: string }
  | { readonly kind: "type"; readonly type: ScopeType }
  | { readonly kind: "instance"; readonly instance: InstanceType }
  | { readonly kind: "component" }
  | { readonly kind: "other" };

/** Reads what an import or export is. */
export function readExternType(
  reader: BinaryReader,
  scope: WitScope,
): ExternType {
  const kind = reader.byte();
  switch (kind) {
    case 0x00:
      reader.byte();
      reader.u32();
      return { kind: "other" };
    case 0x01: {
      const type = scope.at(reader.u32());
      return {
        kind: "function",
        text: type.kind === "function" ? type.text : "func(?)",
      };
    }
    case 0x03: {
      if (reader.byte() === 0x00) {
        return { kind: "type", type: scope.at(reader.u32()) };
      }
      return { kind: "type", type: scope.resource() };
    }
    case 0x04:
      reader.u32();
      return { kind: "component" };
    case 0x05: {
      const type = scope.at(reader.u32());
      const empty = { functions: new Map(), types: new Map() };
      return {
        kind: "instance",
        instance: type.kind === "instance" ? type.instance : empty,
      };
    }
    default:
      throw new TypeError(
        `Cannot read component at byte ${
          reader.offset - 1
        }: unknown kind of import ${kind}`,
      );
  }
}

/** Reads what kind of thing an index counts. */
export function readSort(reader: BinaryReader): number {
  const sort = reader.byte();
  if (sort === SORT.core) reader.byte();
  return sort;
}

/** What an alias stands for. */
export type AliasTarget =
  | {
    readonly kind: "export";
    readonly instance: number;
    readonly name: string;
  }
  | { readonly kind: "outer"; readonly count: number; readonly index: number };

/** Reads what an alias stands for. */
export function readAliasTarget(reader: BinaryReader): AliasTarget {
  const kind = reader.byte();
  if (kind === 0x02) {
    return { kind: "outer", count: reader.u32(), index: reader.u32() };
  }
  return { kind: "export", instance: reader.u32(), name: reader.name() };
}

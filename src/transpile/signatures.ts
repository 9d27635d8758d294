/**
 * The types of a component's functions with nothing left to look up: every record and variant
 * written out, every resource by a number that stands for this one resource wherever it comes
 * up. Two components can be joined when these fit, whatever either calls its types.
 *
 * Read apart from {@linkcode readComponent}, whose texts go by names as the host's tables do.
 * Source: the component model's Binary.md; what tools put around the functions of an exported
 * interface is a component of its own, which is read too.
 *
 * @module
 */

import type {
  ExportSignatures,
  FunctionTypes,
  ResourceOrigin,
  Signatures,
} from "../runtime/artifact.ts";
import { BinaryReader } from "./binary_reader.ts";
import {
  readAliasTarget,
  readExternType,
  readSort,
  readType,
  SECTION,
  SORT,
  unnamed,
} from "./component.ts";
import { readExternName } from "./extern_name.ts";
import { type InstanceType, type ScopeType, WitScope } from "./wit_scope.ts";

/** How a resource is written: its place in {@linkcode Signatures.resources}. */
const RESOURCE = /\bresource_(\d+)\b/g;

/**
 * Reads the signatures of a component's imports and exports.
 *
 * @throws {RangeError | TypeError} The bytes are damaged or use what this reader does not know.
 */
export function readSignatures(bytes: Uint8Array): Signatures {
  const resources: ResourceOrigin[] = [];
  const component = new ComponentSignatures(new ResourceScope(resources));
  component.read(new BinaryReader(bytes, 8));
  return {
    resources,
    imports: Object.fromEntries(component.imports),
    exports: Object.fromEntries(
      [...component.exports].map(([name, instance]) => [
        name,
        exportSignatures(instance),
      ]),
    ),
  };
}

/** A scope that writes types out in full. */
class ResourceScope extends WitScope {
  readonly #resources: ResourceOrigin[];

  constructor(resources: ResourceOrigin[], parent?: WitScope) {
    super(parent);
    this.#resources = resources;
  }

  override child(): ResourceScope {
    return new ResourceScope(this.#resources, this);
  }

  override resource(): ScopeType {
    const definition = `resource_${this.#resources.length}`;
    this.#resources.push({ kind: "own" });
    return { kind: "named", name: undefined, definition };
  }

  override text(index: number): string {
    const type = this.at(index);
    return type.kind === "named" ? type.definition : super.text(index);
  }

  /** An import gives the resources that it is the first to name. */
  give(label: string, { types }: InstanceType): void {
    for (const [resource, type] of types) {
      const number = resourceNumber(type);
      if (number === undefined) continue;
      if (this.#resources[number]?.kind !== "own") continue;
      this.#resources[number] = { kind: "import", label, resource };
    }
  }
}

/** A component inside of the component: the types it wants, and what an instance of it has. */
interface Nested {
  readonly parameters: ReadonlyMap<string, string>;
  readonly instance: InstanceType;
}

class ComponentSignatures {
  readonly imports = new Map<string, FunctionTypes>();
  readonly exports = new Map<string, InstanceType>();
  readonly #scope: ResourceScope;
  readonly #instances: (InstanceType | undefined)[] = [];
  readonly #components: (Nested | undefined)[] = [];
  readonly #parameters = new Map<string, string>();
  /** What it exports beside instances. */
  readonly #own: InstanceType = { functions: new Map(), types: new Map() };

  constructor(scope: ResourceScope) {
    this.#scope = scope;
  }

  read(reader: BinaryReader): void {
    while (!reader.done) {
      const id = reader.byte();
      this.#readSection(id, reader.section(reader.u32()));
    }
  }

  asNested(): Nested {
    return { parameters: this.#parameters, instance: this.#own };
  }

  #readSection(id: number, reader: BinaryReader): void {
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
      case SECTION.component: {
        reader.take(8); // its magic number and version
        const nested = new ComponentSignatures(this.#scope.child());
        nested.read(reader);
        this.#components.push(nested.asNested());
        return;
      }
      case SECTION.instance:
        reader.vector(() => this.#instances.push(this.#readInstance(reader)));
        return;
      case SECTION.export:
        reader.vector(() => this.#readExport(reader));
        return;
    }
  }

  #readAlias(reader: BinaryReader): void {
    const sort = readSort(reader);
    const target = readAliasTarget(reader);
    if (sort === SORT.instance) this.#instances.push(undefined);
    if (sort === SORT.component) this.#components.push(undefined);
    if (sort !== SORT.type) return;
    const type = target.kind === "outer"
      ? this.#scope.outer(target.count).at(target.index)
      : this.#instances[target.instance]?.types.get(target.name);
    this.#scope.types.push(unnamed(type ?? { kind: "opaque" }));
  }

  #readImport(reader: BinaryReader): void {
    const { name } = readExternName(reader);
    const external = readExternType(reader, this.#scope);
    switch (external.kind) {
      case "instance":
        this.#instances.push(external.instance);
        this.#scope.give(name, external.instance);
        this.imports.set(
          name,
          Object.fromEntries(external.instance.functions),
        );
        return;
      case "type":
        this.#scope.types.push(external.type);
        if (external.type.kind === "named") {
          this.#parameters.set(name, external.type.definition);
        }
        return;
      case "component":
        this.#components.push(undefined);
        return;
    }
  }

  #readInstance(reader: BinaryReader): InstanceType | undefined {
    if (reader.byte() === 0x01) {
      reader.vector(() => {
        readExternName(reader);
        readSort(reader);
        reader.u32();
      });
      return undefined;
    }
    const nested = this.#components[reader.u32()];
    const given = new Map<string, string>();
    reader.vector(() => {
      const name = reader.name();
      const sort = readSort(reader);
      const index = reader.u32();
      const parameter = nested?.parameters.get(name);
      if (sort !== SORT.type || parameter === undefined) return;
      const type = this.#scope.at(index);
      if (type.kind === "named") given.set(parameter, type.definition);
    });
    return nested && withGiven(nested.instance, given);
  }

  #readExport(reader: BinaryReader): void {
    const { name } = readExternName(reader);
    const sort = readSort(reader);
    const index = reader.u32();
    if (sort === SORT.instance) {
      const instance = this.#instances[index];
      this.#instances.push(instance);
      if (instance !== undefined) this.exports.set(name, instance);
    }
    if (sort === SORT.component) this.#components.push(this.#components[index]);
    if (sort === SORT.type) {
      const type = this.#scope.at(index);
      this.#scope.types.push(type);
      this.#own.types.set(name, type);
    }
    if (reader.byte() !== 0x01) return;
    const external = readExternType(reader, this.#scope);
    if (external.kind === "function") {
      this.#own.functions.set(name, external.text);
    }
  }
}

/** An instance's types, with the resources that it was made with in place of those it wanted. */
function withGiven(
  { functions, types }: InstanceType,
  given: ReadonlyMap<string, string>,
): InstanceType {
  const fill = (text: string) =>
    text.replaceAll(RESOURCE, (resource) => given.get(resource) ?? resource);
  return {
    functions: new Map(
      [...functions].map(([name, text]) => [name, fill(text)]),
    ),
    types: new Map(
      [...types].map(([name, type]) => [
        name,
        type.kind === "named"
          ? { ...type, definition: fill(type.definition) }
          : type,
      ]),
    ),
  };
}

function exportSignatures(
  { functions, types }: InstanceType,
): ExportSignatures {
  const resources: Record<string, number> = {};
  for (const [name, type] of types) {
    const number = resourceNumber(type);
    if (number !== undefined) resources[name] = number;
  }
  return { functions: Object.fromEntries(functions), resources };
}

/** Which resource a type is, if it is one. */
function resourceNumber(type: ScopeType): number | undefined {
  if (type.kind !== "named") return undefined;
  const match = /^resource_(\d+)$/.exec(type.definition);
  return match === null ? undefined : Number(match[1]);
}

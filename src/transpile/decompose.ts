/**
 * Takes a component apart that was composed of several (by `wac` or `wasm-tools compose`), so
 * that they can be joined as components are that come in files of their own.
 *
 * Those are joined by the names of interfaces. A composition can join by other names, make two
 * instances of one component, or put code of its own around: then it is refused, not guessed.
 *
 * @module
 */

import { BinaryReader } from "./binary_reader.ts";
import { readAliasTarget, readSort, SECTION, SORT } from "./component.ts";
import { readExternName } from "./extern_name.ts";

/** A composition that joins its components in a way that Wharf cannot follow. */
export class CompositionError extends Error {
  override readonly name = "CompositionError";
}

/** Binary.md: sections with code, which a mere composition has none of. */
const CODE: ReadonlySet<number> = new Set([1, 2, 3, 8, 9]);

/** An instance in a composition. */
type Instance =
  /** An import of the composition. */
  | { readonly kind: "import"; readonly name: string }
  /** One of its components, by their number. */
  | { readonly kind: "component"; readonly component: number }
  /** What such an instance exports. */
  | {
    readonly kind: "export";
    readonly component: number;
    readonly name: string;
  }
  | { readonly kind: "other" };

/** One component, or those of a composition. */
export type Composed = readonly [
  Uint8Array<ArrayBuffer>,
  ...Uint8Array<ArrayBuffer>[],
];

/**
 * The components of a composition, the one that exports what the composition does in front.
 * A component that is none comes back as it is.
 *
 * @throws {CompositionError} They are joined in a way that Wharf cannot follow.
 * @throws {RangeError | TypeError} The bytes are damaged.
 */
export function decompose(
  bytes: Uint8Array<ArrayBuffer>,
): Composed {
  const sections: { readonly id: number; readonly content: BinaryReader }[] =
    [];
  const reader = new BinaryReader(bytes, 8);
  while (!reader.done) {
    const id = reader.byte();
    if (CODE.has(id)) return [bytes];
    sections.push({ id, content: reader.section(reader.u32()) });
  }
  if (!sections.some(({ id }) => id === SECTION.component)) return [bytes];
  const composition = new Composition();
  for (const { id, content } of sections) composition.readSection(id, content);
  // What is composed can be a composition too.
  const [front, ...others] = composition.components();
  return [...decompose(front), ...others.flatMap(decompose)];
}

class Composition {
  readonly #components: Uint8Array<ArrayBuffer>[] = [];
  readonly #instances: Instance[] = [];
  readonly #instantiated = new Set<number>();
  #front: number | undefined;

  /** Those that have an instance, the one in front first. */
  components(): Composed {
    if (this.#front === undefined) {
      throw refused("it exports nothing of its components");
    }
    const others = [...this.#instantiated].filter((component) =>
      component !== this.#front
    );
    return [
      this.#components[this.#front]!,
      ...others.map((index) => this.#components[index]!),
    ];
  }

  readSection(id: number, reader: BinaryReader): void {
    switch (id) {
      case SECTION.component: {
        // A copy: the rest of the composition need not be kept for it.
        this.#components.push(Uint8Array.from(reader.rest()));
        return;
      }
      case SECTION.import:
        reader.vector(() => this.#readImport(reader));
        return;
      case SECTION.instance:
        reader.vector(() => this.#instances.push(this.#readInstance(reader)));
        return;
      case SECTION.alias:
        reader.vector(() => this.#readAlias(reader));
        return;
      case SECTION.export:
        reader.vector(() => this.#readExport(reader));
        return;
    }
  }

  #readImport(reader: BinaryReader): void {
    const { name } = readExternName(reader);
    const sort = skipExternType(reader);
    if (sort === SORT.component) {
      throw refused(`it imports a component, "${name}"`);
    }
    if (sort === SORT.instance) this.#instances.push({ kind: "import", name });
  }

  #readInstance(reader: BinaryReader): Instance {
    if (reader.byte() !== 0x00) {
      reader.vector(() => {
        readExternName(reader);
        readSort(reader);
        reader.u32();
      });
      return { kind: "other" };
    }
    const component = reader.u32();
    if (this.#components[component] === undefined) {
      throw refused(`it has no component ${component}`);
    }
    if (this.#instantiated.has(component)) {
      throw refused("it has two instances of one component");
    }
    this.#instantiated.add(component);
    reader.vector(() => {
      const name = reader.name();
      const sort = readSort(reader);
      const index = reader.u32();
      if (sort === SORT.instance && this.#fits(name, this.#instances[index])) {
        return;
      }
      throw refused(`"${name}" is given something else than that interface`);
    });
    return { kind: "component", component };
  }

  /** Whether a component finds the same by the name alone. The host serves any patch of WASI 0.2. */
  #fits(name: string, given: Instance | undefined): boolean {
    switch (given?.kind) {
      case "import":
        return withoutVersion(given.name) === withoutVersion(name);
      case "export":
        return given.name === name;
      default:
        return false;
    }
  }

  #readAlias(reader: BinaryReader): void {
    const sort = readSort(reader);
    const target = readAliasTarget(reader);
    if (sort === SORT.component) throw refused("it takes a component by alias");
    if (sort !== SORT.instance) return;
    const from = target.kind === "export"
      ? this.#instances[target.instance]
      : undefined;
    this.#instances.push(
      target.kind === "export" && from?.kind === "component"
        ? { kind: "export", component: from.component, name: target.name }
        : { kind: "other" },
    );
  }

  #readExport(reader: BinaryReader): void {
    const { name } = readExternName(reader);
    const sort = readSort(reader);
    const index = reader.u32();
    if (reader.byte() === 0x01) skipExternType(reader);
    if (sort !== SORT.instance) return;
    const instance = this.#instances[index] ?? { kind: "other" };
    this.#instances.push(instance);
    if (instance.kind !== "export" || instance.name !== name) {
      throw refused(`"${name}" is exported under another name`);
    }
    if (this.#front !== undefined && this.#front !== instance.component) {
      throw refused("several of its components share its exports");
    }
    this.#front = instance.component;
  }
}

/** Goes past the type of an import or export; tells what it is. */
function skipExternType(reader: BinaryReader): number {
  const sort = reader.byte();
  // A core module has one more byte; a type is bounded by another one or is a resource.
  const isShort = sort === SORT.type && reader.byte() !== 0x00;
  if (sort === SORT.core) reader.byte();
  if (!isShort) reader.u32();
  return sort;
}

function withoutVersion(name: string): string {
  return name.split("@")[0]!;
}

function refused(state: string): CompositionError {
  return new CompositionError(
    `Cannot take the composed component apart: ${state}; ` +
      "name its components in dev.components instead",
  );
}

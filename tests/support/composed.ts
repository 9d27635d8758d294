/**
 * Composes components as `wac` does, for tests: each is joined with those before it by the
 * names of interfaces. The types of what is imported are left out; nobody reads them.
 *
 * @module
 */

import { BinaryWriter } from "../../src/runtime/binary_writer.ts";
import { readComponent } from "../../src/transpile/component.ts";

/** What a composition does otherwise than it should. */
export interface CompositionFaults {
  /** The name that the last component's first export has outside. */
  readonly exportAs?: string;
  /** The last component has a second instance. */
  readonly twice?: true;
  /** The name that an import of this name is asked for by outside. */
  readonly importAs?: readonly [name: string, outside: string];
}

/** The composition; it exports what the last component exports first. */
export function composed(
  components: readonly Uint8Array<ArrayBuffer>[],
  faults: CompositionFaults = {},
): Uint8Array<ArrayBuffer> {
  const shapes = components.map(readComponent);
  const file = new BinaryWriter();
  const section = (
    id: number,
    items: readonly ((to: BinaryWriter) => void)[],
  ) => {
    const content = new BinaryWriter();
    content.u32(items.length);
    for (const write of items) write(content);
    file.byte(id);
    file.sized(content.view());
  };
  file.raw([0, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0]);
  section(7, [(to) => to.raw([0x42, 0])]);
  const places = new Map<string, number>();
  const exporterOf = (label: string, before: number) =>
    shapes.slice(0, before).findIndex(({ exports }) => exports.includes(label));
  let instances = 0;
  const outside = shapes.flatMap(({ imports }, index) =>
    imports.map(({ label }) => label)
      .filter((label) => exporterOf(label, index) < 0)
  );
  for (const label of new Set(outside)) places.set(label, instances++);
  section(
    10,
    [...places.keys()].map((label) => (to) => {
      const [name, other] = faults.importAs ?? [];
      to.byte(0x00);
      to.name(label === name ? other! : label);
      to.raw([0x05, 0]);
    }),
  );
  const made: number[] = [];
  const alias = (instance: number, label: string) => {
    section(6, [(to) => {
      to.raw([0x05, 0x00]);
      to.u32(instance);
      to.name(label);
    }]);
    return instances++;
  };
  for (const [index, { imports }] of shapes.entries()) {
    file.byte(4);
    file.sized(components[index]!);
    const given = imports.map(({ label }) => {
      const exporter = exporterOf(label, index);
      const place = exporter < 0
        ? places.get(label)!
        : alias(made[exporter]!, label);
      return { label, place };
    });
    const isTwice = faults.twice === true && index === shapes.length - 1;
    for (let count = isTwice ? 2 : 1; count > 0; count--) {
      section(5, [(to) => {
        to.byte(0x00);
        to.u32(index);
        to.u32(given.length);
        for (const { label, place } of given) {
          to.name(label);
          to.byte(0x05);
          to.u32(place);
        }
      }]);
      made[index] = instances++;
    }
  }
  const label = shapes.at(-1)!.exports[0]!;
  const exported = alias(made.at(-1)!, label);
  section(11, [(to) => {
    to.byte(0x00);
    to.name(faults.exportAs ?? label);
    to.byte(0x05);
    to.u32(exported);
    to.byte(0x00);
  }]);
  return file.done();
}

/**
 * What every host interface owes the runtime: its table says what WIT says, and what it hands
 * to an instance is what its table says.
 */

import assert from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";
import { RecordedInstance } from "../../tests/support/recorded_instance.ts";
import { parseWit, type WitInterface } from "../../tests/support/wit_text.ts";
import { GuestMemory, GuestState } from "../runtime/abi/guest_memory.ts";
import { lowerFunction } from "../runtime/abi/lowering.ts";
import { camelCase } from "../runtime/abi/names.ts";
import type { HostInterface } from "../runtime/host_interface.ts";
import { makeBlobsInMemory } from "../blobstore/in_memory.ts";
import { wasiInterfaces } from "./mod.ts";

testInterfaces(wasiInterfaces({
  environment: {},
  config: {},
  buckets: { open: () => Promise.reject(new TypeError("unused")) },
  blobs: makeBlobsInMemory(),
}));

function testInterfaces(interfaces: readonly HostInterface[]): void {
  const spin = parseWit(readFolder("../../tests/guests/src/kv_spin/wit/deps/"));
  const texts = [
    ...parseWit([
      ...readFolder("../../tests/guests/wit/deps/"),
      ...readFolder("../../tests/guests/src/kv_draft2/wit/deps/"),
      ...readFolder("../../tests/support/wit/"),
    ]),
    ...spin,
  ];

  Deno.test("every interface of Spin's wasi:keyvalue is offered as its WIT text has it", () => {
    for (const { name, version, functions } of spin) {
      const offered = interfaces.filter((offered) =>
        offered.name === name && offered.version === version &&
        isDeepStrictEqual({ ...offered.functions }, functions)
      );
      assert.equal(offered.length, 1, name);
    }
  });

  for (const offered of interfaces) {
    const namesake = interfaces.indexOf(offered) !==
      interfaces.findIndex(({ name, version }) =>
        name === offered.name && version === offered.version
      );
    const label = `${offered.name}@${offered.version}` +
      (namesake ? " (Spin's)" : "");
    const official = findText(offered, texts);

    Deno.test(`${label} has the functions and types of its WIT text`, () => {
      assert.deepEqual(
        { ...offered.functions },
        { ...offeredOf(official.unstable, offered), ...official.functions },
      );
      const { types } = offered;
      for (const [name, definition] of Object.entries(official.types)) {
        assert.equal(types[name], definition, name);
      }
      // Beside them only what their definitions name, and what unstable functions take.
      const all = [
        ...Object.values(types),
        ...Object.values(offeredOf(official.unstable, offered)),
      ].join(" ");
      for (const name of Object.keys(types)) {
        const named = all.includes(`(${name})`) ||
          all.includes(`borrow<${name}>`);
        assert.ok(name in official.types || named, name);
      }
    });

    Deno.test(`${label} has what it declares, and nothing else`, () => {
      const imports = offered.imports(new RecordedInstance());
      const plain = Object.keys(offered.functions).filter((name) =>
        !name.startsWith("[")
      );
      assert.deepEqual(
        Object.keys(imports).sort(),
        plain.map(camelCase).sort(),
      );
      const memory = new GuestMemory(new GuestState(), undefined, undefined);
      for (const name of Object.keys(offered.functions)) {
        // Finds the function by its WIT name, and a class for each resource it names.
        assert.ok(lowerFunction(offered, name).bind(imports, memory), name);
      }
      const resources = Object.entries(offered.types)
        .filter(([, definition]) => definition === "resource")
        .map(([name]) => name);
      assert.deepEqual(Object.keys(offered.resources).sort(), resources.sort());
    });

    Deno.test(`${label} lets only functions wait that it declares`, () => {
      for (const name of offered.waits) {
        assert.ok(name in offered.functions, name);
      }
      assert.equal(new Set(offered.waits).size, offered.waits.length);
    });

    Deno.test(`${label} has only functions plain that it declares`, () => {
      const names = Object.keys(offered.functions);
      const { plain = [], goesOut = {} } = offered;
      const plainNames = plain === "all" ? names : plain;
      for (const name of plainNames) assert.ok(names.includes(name), name);
      for (const name of Object.keys(goesOut)) {
        assert.ok(plainNames.includes(name), name);
      }
    });

    Deno.test(`${label} tells of calls of functions that it declares`, () => {
      for (const name of Object.keys(offered.calls ?? {})) {
        assert.ok(name in offered.functions, name);
      }
    });

    Deno.test(`${label} limits only functions that it declares`, () => {
      const { limits = {} } = offered;
      const clauses = typeof limits === "string"
        ? [limits]
        : Object.values(limits);
      const named = typeof limits === "string" ? [] : Object.keys(limits);
      for (const name of named) assert.ok(name in offered.functions, name);
      for (const clause of clauses) {
        assert.match(clause, /^[^|\n]*[^|\n.]$/, "it stands in a table");
      }
    });

    Deno.test(`${label} shares nothing that changes between instances`, () => {
      const one = offered.imports(new RecordedInstance());
      const other = offered.imports(new RecordedInstance());
      assert.notEqual(one, other);
      for (const [name, value] of Object.entries(one)) {
        assert.equal(typeof value, "function", `${name} is state`);
        if (value === other[name]) {
          assert.deepEqual(Object.keys(Object(value)), [], `${name} has state`);
        }
      }
    });
  }
}

/** Those of the unstable functions that the host has chosen to offer. */
function offeredOf(
  unstable: WitInterface["unstable"],
  offered: HostInterface,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(unstable).filter(([name]) => name in offered.functions),
  );
}

function findText(
  offered: HostInterface,
  texts: readonly WitInterface[],
): WitInterface {
  const sameName = texts.filter((text) => text.name === offered.name);
  const version = offered.version.replace(/x$/, "12");
  const sameVersion = sameName.filter((text) => text.version === version);
  // Spin's draft2 has upstream's name and version, and another type.
  const text =
    sameVersion.find(({ functions }) =>
      isDeepStrictEqual({ ...offered.functions }, functions)
    ) ?? sameVersion[0] ?? sameName[0];
  assert.ok(text, `there is no WIT text of ${offered.name}`);
  return text;
}

function readFolder(path: string): string[] {
  const folder = new URL(path, import.meta.url);
  return [...Deno.readDirSync(folder)]
    .filter((entry) => entry.name.endsWith(".wit"))
    .map((entry) => Deno.readTextFileSync(new URL(entry.name, folder)));
}

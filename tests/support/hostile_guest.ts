/**
 * A guest that does as it is told by the body of its request: calls of any import, with any
 * core values. It is made of whatever `wasiInterfaces()` offers, so that what is new there is
 * attacked without a line here.
 *
 * Core modules are checked by their validator and by nobody else, which makes this the worst
 * that a component can be.
 *
 * @module
 */

import {
  componentEmbed,
  componentNew,
  parse,
  print,
} from "@bytecodealliance/jco-transpile/wasm-tools";
import { makeCodec } from "../../src/runtime/abi/codec.ts";
import {
  parseFunction,
  type WitFunction,
  type WitType,
} from "../../src/runtime/abi/wit_type.ts";
import type {
  HostInterface,
  ResourceClass,
} from "../../src/runtime/host_interface.ts";
import { versionServes } from "../../src/runtime/version.ts";
import {
  type HostileCall,
  hostileModule,
  type HostileResource,
} from "./hostile_module.ts";

/** The guest, and what a script can call. */
export interface HostileGuest {
  readonly component: Uint8Array<ArrayBuffer>;
  readonly calls: readonly HostileCall[];
  /** Offered, and with no WIT text that it could be imported by. */
  readonly unreachable: readonly string[];
}

/** Where the WIT texts are; a package that is in two of them is taken from the first. */
const FOLDERS = ["../guests/wit/deps/", "../guests/src/kv_draft2/wit/deps/"];

const HANDLER = "wasi:http/incoming-handler@0.2.12";

/** Makes the guest for these interfaces. */
export async function makeHostile(
  interfaces: readonly HostInterface[],
): Promise<HostileGuest> {
  const texts = readTexts();
  const unreachable: string[] = [];
  const labels = new Set<string>();
  for (const { name, version } of interfaces) {
    const label = `${name}@${version.replace("x", "12")}`;
    const isKnown = hasInterface(texts, label);
    if (isKnown) labels.add(label);
    else unreachable.push(`${name}@${version}`);
  }
  const empty = await componentEmbed({
    witSource: [
      "package wharf:guests;",
      "world hostile {",
      ...[...labels].map((label) => `  import ${label};`),
      `  export ${HANDLER};`,
      "}",
      ...[...texts].map(([head, text]) => `${head} {\n${text}\n}`),
    ].join("\n"),
    world: "hostile",
    dummy: true,
    features: { tag: "all" },
  });
  const text = withUsualNames(await print(empty));
  const calls = readCalls(text, interfaces);
  const module = await parse(hostileModule(text, calls));
  const component = await componentNew(module);
  return { component: new Uint8Array(component), calls, unreachable };
}

/** Packages by their head, `package wasi:io@0.2.12`, each without it. */
function readTexts(): ReadonlyMap<string, string> {
  const texts = new Map<string, string>();
  for (const folder of FOLDERS) {
    const url = new URL(folder, import.meta.url);
    for (const { name } of Deno.readDirSync(url)) {
      const text = Deno.readTextFileSync(new URL(name, url));
      const head = /^package [^;]+/m.exec(text)?.[0];
      if (head === undefined || texts.has(head)) continue;
      texts.set(head, text.replace(`${head};`, ""));
    }
  }
  return texts;
}

function hasInterface(
  texts: ReadonlyMap<string, string>,
  label: string,
): boolean {
  const [, name, own, version] = /^(.+)\/(.+)@(.*)$/.exec(label) ?? [];
  const text = texts.get(`package ${name}@${version}`);
  return new RegExp(`\\binterface ${own} \\{`).test(text ?? "");
}

/** The names that toolchains give core imports, where an empty module has the newer ones. */
function withUsualNames(text: string): string {
  return text
    .replaceAll(
      /\(import "cm32p2\|([^"]+)" "([^"]+)_drop"/g,
      (_, from, name) =>
        `(import "${fullVersion(from)}" "[resource-drop]${name}"`,
    )
    .replaceAll(/"cm32p2\|([^"|]+)" /g, (_, from) => `"${fullVersion(from)}" `);
}

function fullVersion(label: string): string {
  return label.replace(/@0\.2$/, "@0.2.12");
}

const IMPORT =
  /\(import "([^"@]+)@([^"]+)" "([^"]+)" \(func \(;\d+;\) \(type (\d+)\)\)\)/g;
const DROP = "[resource-drop]";
const TYPE = /\(type \(;(\d+);\) \(func(.*)\)\)/g;

/** What the empty module imports, in its order, which is that of its functions. */
function readCalls(
  text: string,
  interfaces: readonly HostInterface[],
): readonly HostileCall[] {
  const types = new Map(
    [...text.matchAll(TYPE)].map(([, index, type]) => [index, type!]),
  );
  const slots = new Map<ResourceClass, number>();
  const slotOf = (host: HostInterface, resource: string): HostileResource => {
    const found = host.resources[resource];
    if (found === undefined) throw new TypeError(`no resource ${resource}`);
    if (!slots.has(found)) slots.set(found, slots.size);
    return { key: found.name, slot: slots.get(found)! };
  };
  return [...text.matchAll(IMPORT)].map(
    ([, name = "", version = "", own = "", type = ""]) => {
      const host = interfaces.find((one) =>
        one.name === name && versionServes(one.version, version)
      );
      if (host === undefined) throw new TypeError(`no ${name}@${version}`);
      const core = types.get(type)!;
      const parameters = /\(param ([^)]*)\)/.exec(core)?.[1]?.split(" ") ?? [];
      const result = /\(result ([^)]*)\)/.exec(core)?.[1];
      const dropped = own.startsWith(DROP) ? own.slice(DROP.length) : undefined;
      const wit: WitFunction = dropped === undefined
        ? parseFunction(host.functions[own]!, host.types)
        : {
          parameters: [{
            name: "self",
            type: { kind: "own", resource: dropped },
          }],
          result: undefined,
        };
      const resource = (resource: string) => slotOf(host, resource);
      return {
        from: `${name}@${version}`,
        name: own,
        parameters,
        result,
        wit,
        resource,
        gives: gives(wit.result, host, resource),
      };
    },
  );
}

/** The handle that a function answers, and where: as its value, or in the return area. */
function gives(
  result: WitType | undefined,
  host: HostInterface,
  resource: (name: string) => HostileResource,
): HostileCall["gives"] {
  if (result?.kind === "own") {
    return { resource: resource(result.resource), offset: undefined };
  }
  const inner = result?.kind === "option"
    ? { some: result.some, tag: 1 }
    : result?.kind === "result"
    ? { some: result.ok, tag: 0 }
    : undefined;
  if (inner?.some?.kind !== "own") return undefined;
  const { align } = makeCodec(result!, (name) => host.resources[name]!);
  return {
    resource: resource(inner.some.resource),
    offset: align,
    tag: inner.tag,
  };
}

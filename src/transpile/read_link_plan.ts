/**
 * Reads the link plan from the JavaScript that jco 0.12.1 writes.
 *
 * jco's script makes some hundred closures for every instance, and keeps records of every call.
 * What Wharf needs of it are the statements that join the core modules. They are read here,
 * strictly: a statement of another form is an error, never left out.
 *
 * @module
 */

import type { WantedInterface } from "../runtime/artifact.ts";
import type {
  CoreExport,
  CoreImportPlan,
  CoreInstancePlan,
  LinkPlan,
} from "../runtime/link_plan.ts";

/** The script is not what this version of jco writes for a component that Wharf can run. */
export class LinkPlanError extends Error {
  override readonly name = "LinkPlanError";
}

/** What stands before a label in the script: jco overlooks a label that is mapped to itself. */
const LABEL = "label=";

/** What the script has to call an import, for {@linkcode readLinkPlan} to know it by. */
export function importSpecifier({ label, labelled }: WantedInterface): string {
  return labelled === true ? LABEL + label : label;
}

function labelOf(specifier: string): string {
  return specifier.startsWith(LABEL)
    ? specifier.slice(LABEL.length)
    : specifier;
}

const FIRST_INSTANCE = /\(\{ exports: exports\d+ \} = yield instantiateCore\(/;

/** `({ exports: exports1 } = yield instantiateCore(yield module0, {` or without imports. */
const INSTANTIATE =
  /^\(\{ exports: exports(\d+) \} = yield instantiateCore\(yield module(\d+)(?:\)\);|, \{)/;

/** `if (Fields[symbolCabiLower]) { trampoline3 = Fields[symbolCabiLower]({ memory: memory0,}); }` */
const LOWER =
  /^if \([^\n]+\[symbolCabiLower\]\) \{\s*trampoline(\d+) = [^\n]+\[symbolCabiLower\]\(\{([^\n]*)\}\);\s*\}/;

/** `memory0 = exports1.memory;` */
const ASSIGN =
  /^(memory|realloc|postReturn)(\d+) = exports(\d+)(?:\.([\w$]+)|\['([^'\n]+)'\]);/;

/** The promising twin that jco makes of some exports; Wharf makes its own. */
const PROMISING_TWIN =
  /^try \{\s*\w+ = WebAssembly\.promising\([^\n]+\);\s*\} catch\(err\) \{\s*\w+ = [^\n]+;\s*\}/;

/** `incomingHandlerHandle = exports1['wasi:http/incoming-handler@0.2.0#handle'];` */
const EXPORT =
  /^\w+ = (?:WebAssembly\.promising\()?exports(\d+)\['([^'\n]+)'\]\)?;/;

/**
 * Reads the plan.
 *
 * @param modules Core modules by the number jco gives them: `module0` is the first.
 * @throws {LinkPlanError} The script has another form.
 */
export function readLinkPlan(script: string): LinkPlan {
  const start = FIRST_INSTANCE.exec(script)?.index;
  if (start === undefined) {
    throw new LinkPlanError("Cannot find where core modules are joined");
  }
  return new PlanReader(script, start).read();
}

class PlanReader {
  readonly #script: string;
  readonly #modules: ReadonlyMap<string, string>;
  readonly #trampolines: Map<string, CoreImportPlan>;
  readonly #variables = new Map<string, CoreExport>();
  /** jco numbers instances by itself; a plan goes by their order. */
  readonly #places = new Map<string, number>();
  readonly #instances: CoreInstancePlan[] = [];
  readonly #exports: Record<string, CoreExport> = {};
  #offset: number;

  constructor(script: string, start: number) {
    this.#script = script;
    this.#offset = start;
    this.#modules = readModules(script);
    this.#trampolines = readDrops(script);
  }

  read(): LinkPlan {
    while (this.#statement());
    return { instances: this.#instances, exports: this.#exports };
  }

  /** Reads one statement; false at the end of the joining. */
  #statement(): boolean {
    this.#take(/^\s*/);
    const instantiate = this.#take(INSTANTIATE);
    if (instantiate !== undefined) {
      this.#instantiate(
        instantiate[1]!,
        instantiate[2]!,
        instantiate[0].endsWith("{"),
      );
      return true;
    }
    const lower = this.#take(LOWER);
    if (lower !== undefined) {
      this.#lower(lower[1]!, lower[2]!);
      return true;
    }
    const assign = this.#take(ASSIGN);
    if (assign !== undefined) {
      const [, kind, number, instance, name, quoted] = assign;
      this.#variables.set(
        `${kind}${number}`,
        this.#export(instance!, (name ?? quoted)!),
      );
      return true;
    }
    if (this.#take(PROMISING_TWIN) !== undefined) return true;
    const exported = this.#take(EXPORT);
    if (exported !== undefined) {
      this.#exports[exported[2]!] = this.#export(exported[1]!, exported[2]!);
      return true;
    }
    if (/^(?:const \w+ = \{|return \{)/.test(this.#rest())) return false;
    throw this.#unknown();
  }

  #instantiate(number: string, module: string, hasImports: boolean): void {
    const file = this.#modules.get(module);
    if (file === undefined) throw this.#unknown();
    const imports: Record<string, Record<string, CoreImportPlan>> = {};
    if (hasImports) {
      while (this.#take(/^\s*\}\)\);/) === undefined) {
        const label = this.#key();
        imports[label] = this.#namespace(label);
      }
    }
    this.#places.set(number, this.#instances.length);
    this.#instances.push({ module: file, imports });
  }

  #namespace(label: string): Record<string, CoreImportPlan> {
    if (this.#take(/^\s*\{/) === undefined) throw this.#unknown();
    const namespace: Record<string, CoreImportPlan> = {};
    while (this.#take(/^\s*\},?/) === undefined) {
      const name = this.#key();
      namespace[name] = this.#value(label, name);
    }
    return namespace;
  }

  /** `'wasi:io/poll@0.2.0':` or `env:` */
  #key(): string {
    const match = this.#take(/^\s*(?:'([^'\n]*)'|([\w$]+)):/);
    if (match === undefined) throw this.#unknown();
    return (match[1] ?? match[2])!;
  }

  #value(namespace: string, importName: string): CoreImportPlan {
    const exported = this.#take(
      /^\s*exports(\d+)(?:\.([\w$]+)|\['([^'\n]+)'\]),?/,
    );
    if (exported !== undefined) {
      const [, instance, name, quoted] = exported;
      return { kind: "export", of: this.#export(instance!, (name ?? quoted)!) };
    }
    const variable = this.#take(/^\s*((?:memory|realloc)\d+),?/);
    if (variable !== undefined) {
      return { kind: "export", of: this.#variable(variable[1]!) };
    }
    // The guard keeps a guest from calling out while it returns a value; ours are its own.
    const trampoline = this.#take(
      /^\s*(?:_guardMayLeave\(\d+, )?trampoline(\d+)\)?,?/,
    );
    const plan = trampoline && (ownResource(namespace, importName) ??
      this.#trampolines.get(trampoline[1]!) ??
      this.#unreachableDrop(trampoline[1]!, importName));
    if (plan === undefined) throw this.#unknown();
    return plan;
  }

  /**
   * Dropping a resource that no import can give: jco knows no class for it, and the core
   * import's own name says which it is.
   */
  #unreachableDrop(
    trampoline: string,
    importName: string,
  ): CoreImportPlan | undefined {
    const drop = /^\[resource-drop\](.+)$/.exec(importName);
    const isUnreachable = new RegExp(
      `function trampoline${trampoline}\\(handle\\) \\{[^}]*unreachable trampoline for resource`,
    ).test(this.#script);
    return drop === null || !isUnreachable
      ? undefined
      : { kind: "unreachable", resource: drop[1]! };
  }

  #lower(trampoline: string, options: string): void {
    const named = new RegExp(
      `const _trampoline${trampoline} = [\\s\\S]*?\\[iface="([^"]*)", function="([^"]*)"\\]`,
    ).exec(this.#script);
    if (named === null) {
      throw new LinkPlanError(
        `Cannot tell what trampoline ${trampoline} calls`,
      );
    }
    const encoding = /stringEncoding: '([^']+)'/.exec(options)?.[1] ?? "utf8";
    if (encoding !== "utf8") {
      throw new LinkPlanError(
        `Cannot pass strings as ${encoding}: components that do not use UTF-8 cannot be served yet`,
      );
    }
    const memory = /memory: (memory\d+)/.exec(options)?.[1];
    const realloc = /realloc: (realloc\d+)/.exec(options)?.[1];
    this.#trampolines.set(trampoline, {
      kind: "lower",
      label: named[1]!,
      function: named[2]!,
      ...(memory === undefined ? {} : { memory: this.#variable(memory) }),
      ...(realloc === undefined ? {} : { realloc: this.#variable(realloc) }),
    });
  }

  #export(number: string, name: string): CoreExport {
    const instance = this.#places.get(number);
    if (instance === undefined) throw this.#unknown();
    return { instance, name };
  }

  #variable(name: string): CoreExport {
    const found = this.#variables.get(name);
    if (found === undefined) throw this.#unknown();
    return found;
  }

  #take(pattern: RegExp): RegExpExecArray | undefined {
    const match = pattern.exec(this.#rest());
    if (match === null) return undefined;
    this.#offset += match[0].length;
    return match;
  }

  #rest(): string {
    return this.#script.slice(this.#offset, this.#offset + 4096);
  }

  #unknown(): LinkPlanError {
    const [line = ""] = this.#rest().trimStart().split("\n");
    return new LinkPlanError(
      `Cannot read how the component's modules are joined: "${
        line.slice(0, 120)
      }" is not known; ` +
        `components that are composed of several cannot be served yet`,
    );
  }
}

/** What wit-component calls the core functions around a resource that the guest exports. */
const OWN_RESOURCE = /^\[resource-(new|rep|drop)\](.+)$/;

/** `'[export]acme:x/y': { '[resource-new]counter': …` */
function ownResource(
  namespace: string,
  importName: string,
): CoreImportPlan | undefined {
  const match = OWN_RESOURCE.exec(importName);
  if (match === null || !namespace.startsWith("[export]")) return undefined;
  return {
    kind: "own",
    act: match[1] as "new" | "rep" | "drop",
    label: namespace.slice("[export]".length),
    resource: match[2]!,
  };
}

/** `const module0 = getCoreModule('component.core.wasm');` */
function readModules(script: string): ReadonlyMap<string, string> {
  const found = script.matchAll(
    /const module(\d+) = getCoreModule\('([^']+)'\);/g,
  );
  return new Map([...found].map(([, number, file]) => [number!, file!]));
}

/** Trampolines that drop a handle: which resource of which import. */
function readDrops(script: string): Map<string, CoreImportPlan> {
  const classes = readClasses(script);
  const drops = new Map<string, CoreImportPlan>();
  const functions = script.matchAll(
    /\n {2}function trampoline(\d+)\(handle\) \{\n([\s\S]*?)\n {2}\}(?=\n)/g,
  );
  for (const [, number, body] of functions) {
    const local = /(\S+)\[symbolCabiDispose\]\(/.exec(body!)?.[1];
    const origin = local === undefined ? undefined : classes.get(local);
    if (origin !== undefined) drops.set(number!, { kind: "drop", ...origin });
  }
  return drops;
}

/** Local names of imported classes: `const { Error: Error$1 } = imports['wasi:io/error@0.2.0'];` */
function readClasses(
  script: string,
): Map<string, { label: string; resource: string }> {
  const classes = new Map<string, { label: string; resource: string }>();
  for (
    const [, names, specifier] of script.matchAll(
      /const \{ ([^}]+) \} = imports\['([^']+)'\];/g,
    )
  ) {
    for (const name of names!.split(", ")) {
      const [exported, local = exported] = name.split(": ");
      classes.set(local!, {
        label: labelOf(specifier!),
        resource: kebabCase(exported!),
      });
    }
  }
  return classes;
}

/** `InputStream` to `input-stream`. */
function kebabCase(name: string): string {
  return name.replaceAll(/(?!^)[A-Z]/g, (letter) => `-${letter}`).toLowerCase();
}

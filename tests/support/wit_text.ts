/**
 * Reads official WIT texts into the form that `HostInterface` tables are written in, so that
 * a test can compare them. Knows the WIT that WASI uses, not all there is.
 *
 * @module
 */

/** One interface of a WIT text. */
export interface WitInterface {
  /** `wasi:io/poll` */
  readonly name: string;
  readonly version: string;
  /** As in `HostInterface.functions`. */
  readonly functions: Readonly<Record<string, string>>;
  /** Those marked `@unstable`, which a host may leave out. */
  readonly unstable: Readonly<Record<string, string>>;
  /** As in `HostInterface.types`: what it defines and what it uses. */
  readonly types: Readonly<Record<string, string>>;
  /** The resources it defines itself, which its exports hold as classes. */
  readonly resources: readonly string[];
}

/** Parses WIT files that use each other's types. */
export function parseWit(files: readonly string[]): readonly WitInterface[] {
  const drafts = files.flatMap(parsePackage);
  const byLabel = new Map(drafts.map((draft) => [draft.label, draft]));
  return drafts.map((draft) => finish(draft, byLabel));
}

/** A type that has a name of its own: not an alias. */
interface Definition {
  readonly kind: string;
  readonly items: readonly string[];
}

interface WitFunction {
  readonly parameters: readonly string[];
  readonly result: string;
  readonly unstable: boolean;
}

/** An interface as written: nothing resolved. */
interface Draft {
  readonly label: string;
  readonly name: string;
  readonly version: string;
  readonly uses: { from: string; name: string; as: string }[];
  readonly aliases: Map<string, string>;
  readonly definitions: Map<string, Definition>;
  readonly functions: Map<string, WitFunction>;
}

function parsePackage(text: string): Draft[] {
  const plain = text
    .replaceAll(/\/\/.*$|\/\*[^]*?\*\//gm, "")
    .replaceAll(/@since\([^)]*\)/g, "");
  const header = /package\s+([^@;\s]+)(?:@([^;\s]+))?\s*;/.exec(plain);
  if (header === null) throw new SyntaxError("a WIT text without a package");
  const [, name = "", version = ""] = header;
  const drafts: Draft[] = [];
  for (
    const [, unstable, kind, own = "", body = ""] of plain.matchAll(
      /(@unstable\([^)]*\)\s*)?\b(interface|world)\s+([\w-]+)\s*\{((?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*)\}/g,
    )
  ) {
    if (kind === "world" || unstable !== undefined) continue;
    drafts.push(parseInterface(`${name}/${own}`, version, body));
  }
  return drafts;
}

const DEFINITION =
  /(@unstable\([^)]*\)\s*)?(record|variant|enum|flags|resource)\s+([\w-]+)(?:\s*\{([^}]*)\}|\s*;)/g;
const USE = /(@unstable\([^)]*\)\s*)?use\s+([^;{]+?)\.\{([^}]*)\}\s*;/g;
const ALIAS = /(@unstable\([^)]*\)\s*)?type\s+([\w-]+)\s*=\s*([^;]+);/g;
const FUNCTION =
  /(@unstable\([^)]*\)\s*)?(?:(constructor)|(%?[\w-]+)\s*:\s*(static\s+)?(?:async\s+)?func)\s*\(([^)]*)\)(?:\s*->\s*([^;]+))?\s*;/g;

function parseInterface(name: string, version: string, body: string): Draft {
  const draft: Draft = {
    label: label(name, version),
    name,
    version,
    uses: [],
    aliases: new Map(),
    definitions: new Map(),
    functions: new Map(),
  };
  for (const [, kind = "", own = "", items = ""] of stable(body, DEFINITION)) {
    draft.definitions.set(own, {
      kind,
      items: kind === "resource" ? [] : splitList(items),
    });
    if (kind === "resource") addFunctions(draft, items, own);
  }
  // What is left has no braces around functions any more: those were a resource's.
  const rest = body.replaceAll(DEFINITION, "");
  for (const [, from = "", used = ""] of stable(rest, USE)) {
    addUses(draft, from, used);
  }
  for (const [, alias = "", target = ""] of stable(rest, ALIAS)) {
    draft.aliases.set(alias, target);
  }
  addFunctions(draft, rest);
  return draft;
}

/** Matches without those marked unstable; a match's groups count from 1. */
function stable(text: string, pattern: RegExp): (string | undefined)[][] {
  return [...text.matchAll(pattern)]
    .filter(([, unstable]) => unstable === undefined)
    .map((match) => match.slice(1));
}

function addUses(draft: Draft, from: string, used: string): void {
  const sibling = draft.name.slice(0, draft.name.indexOf("/") + 1) + from;
  for (const item of splitList(used)) {
    const [name = "", as = name] = item.split(/\s+as\s+/);
    draft.uses.push({
      from: from.includes(":") ? from : label(sibling, draft.version),
      name,
      as,
    });
  }
}

/** Adds the functions of an interface, or the methods of one of its resources. */
function addFunctions(draft: Draft, text: string, resource?: string): void {
  for (const match of text.matchAll(FUNCTION)) {
    const [, gate, create, name = "", isStatic, given = "", result = ""] =
      match;
    const parameters = splitList(given);
    const add = (label: string, answer = result) => {
      const unstable = gate !== undefined;
      draft.functions.set(label, { parameters, result: answer, unstable });
    };
    if (resource === undefined) add(unescaped(name));
    else if (create !== undefined) {
      add(`[constructor]${resource}`, result === "" ? resource : result);
    } else if (isStatic !== undefined) {
      add(`[static]${resource}.${unescaped(name)}`);
    } else {
      parameters.unshift(`self: borrow<${resource}>`);
      add(`[method]${resource}.${unescaped(name)}`);
    }
  }
}

/** Writes the types out, with aliases followed and what comes from other interfaces. */
function finish(
  draft: Draft,
  byLabel: ReadonlyMap<string, Draft>,
): WitInterface {
  const write = writer(draft, byLabel);
  const types: Record<string, string> = {};
  for (const use of draft.uses) {
    const { definition, home } = resolve(use, byLabel);
    if (definition === undefined) continue;
    types[use.as] = definitionText(definition, writer(home, byLabel));
  }
  for (const [name, definition] of draft.definitions) {
    types[name] = definitionText(definition, write);
  }
  const functions: Record<string, string> = {};
  const unstable: Record<string, string> = {};
  for (const [name, declared] of draft.functions) {
    const { parameters, result } = declared;
    const list = parameters.map((item) => fieldText(item, write)).join(", ");
    const target = declared.unstable ? unstable : functions;
    target[name] = `func(${list})${
      result === "" ? "" : ` -> ${write(result)}`
    }`;
  }
  const resources = [...draft.definitions]
    .filter(([, { kind }]) => kind === "resource").map(([name]) => name);
  const { name, version } = draft;
  return { name, version, functions, unstable, types, resources };
}

/** The interface that defines what another uses, however many pass it on. */
function resolve(
  { from, name }: Draft["uses"][number],
  all: ReadonlyMap<string, Draft>,
): { home: Draft; definition: Definition | undefined } {
  const home = all.get(from);
  if (home === undefined) throw new TypeError(`no WIT text for ${from}`);
  const passedOn = home.uses.find((use) => use.as === name);
  if (passedOn !== undefined) return resolve(passedOn, all);
  return { home, definition: home.definitions.get(name) };
}

/** Writes a type on one line; an alias as what it stands for, whichever file that is in. */
function writer(
  draft: Draft,
  all: ReadonlyMap<string, Draft>,
): (type: string) => string {
  return function write(type: string): string {
    return oneLine(type).replaceAll(/%?[a-zA-Z][\w-]*/g, (word): string => {
      const name = unescaped(word);
      const target = draft.aliases.get(name);
      if (target !== undefined) return write(target);
      const use = draft.uses.find((use) => use.as === name);
      const alias = use && resolve(use, all).home.aliases.get(use.name);
      return alias ?? name;
    });
  };
}

function definitionText(
  { kind, items }: Definition,
  write: (type: string) => string,
): string {
  if (kind === "resource") return kind;
  const texts = items.map((item) => {
    if (kind === "record") return fieldText(item, write);
    const payload = item.indexOf("(");
    if (payload < 0) return unescaped(item);
    return `${item.slice(0, payload)}(${write(item.slice(payload + 1, -1))})`;
  });
  return `${kind} { ${texts.join(", ")} }`;
}

function fieldText(field: string, write: (type: string) => string): string {
  const colon = field.indexOf(":");
  return `${unescaped(field.slice(0, colon))}: ${
    write(field.slice(colon + 1))
  }`;
}

/** Splits at the commas that stand in no bracket; a last comma adds nothing. */
function splitList(text: string): string[] {
  const items = [""];
  let depth = 0;
  for (const character of text) {
    if ("<({".includes(character)) depth++;
    if (">)}".includes(character)) depth--;
    if (character === "," && depth === 0) items.push("");
    else items[items.length - 1] += character;
  }
  return items.map((item) => item.trim()).filter((item) => item !== "");
}

function oneLine(type: string): string {
  return type.trim().replaceAll(/\s+/g, " ").replaceAll(/ ?([<>]) ?/g, "$1");
}

function unescaped(name: string): string {
  return name.trim().replace(/^%/, "");
}

function label(name: string, version: string): string {
  return version === "" ? name : `${name}@${version}`;
}

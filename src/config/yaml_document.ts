import type { ConfigIssue } from "./config_error.ts";
import {
  type DocumentNode,
  type DocumentSource,
  type MapEntry,
  MAX_DEPTH,
  MAX_NODES,
  type Reading,
  tooDeep,
  tooManyNodes,
} from "./document.ts";
import { quoted } from "./key_path.ts";
import type { Alias, ErrorCode, Pair, Scalar, YAMLMap, YAMLSeq } from "yaml";

/** The parser, imported when the first YAML file is read: it takes some 30 ms to load. */
type Yaml = typeof import("yaml");

type YamlNode = Alias | Scalar | YAMLMap | YAMLSeq;

/** Reads YAML 1.2. Anchors and aliases work; the merge key `<<` is a key like others. */
export async function readYaml(source: DocumentSource): Promise<Reading> {
  const yaml = await import("yaml");
  const document = yaml.parseDocument(source.text, {
    prettyErrors: false,
    schema: "core",
    uniqueKeys: false,
  });
  // One missing bracket ends several values at one place; the first fault there tells enough.
  const faults = new Map(
    [...document.errors, ...document.warnings].reverse()
      .map((fault) => [fault.pos[0], fault]),
  );
  if (faults.size > 0) {
    return {
      issues: [...faults.values()].reverse().map(({ code, pos, message }) => ({
        place: source.placeAt(pos[0]),
        problem: yamlProblem(code, message),
      })),
    };
  }
  return new YamlReader(yaml, source).read(document.contents);
}

/** The parser repeats pieces of the text under these codes, and a piece may be a secret. */
const OWN_WORDS: Partial<Record<ErrorCode, string>> = {
  RESOURCE_EXHAUSTION: `nested deeper than ${MAX_DEPTH} levels`,
  MULTIPLE_DOCS: "more than one document",
  TAG_RESOLVE_FAILED: "a tag that does not fit or is not known",
  UNEXPECTED_TOKEN: "unexpected characters",
  BAD_DQ_ESCAPE: "an escape sequence that does not exist",
  BAD_PROP_ORDER: "an anchor or tag at the wrong place",
};

function yamlProblem(code: ErrorCode, message: string): string {
  const words = OWN_WORDS[code] ??
    message.charAt(0).toLowerCase() + message.slice(1);
  return `not valid YAML: ${words}`;
}

/** A node and how many values it stands for, those of its aliases included. */
interface Weighed {
  readonly node: DocumentNode;
  readonly weight: number;
}

/** Turns the parser's nodes into ours. An alias shares its node, so that none can blow up memory. */
class YamlReader {
  readonly #yaml: Yaml;
  readonly #source: DocumentSource;
  readonly #anchors = new Map<string, Weighed>();
  readonly #issues: ConfigIssue[] = [];

  constructor(yaml: Yaml, source: DocumentSource) {
    this.#yaml = yaml;
    this.#source = source;
  }

  read(contents: unknown): Reading {
    if (contents === null) return { issues: [] };
    const { node, weight } = this.#convert(contents as YamlNode, 0);
    if (weight > MAX_NODES) this.#issues.push(tooManyNodes(node.place));
    return this.#issues.length === 0
      ? { root: node, issues: [] }
      : { issues: this.#issues };
  }

  #convert(node: YamlNode, depth: number): Weighed {
    if (this.#yaml.isAlias(node)) return this.#target(node);
    const weighed = this.#convertOwn(node, depth);
    if (node.anchor !== undefined) this.#anchors.set(node.anchor, weighed);
    return weighed;
  }

  #convertOwn(node: Exclude<YamlNode, Alias>, depth: number): Weighed {
    const place = this.#source.placeAt(node.range?.[0] ?? 0);
    if (this.#yaml.isScalar(node)) {
      return { node: { kind: "scalar", ...scalarOf(node), place }, weight: 1 };
    }
    if (depth === MAX_DEPTH) {
      this.#issues.push(tooDeep(place));
      return { node: { kind: "list", items: [], place }, weight: 1 };
    }
    let weight = 1;
    if (this.#yaml.isSeq(node)) {
      const items = (node.items as YamlNode[]).map((item) => {
        const child = this.#convert(item, depth + 1);
        weight += child.weight;
        return child.node;
      });
      return { node: { kind: "list", items, place }, weight };
    }
    const entries: MapEntry[] = [];
    for (const pair of node.items as Pair<YamlNode, YamlNode | null>[]) {
      const keyPlace = this.#source.placeAt(pair.key.range?.[0] ?? 0);
      const key = this.#key(pair.key);
      const child = pair.value === null
        ? { node: nothing(keyPlace), weight: 1 }
        : this.#convert(pair.value, depth + 1);
      weight += child.weight;
      if (key !== undefined) entries.push({ key, keyPlace, value: child.node });
    }
    return { node: { kind: "map", entries, place }, weight };
  }

  /** An anchor is known only after its node is complete, so that no alias can hold itself. */
  #target(alias: Alias): Weighed {
    const target = this.#anchors.get(alias.source);
    if (target !== undefined) return target;
    const place = this.#source.placeAt(alias.range?.[0] ?? 0);
    this.#issues.push({
      place,
      problem: `alias ${quoted(`*${alias.source}`)} has no anchor before it`,
    });
    return { node: nothing(place), weight: 1 };
  }

  #key(node: YamlNode): string | undefined {
    const target = this.#yaml.isAlias(node) ? undefined : node;
    if (this.#yaml.isScalar(target) && typeof target.value === "string") {
      return target.value;
    }
    this.#issues.push({
      place: this.#source.placeAt(node.range?.[0] ?? 0),
      problem: this.#yaml.isScalar(target)
        ? `key ${quoted(scalarOf(target).source)} is not text`
        : "a key that is not text",
      remedy: "put quotes around it",
    });
    return undefined;
  }
}

function scalarOf(
  node: Scalar,
): Pick<Extract<DocumentNode, { kind: "scalar" }>, "value" | "source"> {
  const { value } = node;
  const source = node.source ?? String(value);
  switch (typeof value) {
    case "string":
    case "number":
    case "boolean":
      return { value, source };
    default:
      return { value: value === null ? null : undefined, source };
  }
}

function nothing(place: DocumentNode["place"]): DocumentNode {
  return { kind: "scalar", value: null, source: "", place };
}

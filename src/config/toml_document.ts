import {
  type DocumentNode,
  type DocumentSource,
  MAX_DEPTH,
  type Reading,
  tooDeep,
} from "./document.ts";
import type { ConfigIssue } from "./config_error.ts";
import type { TomlValue } from "smol-toml";
import {
  positionKey,
  type TomlPosition,
  tomlPositions,
} from "./toml_positions.ts";

/** Reads TOML 1.0. */
export async function readToml(source: DocumentSource): Promise<Reading> {
  const { parse, TomlError } = await import("smol-toml");
  let root: TomlValue;
  try {
    root = parse(source.text, {
      maxDepth: MAX_DEPTH,
      integersAsBigInt: "asNeeded",
    });
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    return { issues: [syntaxIssue(source, error)] };
  }
  const conversion: Conversion = {
    source,
    positions: tomlPositions(source.text),
    issues: [],
  };
  const node = convert(root, [], conversion);
  return conversion.issues.length === 0
    ? { root: node, issues: [] }
    : { issues: conversion.issues };
}

interface Conversion {
  readonly source: DocumentSource;
  readonly positions: ReadonlyMap<string, TomlPosition>;
  readonly issues: ConfigIssue[];
}

const START: TomlPosition = { key: 0, value: 0, end: 0 };

function convert(
  value: TomlValue,
  path: readonly (string | number)[],
  conversion: Conversion,
): DocumentNode {
  const { source, positions, issues } = conversion;
  const at = positions.get(positionKey(path)) ?? START;
  const place = source.placeAt(at.value);
  if (path.length > MAX_DEPTH) {
    if (issues.length === 0) issues.push(tooDeep(place));
    return { kind: "list", items: [], place };
  }
  if (Array.isArray(value)) {
    const items = value.map((item, index) =>
      convert(item, [...path, index], conversion)
    );
    return { kind: "list", items, place };
  }
  switch (typeof value) {
    case "string":
    case "number":
    case "boolean":
      return { kind: "scalar", value, source: written(at, source), place };
    case "bigint":
      return {
        kind: "scalar",
        value: Number(value),
        source: written(at, source),
        place,
      };
  }
  // A table has no prototype; a date has one.
  if (Object.getPrototypeOf(value) !== null) {
    return {
      kind: "scalar",
      value: undefined,
      source: written(at, source),
      place,
    };
  }
  const entries = Object.entries(value as Record<string, TomlValue>).map(
    ([key, child]) => {
      const childPath = [...path, key];
      const childAt = positions.get(positionKey(childPath)) ?? at;
      return {
        key,
        keyPlace: source.placeAt(childAt.key),
        value: convert(child, childPath, conversion),
      };
    },
  );
  return { kind: "map", entries, place };
}

function written({ value, end }: TomlPosition, source: DocumentSource): string {
  return source.text.slice(value, end).trim();
}

/** The parser's message goes on with the lines around the fault, which may hold a secret. */
function syntaxIssue(
  source: DocumentSource,
  error: { message: string; line: number; column: number },
): ConfigIssue {
  const start = source.placeAt(0);
  const [first = ""] = error.message.split("\n");
  const words = first.replace(/^Invalid TOML document: /, "");
  return {
    place: start.kind === "file"
      ? { ...start, line: error.line, column: error.column }
      : start,
    problem: `not valid TOML: ${words}`,
  };
}

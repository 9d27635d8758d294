/**
 * Reads what buckets begin with: the keys and values written at `seed.values`, and those of
 * the file at `seed.file`. No value is ever shown.
 *
 * @module
 */

import type { SeedValue } from "./bucket_entry.ts";
import { readConfigDocument } from "./config_document.ts";
import type { ConfigIssue } from "./config_error.ts";
import type { DocumentNode, MapEntry } from "./document.ts";
import type { KeyPath } from "./key_path.ts";
import { shownPath } from "./paths.ts";
import type { Place } from "./place.ts";
import { settingAt, type SettingTable, valueAt } from "./setting.ts";
import { realPath, type SourceContext } from "./value_source.ts";

/** What each bucket with a seed begins with, by its name and by key; of two of one key the file's value. */
export async function readSeeds(
  settings: SettingTable,
  context: SourceContext,
): Promise<ReadonlyMap<string, ReadonlyMap<string, SeedValue>>> {
  const seeds = new Map<string, ReadonlyMap<string, SeedValue>>();
  const buckets = settingAt(settings, ["dev", "keyvalue", "buckets"]);
  if (buckets?.kind !== "table") return seeds;
  for (const [name, bucket] of buckets.entries) {
    if (bucket.kind !== "table") continue;
    const key = ["dev", "keyvalue", "buckets", name];
    const seed = new Map<string, SeedValue>();
    for await (const item of seedItems(bucket, key, context)) {
      context.issues.push(...beyondLimits(bucket, item));
      seed.set(item.name, item.value);
    }
    if (seed.size > 0) seeds.set(name, seed);
  }
  return seeds;
}

interface SeedItem {
  readonly name: string;
  readonly value: SeedValue;
  readonly place: Place;
  readonly key: KeyPath;
}

async function* seedItems(
  bucket: SettingTable,
  bucketKey: KeyPath,
  context: SourceContext,
): AsyncGenerator<SeedItem> {
  const key = [...bucketKey, "seed"];
  const values = settingAt(bucket, ["seed", "values"]);
  if (values?.kind === "table") {
    for (const [name, setting] of values.entries) {
      if (setting.kind !== "value") continue;
      const { place } = setting;
      const value = String(setting.value);
      yield { name, value, place, key: [...key, "values", name] };
    }
  }
  const file = valueAt(bucket, ["seed", "file"]);
  if (file === undefined || file.written === "") return;
  const fileKey = [...key, "file"];
  const path = await realPath(file, fileKey, context);
  if (path === undefined) return;
  const shown = shownPath(path, context.cwd);
  const { root, issues } = await readConfigDocument(path, shown);
  context.issues.push(...issues.map((issue) => ({ key: fileKey, ...issue })));
  if (root !== undefined) yield* fileItems(root, fileKey, context.issues);
}

function* fileItems(
  root: DocumentNode,
  fileKey: KeyPath,
  issues: ConfigIssue[],
): Generator<SeedItem> {
  if (root.kind !== "map") {
    const allowed = "a map of keys to values";
    issues.push({ place: root.place, key: fileKey, found: "no map", allowed });
    return;
  }
  const seen = new Set<string>();
  for (const { key: name, keyPlace, value: node } of root.entries) {
    const key = [...fileKey, name];
    if (seen.has(name)) {
      issues.push({ place: keyPlace, key, problem: "set twice" });
      continue;
    }
    seen.add(name);
    const value = seedValue(node);
    if (typeof value === "object" && "problem" in value) {
      const { problem } = value;
      const allowed = "text or {base64: ...}";
      issues.push({ place: node.place, key, found: problem, allowed });
      continue;
    }
    yield { name, value, place: node.place, key };
  }
}

/** The value, or what was found in its place: never the value itself. */
function seedValue(
  node: DocumentNode,
): SeedValue | { readonly problem: string } {
  if (node.kind === "list") return { problem: "a list" };
  if (node.kind === "scalar") {
    if (typeof node.value === "string") return node.value;
    return { problem: node.value === null ? "nothing" : "no text" };
  }
  const [entry, ...others] = node.entries;
  if (entry?.key !== "base64" || others.length > 0) return { problem: "a map" };
  return base64Of(entry) ?? { problem: "no base64" };
}

function base64Of({ value }: MapEntry): SeedValue | undefined {
  if (value.kind !== "scalar" || typeof value.value !== "string") {
    return undefined;
  }
  const base64 = value.value.replace(/\s/g, "");
  try {
    atob(base64);
    return { base64 };
  } catch {
    return undefined;
  }
}

/** A seed that its own bucket would refuse. */
function* beyondLimits(
  bucket: SettingTable,
  { name, value, place, key }: SeedItem,
): Generator<ConfigIssue> {
  if (!name.isWellFormed()) {
    yield { place, key, problem: "a key with a lone surrogate" };
  }
  const sizes = { max_key_size: textSize(name), max_value_size: sizeOf(value) };
  for (const [limit, size] of Object.entries(sizes)) {
    const most = valueAt(bucket, [limit])?.value;
    if (typeof most !== "number" || size <= most) continue;
    yield { place, key, problem: `${size} bytes, more than ${limit} allows` };
  }
}

function sizeOf(value: SeedValue): number {
  return typeof value === "string"
    ? textSize(value)
    : atob(value.base64).length;
}

function textSize(text: string): number {
  return new TextEncoder().encode(text).length;
}

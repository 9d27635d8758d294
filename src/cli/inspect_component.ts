/**
 * What `inspect` prints of a component: its world, what it imports and what it is given.
 *
 * @module
 */

import { makeHost } from "../assemble.ts";
import type { LoadedConfig } from "../config/mod.ts";
import { openComponentFile } from "../dev/component_file.ts";
import {
  describeComponents,
  type DescribedComponent,
  type DescribedImport,
  type DescribedProject,
  witTexts,
} from "../dev/component_report.ts";
import { loadArtifacts } from "../dev/load_app.ts";
import { formatText, makeLog, printableJson, printableLines } from "../log.ts";
import { LinkError } from "../runtime/linker.ts";
import { cacheDirectory } from "./cache_directory.ts";
import type { CommandContext } from "./command.ts";
import type { OutputFormat } from "./project_flags.ts";

/**
 * Prints the report of the project's component.
 *
 * @returns 0 where it can be served.
 * @throws {BuildError} There is no component.
 */
export async function inspectComponent(
  { config }: LoadedConfig,
  format: OutputFormat,
  { env, print, printError }: CommandContext,
): Promise<number> {
  const loaded = await loadArtifacts({
    config,
    cacheDirectory: cacheDirectory(env),
    build: false,
  });
  // Nothing of it is used: the linker asks for what a project's guests would be given.
  const host = makeHost(config, makeLog(formatText, "warn", printError));
  await using _client = host.clients;
  await using _folder = host.blobFolder;
  await using _buckets = host.buckets;
  const report = await describeComponents({ loaded, host, config });
  const isServable = report.refused.length === 0;
  if (format === "json") {
    print(printableJson(report));
  } else {
    print(printableLines(renderReport(report)));
    if (!isServable) {
      printError(printableLines(new LinkError(report.refused).message));
    }
  }
  return isServable ? 0 : 1;
}

/**
 * Prints the WIT of the project's component; of a composition, that of each part.
 *
 * @throws {BuildError} There is no component.
 */
export async function inspectWit(
  { config: { dev: { componentPath: path } } }: LoadedConfig,
  format: OutputFormat,
  { env, print }: CommandContext,
): Promise<number> {
  const { bytes } = await openComponentFile(path, {
    cacheDirectory: cacheDirectory(env),
    isBuilt: false,
  });
  const texts = await witTexts({ path, bytes });
  print(
    format === "json"
      ? printableJson(texts)
      : printableLines(texts.map((text) => text.trimEnd()).join("\n\n")),
  );
  return 0;
}

/** The report for a person. */
export function renderReport(
  { components, refused }: DescribedProject,
): string {
  const verdict = refused.length === 0
    ? "Wharf can serve it."
    : "Wharf cannot serve it.";
  return [...components.map(renderComponent), verdict].join("\n\n");
}

function renderComponent(component: DescribedComponent): string {
  const { name, file, size, adapted, reached, modules, wit } = component;
  const sizes = modules.map((module) =>
    [module.name, formatSize(module.size)] as const
  );
  const kind = adapted ? ", a core module that is made a component" : "";
  const sections = [
    [
      name === file ? file : `${name} (${file})`,
      `  ${formatSize(size)}${kind}${
        reached ? "" : "; never called: nothing imports what it exports"
      }`,
    ],
    titled("Core modules", table(sizes)),
    titled("World", wit.trim().split("\n")),
    titled("Imports", table(component.imports.flatMap(importRows))),
    titled("Honoured in part", table(component.imports.flatMap(limitRows))),
    titled(
      "Exports",
      table(component.uses.map(({ name, by, detail }) => {
        switch (by) {
          case "wharf":
            return [name, `Wharf: ${detail}`];
          case "component":
            return [name, `imported by ${detail}`];
          case "nothing":
            return [name, "not used"];
        }
      })),
    ),
  ];
  return sections.filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n")).join("\n\n");
}

type Row = readonly [left: string, right: string];

function importRows(wanted: DescribedImport): readonly Row[] {
  const { name, label, by, detail = "" } = wanted;
  const spelling = label === undefined ? name : `${label}: ${name}`;
  switch (by) {
    case "wharf":
      return [[spelling, `Wharf (${wanted.offered})`]];
    case "component":
      return [[spelling, `component "${detail}"`]];
    case "nothing": {
      const [first = "", ...others] = detail.split("\n");
      return [
        [spelling, `nothing: ${first}`],
        ...others.map((line) => ["", `nothing: ${line}`] as const),
      ];
    }
  }
}

function limitRows({ name, limits }: DescribedImport): readonly Row[] {
  return limits.map((one) => [`${name}#${one.function}`, one.limit]);
}

function titled(title: string, lines: readonly string[]): readonly string[] {
  if (lines.length === 0) return [];
  return [`  ${title}`, ...lines.map((line) => `    ${line}`.trimEnd())];
}

/** Names longer than this do not push the others' second column away. */
const WIDEST = 60;

function table(rows: readonly Row[]): readonly string[] {
  const widths = rows.map(([left]) => left.length)
    .filter((width) => width <= WIDEST);
  const width = Math.max(0, ...widths);
  return rows.map(([left, right]) => `${left.padEnd(width)}  ${right}`);
}

/** Bytes, in the largest unit of which there is one. */
function formatSize(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  if (bytes < 1024 ** 2) return `${(bytes / 1024).toFixed(1)} KiB`;
  return `${(bytes / 1024 ** 2).toFixed(1)} MiB`;
}

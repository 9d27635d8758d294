/**
 * Writes `docs/wasi.md`: every function of the official WIT texts, and whether Wharf has it.
 * `deno task docs:wasi` runs it; a test asserts that the file is up to date.
 *
 * @module
 */

import { makeBlobsInMemory } from "../src/blobstore/in_memory.ts";
import { isDeepStrictEqual } from "node:util";
import type { ExportedInterface } from "../src/runtime/guest.ts";
import type { HostInterface } from "../src/runtime/host_interface.ts";
import { versionServes } from "../src/runtime/version.ts";
import { LEFT_OUT } from "../src/wasi/left_out.ts";
import {
  incomingHandler,
  makeWatchers,
  wasiInterfaces,
} from "../src/wasi/mod.ts";
import { parseWit, type WitInterface } from "../tests/support/wit_text.ts";

/** Where the table is kept. */
export const WASI_FILE: URL = new URL("../docs/wasi.md", import.meta.url);

/** Where the official texts are; drafts that share names are in folders of their own. */
const TEXTS = [
  { folder: "guests/wit/deps", whose: "" },
  { folder: "guests/src/kv_draft2/wit/deps", whose: "" },
  { folder: "support/wit", whose: "" },
  { folder: "guests/src/kv_spin/wit/deps", whose: " as Spin has it" },
] as const;

/** What Wharf has, as the table sees it. */
export interface WasiOffer {
  /** What a component can import. */
  readonly imports: readonly HostInterface[];
  /** What Wharf calls where a component exports it. */
  readonly exports: readonly ExportedInterface[];
}

/** One interface of a WIT text. */
interface Listed extends WitInterface {
  /** Beside its version, where two texts carry the same. */
  readonly whose: string;
}

type Answer = "yes" | "partly" | "no";

/** One function of the table. */
export interface FunctionRow {
  readonly name: string;
  readonly answer: Answer;
  readonly note: string;
}

/** What a project is offered that has every option on. */
export function wasiOffer(): WasiOffer {
  const buckets = { open: () => Promise.reject(new TypeError("unused")) };
  return {
    imports: wasiInterfaces({
      environment: {},
      config: {},
      buckets,
      blobs: makeBlobsInMemory(),
    }),
    exports: [incomingHandler(), ...makeWatchers(buckets)],
  };
}

/** Every interface of the texts, with unstable ones and without what repeats another. */
export function wasiTexts(): readonly Listed[] {
  const listed: Listed[] = [];
  for (const { folder, whose } of TEXTS) {
    for (const text of readTexts(folder)) {
      const same = listed.filter(({ name, version }) =>
        name === text.name && version === text.version
      );
      if (same.some((other) => isSame(other.functions, text.functions))) {
        continue;
      }
      listed.push({ ...text, whose: same.length > 0 ? whose : "" });
    }
  }
  return listed.filter(({ functions }) => Object.keys(functions).length > 0);
}

function readTexts(folder: string): readonly WitInterface[] {
  const url = new URL(`../tests/${folder}/`, import.meta.url);
  const files = [...Deno.readDirSync(url)].map(({ name }) => name)
    .filter((name) => name.endsWith(".wit")).sort();
  // A gate says that a function may be left out; here it is listed all the same.
  return parseWit(files.map((name) =>
    Deno.readTextFileSync(new URL(name, url))
      .replaceAll(/@unstable\([^)]*\)\s*/g, "")
  ));
}

/** The rows of one interface. */
export function functionRows(
  { name, version, functions }: WitInterface,
  offer: WasiOffer,
): readonly FunctionRow[] {
  const imported = offer.imports.filter((one) =>
    one.name === name && versionServes(one.version, version)
  );
  const called = offer.exports.filter((one) =>
    one.name === name && versionServes(one.version, version)
  );
  return Object.entries(functions).map(([name_, type]) => {
    if (called.some((one) => one.functions[name_] === type)) {
      return { name: name_, answer: "yes", note: "an export: Wharf calls it" };
    }
    const found = imported.find((one) => one.functions[name_] === type);
    if (found === undefined) {
      const note = LEFT_OUT[name] ??
        (imported.length > 0
          ? "the interface is offered without it"
          : "not offered");
      return { name: name_, answer: "no", note };
    }
    const { limits } = found;
    const limit = typeof limits === "string" ? limits : limits?.[name_];
    return limit === undefined
      ? { name: name_, answer: "yes", note: "" }
      : { name: name_, answer: "partly", note: limit };
  });
}

/** The text of the file. */
export function renderWasiFunctions(
  offer: WasiOffer = wasiOffer(),
  texts: readonly Listed[] = wasiTexts(),
): string {
  const sections = texts.toSorted(byName).map((text) => ({
    text,
    rows: functionRows(text, offer),
  }));
  const rows = sections.flatMap((section) => section.rows);
  const count = (answer: Answer) =>
    rows.filter((row) => row.answer === answer).length;
  return [
    "<!-- deno-fmt-ignore-file -->",
    "<!-- made by deno task docs:wasi -->",
    "",
    "# Every function of WASI",
    "",
    `Of ${rows.length} functions Wharf has ${count("yes")} in full and ` +
    `${count("partly")} in part; ${
      count("no")
    } it has not. A function that is ` +
    "not here cannot be imported: the component is refused before the server starts.",
    "",
    "Each interface is as its official WIT text has it. Any release of WASI 0.2 " +
    "links with any other, drafts match to the letter.",
    "",
    ...sections.flatMap((section) => renderSection(section, offer)),
  ].join("\n");
}

function renderSection(
  { text, rows }: { text: Listed; rows: readonly FunctionRow[] },
  offer: WasiOffer,
): string[] {
  const others = otherVersions(text, offer);
  return [
    `## ${text.name}@${shownVersion(text)}${text.whose}`,
    "",
    ...(others.length > 0 ? [`The same: ${others.join(", ")}.`, ""] : []),
    "| function | | |",
    "|---|---|---|",
    ...rows.map(({ name, answer, note }) =>
      `| \`${name}\` | ${answer} | ${note} |`
    ),
    "",
  ];
}

/** Versions that are offered and have no text of their own. */
function otherVersions(text: Listed, { imports }: WasiOffer): string[] {
  return imports.filter((offered) =>
    offered.name === text.name &&
    !versionServes(offered.version, text.version) &&
    isSame(offered.functions, text.functions) &&
    !wasiTexts().some(({ name, version }) =>
      name === offered.name && versionServes(offered.version, version)
    )
  ).map(({ version }) => version === "" ? "without a version" : version);
}

function shownVersion({ version }: WitInterface): string {
  return versionServes("0.2.x", version) ? "0.2.x" : version;
}

function byName(one: Listed, other: Listed): number {
  return one.name.localeCompare(other.name, "en") ||
    one.version.localeCompare(other.version, "en");
}

function isSame(
  one: Readonly<Record<string, string>>,
  other: Readonly<Record<string, string>>,
): boolean {
  return isDeepStrictEqual({ ...one }, { ...other });
}

if (import.meta.main) {
  await Deno.mkdir(new URL(".", WASI_FILE), { recursive: true });
  await Deno.writeTextFile(WASI_FILE, renderWasiFunctions());
}

import { type DocumentSource, fileSource, type Reading } from "./document.ts";

/** The names of a configuration file, the first that exists is read. */
export const CONFIG_FILE_NAMES = [
  "config.yaml",
  "config.yml",
  "config.json",
  "config.toml",
] as const;

/** The largest configuration file that is read. */
const MAX_BYTES = 256 * 1024;

/** Reads a configuration file by the format that its name says; `shown` is its name in messages. */
export async function readConfigDocument(
  path: string,
  shown: string,
): Promise<Reading> {
  let bytes: Uint8Array;
  try {
    const { size } = Deno.statSync(path);
    if (size > MAX_BYTES) {
      return failed(shown, `larger than ${MAX_BYTES / 1024} KiB`);
    }
    bytes = Deno.readFileSync(path);
  } catch (error) {
    return failed(shown, fileProblem(error));
  }
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return failed(shown, "not text in UTF-8");
  }
  return await readerOf(path)(fileSource(text, shown));
}

type Reader = (source: DocumentSource) => Reading | Promise<Reading>;

function readerOf(path: string): Reader {
  if (path.endsWith(".json")) {
    return async (source) =>
      (await import("./json_document.ts")).readJson(source);
  }
  if (path.endsWith(".toml")) {
    return async (source) =>
      await (await import("./toml_document.ts")).readToml(source);
  }
  return async (source) =>
    await (await import("./yaml_document.ts")).readYaml(source);
}

function failed(file: string, problem: string): Reading {
  const place = { kind: "file", file, line: 1, column: 1 } as const;
  return { issues: [{ place, problem }] };
}

/** Why a file could not be read. */
export function fileProblem(error: unknown): string {
  if (error instanceof Deno.errors.NotFound) return "no such file";
  if (error instanceof Deno.errors.NotADirectory) return "no such file";
  if (error instanceof Deno.errors.IsADirectory) return "a folder";
  if (error instanceof Deno.errors.PermissionDenied) return "not readable";
  if (error instanceof Deno.errors.NotCapable) {
    return "not readable with the permissions given to Deno";
  }
  if (error instanceof Deno.errors.FilesystemLoop) return "a loop of links";
  throw error;
}

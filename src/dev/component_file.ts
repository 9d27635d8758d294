/**
 * Reads the file a build made, and makes sure that it is a component.
 *
 * @module
 */

import { wasmKind } from "../transpile/component.ts";
import { BuildError, type BuildErrorCode } from "./build_error.ts";

/** How a component's file is read. */
export interface ComponentFileOptions {
  /** Absolute path of the artifact cache. */
  readonly cacheDirectory: string;
  /** Whether a build command that should have made the file ran before. */
  readonly isBuilt: boolean;
}

/** A file that holds a component, or what became one. */
export interface ComponentFile {
  /** The component. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Bytes of the file. */
  readonly size: number;
  /** Whether the file is a core module. */
  readonly adapted: boolean;
}

/**
 * The bytes of a component.
 *
 * @throws {BuildError} As {@linkcode openComponentFile}.
 */
export async function readComponentFile(
  path: string,
  options: ComponentFileOptions,
): Promise<Uint8Array<ArrayBuffer>> {
  return (await openComponentFile(path, options)).bytes;
}

/**
 * Reads a component, and how it lies there. A core module is adapted, and kept so in the cache:
 * the file is the user's and stays as it is.
 *
 * @throws {BuildError} There is no such file, or it is nothing that can become a component.
 */
export async function openComponentFile(
  path: string,
  { cacheDirectory, isBuilt }: ComponentFileOptions,
): Promise<ComponentFile> {
  const bytes = await readBytes(path, isBuilt);
  if (bytes.length === 0) {
    throw unservable("component-empty", path, "the file is empty");
  }
  const size = bytes.length;
  switch (wasmKind(bytes)) {
    case "component":
      return { bytes, size, adapted: false };
    case "core module": {
      const { adaptedComponent } = await import("./adapted_component.ts");
      const component = await adaptedComponent(path, bytes, cacheDirectory);
      return { bytes: component, size, adapted: true };
    }
    case "not WebAssembly":
      throw unservable("not-webassembly", path, notWebAssembly(bytes));
  }
}

const BUILT_ELSEWHERE = " although the build command succeeded; " +
  "build.component_path names the file that it writes";

async function readBytes(
  path: string,
  isBuilt: boolean,
): Promise<Uint8Array<ArrayBuffer>> {
  try {
    const { isFile, isDirectory } = await Deno.stat(path);
    // A pipe might never come to its end.
    if (!isFile) {
      const state = isDirectory ? "it is a folder" : "it is no regular file";
      throw unservable("component-missing", path, state);
    }
    return await Deno.readFile(path);
  } catch (error) {
    if (error instanceof BuildError) throw error;
    throw unservable(
      "component-missing",
      path,
      error instanceof Deno.errors.NotFound
        ? `there is no such file${isBuilt ? BUILT_ELSEWHERE : ""}`
        : messageOf(error),
      error,
    );
  }
}

/** The first bytes of every WebAssembly file. */
const MAGIC = [0x00, 0x61, 0x73, 0x6d];

function notWebAssembly(bytes: Uint8Array): string {
  if (MAGIC.every((byte, index) => bytes[index] === byte)) {
    return `the file ends after ${bytes.length} bytes`;
  }
  const first = [...bytes.subarray(0, MAGIC.length)]
    .map((byte) => byte.toString(16).padStart(2, "0"));
  return `it is no WebAssembly, it begins with ${first.join(" ")}`;
}

/** The error of a file that cannot be served. */
export function unservable(
  code: BuildErrorCode,
  path: string,
  state: string,
  cause?: unknown,
): BuildError {
  return new BuildError(code, `Cannot serve "${path}": ${state}`, { cause });
}

/** What an error says, on one line; jco throws some that are none, and some with their causes below. */
export function messageOf(error: unknown): string {
  const message = error instanceof Error
    ? error.message
    : JSON.stringify(error);
  return message.split("\n").map((line) => line.trim())
    .filter((line) => line !== "" && line !== "Caused by:")
    .join(": ");
}

/**
 * Reads the file a build made, and makes sure that it is a component.
 *
 * @module
 */

import { wasmKind } from "../transpile/component.ts";
import { BuildError } from "./build_error.ts";

/**
 * The bytes of a component. A core module is adapted in memory: the file is the user's and
 * stays as it is.
 *
 * @throws {BuildError} There is no such file, or it is nothing that can become a component.
 */
export async function readComponentFile(
  path: string,
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = await readBytes(path);
  if (bytes.length === 0) {
    throw new BuildError(
      "component-empty",
      `Cannot serve "${path}": the file is empty`,
    );
  }
  switch (wasmKind(bytes)) {
    case "component":
      return bytes;
    case "not WebAssembly":
      throw new BuildError(
        "not-webassembly",
        `Cannot serve "${path}": it is no WebAssembly, it begins with ${
          firstBytes(bytes)
        }`,
      );
    case "core module":
      return await adapted(path, bytes);
  }
}

async function readBytes(path: string): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return await Deno.readFile(path);
  } catch (error) {
    throw new BuildError(
      "component-missing",
      `Cannot serve "${path}": ${reason(error)}`,
      "",
      {
        cause: error,
      },
    );
  }
}

function reason(error: unknown): string {
  if (error instanceof Deno.errors.NotFound) {
    return "there is no such file; build.component_path names what the build command makes";
  }
  if (error instanceof Deno.errors.IsADirectory) return "it is a folder";
  return error instanceof Error ? error.message : String(error);
}

function firstBytes(bytes: Uint8Array): string {
  return [...bytes.subarray(0, 4)].map((byte) =>
    byte.toString(16).padStart(2, "0")
  ).join(" ");
}

async function adapted(
  path: string,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array<ArrayBuffer>> {
  const { adaptModule } = await import("../transpile/adapt.ts");
  try {
    return await adaptModule(bytes);
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    throw new BuildError(
      "not-adaptable",
      `Cannot serve "${path}": it is a core module, and cannot be made a component: ${detail}`,
      "",
      { cause: error },
    );
  }
}

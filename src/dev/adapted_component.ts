/**
 * Core modules as components, kept in the artifact cache: adapting one takes a second, and a
 * warm start must not wait for it.
 *
 * @module
 */

import { sha256 } from "../runtime/artifact.ts";
import { TRANSPILER } from "../transpile/cache.ts";
import { readComponent } from "../transpile/component.ts";
import { BuildError } from "./build_error.ts";
import { messageOf, unservable } from "./component_file.ts";

/**
 * The component that a core module becomes.
 *
 * @param path The module's file, for the message.
 * @throws {BuildError} It carries no component types, or the cache cannot be used.
 */
export async function adaptedComponent(
  path: string,
  bytes: Uint8Array<ArrayBuffer>,
  cacheDirectory: string,
): Promise<Uint8Array<ArrayBuffer>> {
  const made = `${TRANSPILER} adapted from ${await sha256(bytes)}`;
  const key = await sha256(new TextEncoder().encode(made));
  // A folder beside those of the artifacts, so that it is pruned with them.
  const place = `${cacheDirectory}/${key}`;
  const kept = await read(place);
  if (kept !== undefined) return kept;
  const component = await adapt(path, bytes);
  try {
    await keep(place, component);
  } catch (error) {
    throw cacheError(cacheDirectory, error);
  }
  return component;
}

/** The error of a cache that cannot be written or read. */
export function cacheError(cacheDirectory: string, cause: unknown): BuildError {
  return new BuildError(
    "cache-unusable",
    `Cannot keep the component in "${cacheDirectory}": ${messageOf(cause)}; ` +
      `WHARF_CACHE_DIR names another folder`,
    { cause },
  );
}

async function adapt(
  path: string,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array<ArrayBuffer>> {
  const { adaptModule } = await import("../transpile/adapt.ts");
  let component: Uint8Array<ArrayBuffer>;
  try {
    component = await adaptModule(bytes);
  } catch (error) {
    const state = "it is a core module that cannot be made a component: " +
      messageOf(error);
    throw unservable("not-adaptable", path, state, error);
  }
  if (readComponent(component).exports.length > 0) return component;
  throw unservable(
    "not-adaptable",
    path,
    "it is a core module without component types; " +
      "tools such as wit-bindgen and cargo-component write them into it",
  );
}

/** What is kept there; nothing where it is not what was written. */
async function read(
  place: string,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  try {
    for await (const { name } of Deno.readDir(place)) {
      const bytes = await Deno.readFile(`${place}/${name}`);
      if (name !== `${await sha256(bytes)}.wasm`) return undefined;
      // The age of an entry is the time of its last use.
      const now = new Date();
      await Deno.utime(place, now, now);
      return bytes;
    }
  } catch {
    // It is made again, and what stands in the way of that is reported then.
  }
  return undefined;
}

/** Writes the file, named by its hash, beside its place and moves it there in one step. */
async function keep(
  place: string,
  component: Uint8Array<ArrayBuffer>,
): Promise<void> {
  const directory = place.slice(0, place.lastIndexOf("/"));
  await Deno.mkdir(directory, { recursive: true });
  const written = await Deno.makeTempDir({ dir: directory, prefix: "new-" });
  const name = `${await sha256(component)}.wasm`;
  await Deno.writeFile(`${written}/${name}`, component);
  await Deno.remove(place, { recursive: true }).catch(() => {});
  try {
    await Deno.rename(written, place);
  } catch {
    // Another process put its own there meanwhile. It was made from the same.
    await Deno.remove(written, { recursive: true });
  }
}

/**
 * A project that can be edited: its one source is a number, and what it builds is a real guest
 * whose answers tell that number.
 *
 * @module
 */

import { fileURLToPath } from "node:url";
import { makeProject, type Project } from "./run_main.ts";

/** The guests that have a word to put the number into; a word of six letters or five. */
const WORDS = {
  /** Answers `h0001` to anything. */
  hello: ["hello", "h"],
  /** Answers a POST of `{"key", "value"}` with `[in_memory] St0001 'key'`, and `/?key=` as the template. */
  rust_wit_bindgen: ["Stored", "St"],
} as const;

/** A guest that can be built in generations. */
export type GenerationGuest = keyof typeof WORDS;

/** A project with a build command. Disposing removes it. */
export interface GenerationProject extends Project {
  /** Writes the source as an editor does: in place. */
  save(generation: number): Promise<void>;
  /** What answers of that generation say. */
  marker(generation: number): string;
}

/** Makes one of generation 0. */
export async function makeGenerations(
  guest: GenerationGuest,
): Promise<GenerationProject> {
  const [word, start] = WORDS[guest];
  const file = fileURLToPath(
    new URL(`../guests/${guest}.wasm`, import.meta.url),
  );
  const project = await makeProject(
    "build: {command: sh build.sh, component_path: dist/component.wasm}\n",
  );
  const { path } = project;
  const source = `${path}/src/generation.txt`;
  const save = (generation: number) =>
    Deno.writeTextFile(source, String(generation).padStart(4, "0"));
  await Deno.mkdir(`${path}/src`);
  await save(0);
  // The bytes of a word in the module's data: the file stays as long as it was.
  await Deno.writeTextFile(
    `${path}/build.sh`,
    `mkdir -p dist && LC_ALL=C sed "s/${word}/${start}$(cat src/generation.txt)/" ${file} > dist/component.wasm\n`,
  );
  return {
    path,
    save,
    marker: (generation) => start + String(generation).padStart(4, "0"),
    [Symbol.asyncDispose]: () => project[Symbol.asyncDispose](),
  };
}

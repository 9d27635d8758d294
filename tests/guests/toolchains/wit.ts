/** The WIT folder that a guest is built against. */

import { filesOf, HERE } from "./run.ts";

/** One patch for every package of WASI 0.2, or one for each. */
export type Patch = string | Readonly<Record<string, string>>;

/** The version that `wit/deps` is written in. */
const WRITTEN = /(wasi:([a-z]+)(?:\/[a-z-]+)?)@0\.2\.12/g;

function withPatch(text: string, patch: Patch): string {
  return text.replaceAll(WRITTEN, (_, name: string, package_: string) => {
    const version = typeof patch === "string" ? patch : patch[package_];
    return `${name}@${version ?? "0.2.12"}`;
  });
}

/**
 * Puts `wit/deps` and then the guest's own `src/<source>/wit` into a folder: a file of the
 * guest replaces the one of the same name.
 */
export async function makeWit(
  source: string,
  folder: string,
  patch: Patch = "0.2.12",
): Promise<string> {
  await Deno.remove(folder, { recursive: true }).catch(() => {});
  await Deno.mkdir(`${folder}/deps`, { recursive: true });
  for (const root of [`${HERE}/wit`, `${HERE}/src/${source}/wit`]) {
    for (
      const file of [
        ...filesOf(root, ".wit"),
        ...filesOf(`${root}/deps`, ".wit"),
      ]
    ) {
      const text = await Deno.readTextFile(file);
      await Deno.writeTextFile(
        folder + file.slice(root.length),
        withPatch(text, patch),
      );
    }
  }
  return folder;
}

/** A WIT folder as one text: the world's package, then every other one in braces. */
export async function bundleWit(folder: string): Promise<string> {
  let bundle = await Deno.readTextFile(`${folder}/world.wit`);
  for (const file of filesOf(`${folder}/deps`, ".wit")) {
    const text = await Deno.readTextFile(file);
    bundle += `\n${text.replace(/^(package [^;]+);$/m, "$1 {")}}\n`;
  }
  return bundle;
}

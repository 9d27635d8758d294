/**
 * A copy of this project as a newcomer gets it: what git has or would take, and nothing else.
 *
 * @module
 */

import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The project's folder. */
export const PROJECT: string = fileURLToPath(
  new URL("../../", import.meta.url),
);

/** A clone in a temporary folder. Disposing removes it. */
export interface Clone extends AsyncDisposable {
  /** Absolute path of the clone. */
  readonly path: string;
  /** The environment of someone who has never run Wharf: empty caches. */
  readonly env: Readonly<Record<string, string>>;
}

/** Makes a clone. */
export async function makeClone(): Promise<Clone> {
  const folder = await Deno.makeTempDir({ prefix: "wharf-clone-" });
  const path = join(folder, "wharf");
  for (const file of await trackedFiles()) {
    const target = join(path, file);
    await Deno.mkdir(dirname(target), { recursive: true });
    await Deno.copyFile(join(PROJECT, file), target);
  }
  return {
    path,
    env: {
      DENO_DIR: join(folder, "deno"),
      WHARF_CACHE_DIR: join(folder, "cache"),
    },
    async [Symbol.asyncDispose]() {
      await Deno.remove(folder, { recursive: true });
    },
  };
}

async function trackedFiles(): Promise<string[]> {
  const { success, stdout } = await new Deno.Command("git", {
    args: ["ls-files", "-z", "--cached", "--others", "--exclude-standard"],
    cwd: PROJECT,
  }).output();
  if (!success) {
    throw new Error("Cannot list the project's files: git ls-files failed");
  }
  const names = new TextDecoder().decode(stdout).split("\0").filter((name) =>
    name !== ""
  );
  const present = await Promise.all(
    names.map((name) => isFile(join(PROJECT, name))),
  );
  return names.filter((_, index) => present[index]);
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isFile;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

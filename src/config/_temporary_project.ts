import { loadConfig, type LoadedConfig, type LoadOptions } from "./load.ts";
import { ConfigError } from "./config_error.ts";

/** A folder with files in it, removed when it is disposed. */
export interface TemporaryProject extends AsyncDisposable {
  /** Its absolute path, without links. */
  readonly path: string;
  /** Loads its configuration with nothing else in sight. */
  load(options?: Partial<LoadOptions>): Promise<LoadedConfig>;
  /** The message that loading fails with, the folder's path as `<project>`. */
  messageOf(options?: Partial<LoadOptions>): Promise<string>;
}

/** Makes a folder with these files; a path that ends with `/` is a folder. */
export async function temporaryProject(
  files: Readonly<Record<string, string>> = {},
): Promise<TemporaryProject> {
  const path = await Deno.realPath(await Deno.makeTempDir());
  for (const [name, text] of Object.entries(files)) {
    const file = `${path}/${name}`;
    await Deno.mkdir(file.slice(0, file.lastIndexOf("/")), { recursive: true });
    if (!name.endsWith("/")) await Deno.writeTextFile(file, text);
  }
  const load = (options: Partial<LoadOptions> = {}) =>
    loadConfig({ cwd: path, env: {}, flags: {}, ...options });
  return {
    path,
    load,
    async messageOf(options) {
      try {
        await load(options);
      } catch (error) {
        if (!(error instanceof ConfigError)) throw error;
        return error.message.replaceAll(path, "<project>");
      }
      throw new Error("The configuration was accepted");
    },
    async [Symbol.asyncDispose]() {
      await Deno.remove(path, { recursive: true });
    },
  };
}

/** A project with only a `.wash/config.yaml`. */
export function yamlProject(yaml: string): Promise<TemporaryProject> {
  return temporaryProject({ ".wash/config.yaml": yaml });
}

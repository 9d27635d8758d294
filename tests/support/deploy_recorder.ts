/**
 * A program that stands where `deno` is looked for, and writes down what it was asked for:
 * `deno deploy` itself is downloaded, and changes a real account.
 *
 * @module
 */

/** What `deno` was called with. */
export interface RecordedCall {
  readonly args: readonly string[];
  readonly cwd: string;
  /** The names of its environment variables. */
  readonly env: readonly string[];
  /** What was in the working directory, by path, in base64. */
  readonly files: ReadonlyMap<string, string>;
}

/** A recorder. Disposing removes it. */
export interface DeployRecorder extends AsyncDisposable {
  /** The environment in which `deno` is the recorder. */
  readonly env: Readonly<Record<string, string>>;
  /** What it was called with; nothing where it was not. */
  call(): Promise<RecordedCall | undefined>;
}

/**
 * Makes a recorder.
 *
 * @param ending What it does once it has written all down, as lines of `sh`.
 */
export async function makeRecorder(ending = "exit 0"): Promise<DeployRecorder> {
  const folder = await Deno.realPath(await Deno.makeTempDir());
  await Deno.mkdir(`${folder}/bin`);
  await Deno.writeTextFile(
    `${folder}/bin/deno`,
    `#!/bin/sh
cp -R . "$RECORD/files"
env | sed -n 's/^\\([A-Za-z_][A-Za-z0-9_]*\\)=.*/\\1/p' > "$RECORD/env"
pwd > "$RECORD/cwd"
printf '%s\\0' "$@" > "$RECORD/args"
${ending}
`,
    { mode: 0o755 },
  );
  const inherited = ["HOME", "DENO_DIR"].flatMap((name) => {
    const value = Deno.env.get(name);
    return value === undefined ? [] : [[name, value]];
  });
  return {
    env: {
      ...Object.fromEntries(inherited),
      PATH: `${folder}/bin:${Deno.env.get("PATH")}`,
      RECORD: folder,
    },
    async call() {
      let args: string;
      try {
        args = await Deno.readTextFile(`${folder}/args`);
      } catch (error) {
        if (error instanceof Deno.errors.NotFound) return undefined;
        throw error;
      }
      const lines = async (name: string) =>
        (await Deno.readTextFile(`${folder}/${name}`)).trimEnd().split("\n");
      const [cwd = ""] = await lines("cwd");
      return {
        args: args.split("\0").slice(0, -1),
        cwd,
        env: await lines("env"),
        files: await readFolder(`${folder}/files`),
      };
    },
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}

/** Every file below a folder, by its path there, in base64. */
export async function readFolder(
  folder: string,
): Promise<ReadonlyMap<string, string>> {
  const files = new Map<string, string>();
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = `${folder}/${name}`;
    if (!isDirectory) {
      files.set(name, (await Deno.readFile(path)).toBase64());
      continue;
    }
    for (const [below, content] of await readFolder(path)) {
      files.set(`${name}/${below}`, content);
    }
  }
  return files;
}
